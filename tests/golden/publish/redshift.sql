-- build profiles__a1
DROP TABLE IF EXISTS "dashboards"."profiles__a1";

-- build profiles__a1
CREATE TABLE "dashboards"."profiles__a1" AS
SELECT
  "user_id",
  "orders_spend",
  "order"
FROM "profiles";

-- describe profiles__a1
COMMENT ON TABLE "dashboards"."profiles__a1" IS 'One row for each user.';

-- describe profiles__a1
COMMENT ON COLUMN "dashboards"."profiles__a1"."user_id" IS 'Who it is about.';

-- describe profiles__a1
COMMENT ON COLUMN "dashboards"."profiles__a1"."orders_spend" IS 'Money spent; it\'s a sum.';

-- describe profiles__a1
COMMENT ON COLUMN "dashboards"."profiles__a1"."order" IS 'A reserved word; "quoted".';

-- build segment_sizes__a1
DROP TABLE IF EXISTS "dashboards"."segment_sizes__a1";

-- build segment_sizes__a1
CREATE TABLE "dashboards"."segment_sizes__a1" (
  "segment" INTEGER,
  "name" VARCHAR(MAX),
  "as_of" DATE,
  "share" DOUBLE PRECISION,
  "moved" BOOLEAN
);

-- build segment_sizes__a1
INSERT INTO "dashboards"."segment_sizes__a1" (
  "segment",
  "name",
  "as_of",
  "share",
  "moved"
)
VALUES
  (1, 'It\'s \\ "one"', CAST('2026-03-01' AS DATE), 0.5, TRUE),
  (2, NULL, CAST('2026-03-01' AS DATE), 1e-09, FALSE);

-- describe segment_sizes__a1
COMMENT ON TABLE "dashboards"."segment_sizes__a1" IS 'One row for each segment and run.';

-- describe segment_sizes__a1
COMMENT ON COLUMN "dashboards"."segment_sizes__a1"."segment" IS 'The id.';

-- describe segment_sizes__a1
COMMENT ON COLUMN "dashboards"."segment_sizes__a1"."name" IS 'What it was called.';

-- describe segment_sizes__a1
COMMENT ON COLUMN "dashboards"."segment_sizes__a1"."as_of" IS 'The date.';

-- describe segment_sizes__a1
COMMENT ON COLUMN "dashboards"."segment_sizes__a1"."share" IS 'From 0 to 1.';

-- describe segment_sizes__a1
COMMENT ON COLUMN "dashboards"."segment_sizes__a1"."moved" IS '';

-- swap profiles
DROP VIEW IF EXISTS "dashboards"."profiles";

-- swap profiles
CREATE VIEW "dashboards"."profiles" AS
SELECT
  "user_id",
  "orders_spend",
  "order"
FROM "dashboards"."profiles__a1";

-- describe profiles
COMMENT ON VIEW "dashboards"."profiles" IS 'One row for each user.';

-- describe profiles
COMMENT ON COLUMN "dashboards"."profiles"."user_id" IS 'Who it is about.';

-- describe profiles
COMMENT ON COLUMN "dashboards"."profiles"."orders_spend" IS 'Money spent; it\'s a sum.';

-- describe profiles
COMMENT ON COLUMN "dashboards"."profiles"."order" IS 'A reserved word; "quoted".';

-- swap segment_sizes
CREATE VIEW "dashboards"."segment_sizes" AS
SELECT
  "segment",
  "name",
  "as_of",
  "share",
  "moved"
FROM "dashboards"."segment_sizes__a1";

-- describe segment_sizes
COMMENT ON VIEW "dashboards"."segment_sizes" IS 'One row for each segment and run.';

-- describe segment_sizes
COMMENT ON COLUMN "dashboards"."segment_sizes"."segment" IS 'The id.';

-- describe segment_sizes
COMMENT ON COLUMN "dashboards"."segment_sizes"."name" IS 'What it was called.';

-- describe segment_sizes
COMMENT ON COLUMN "dashboards"."segment_sizes"."as_of" IS 'The date.';

-- describe segment_sizes
COMMENT ON COLUMN "dashboards"."segment_sizes"."share" IS 'From 0 to 1.';

-- describe segment_sizes
COMMENT ON COLUMN "dashboards"."segment_sizes"."moved" IS '';

-- drop migration
DROP VIEW IF EXISTS "dashboards"."migration";

-- drop profiles__a0
DROP TABLE IF EXISTS "dashboards"."profiles__a0";
