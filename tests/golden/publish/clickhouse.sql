-- build profiles__a1
DROP TABLE IF EXISTS "dashboards"."profiles__a1";

-- build profiles__a1
CREATE TABLE "dashboards"."profiles__a1" (
  "user_id" Nullable(String) COMMENT 'Who it is about.',
  "orders_spend" Nullable(Float64) COMMENT 'Money spent; it''s a sum.',
  "order" Nullable(Int32) COMMENT 'A reserved word; "quoted".'
)
COMMENT 'One row for each user.';

-- build profiles__a1
INSERT INTO "dashboards"."profiles__a1" (
  "user_id",
  "orders_spend",
  "order"
)
SELECT
  "user_id",
  "orders_spend",
  "order"
FROM "profiles";

-- build segment_sizes__a1
DROP TABLE IF EXISTS "dashboards"."segment_sizes__a1";

-- build segment_sizes__a1
CREATE TABLE "dashboards"."segment_sizes__a1" (
  "segment" Nullable(Int32) COMMENT 'The id.',
  "name" Nullable(String) COMMENT 'What it was called.',
  "as_of" Nullable(DATE) COMMENT 'The date.',
  "share" Nullable(Float64) COMMENT 'From 0 to 1.',
  "moved" Nullable(Bool)
)
COMMENT 'One row for each segment and run.';

-- build segment_sizes__a1
INSERT INTO "dashboards"."segment_sizes__a1" (
  "segment",
  "name",
  "as_of",
  "share",
  "moved"
)
VALUES
  (1, 'It''s \\ "one"', toDate('2026-03-01'), 0.5, TRUE),
  (2, NULL, toDate('2026-03-01'), 1e-09, FALSE);

-- swap profiles
CREATE OR REPLACE VIEW "dashboards"."profiles" AS
(
  SELECT
    "user_id",
    "orders_spend",
    "order"
  FROM "dashboards"."profiles__a1"
) COMMENT 'One row for each user.';

-- swap segment_sizes
CREATE VIEW "dashboards"."segment_sizes" AS
(
  SELECT
    "segment",
    "name",
    "as_of",
    "share",
    "moved"
  FROM "dashboards"."segment_sizes__a1"
) COMMENT 'One row for each segment and run.';

-- drop migration
DROP VIEW IF EXISTS "dashboards"."migration";

-- drop profiles__a0
DROP TABLE IF EXISTS "dashboards"."profiles__a0";
