-- build profiles__a1
DROP TABLE IF EXISTS "dashboards_profiles__a1";

-- build profiles__a1
CREATE TABLE "dashboards_profiles__a1" AS
SELECT
  "user_id",
  "orders_spend",
  "order"
FROM "profiles";

-- build segment_sizes__a1
DROP TABLE IF EXISTS "dashboards_segment_sizes__a1";

-- build segment_sizes__a1
CREATE TABLE "dashboards_segment_sizes__a1" (
  "segment" INTEGER,
  "name" TEXT,
  "as_of" DATE,
  "share" REAL,
  "moved" INTEGER
);

-- build segment_sizes__a1
INSERT INTO "dashboards_segment_sizes__a1" (
  "segment",
  "name",
  "as_of",
  "share",
  "moved"
)
VALUES
  (1, 'It''s \ "one"', '2026-03-01', 0.5, TRUE),
  (2, NULL, '2026-03-01', 1e-09, FALSE);

-- swap profiles
DROP VIEW IF EXISTS "dashboards_profiles";

-- swap profiles
CREATE VIEW "dashboards_profiles" AS
SELECT
  "user_id",
  "orders_spend",
  "order"
FROM "dashboards_profiles__a1";

-- swap segment_sizes
CREATE VIEW "dashboards_segment_sizes" AS
SELECT
  "segment",
  "name",
  "as_of",
  "share",
  "moved"
FROM "dashboards_segment_sizes__a1";

-- drop migration
DROP VIEW IF EXISTS "dashboards_migration";

-- drop profiles__a0
DROP TABLE IF EXISTS "dashboards_profiles__a0";
