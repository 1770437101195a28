WITH "in_reach" AS (
  SELECT
    "user_id",
    CASE WHEN "x1" > 1e100 THEN 1e100 WHEN "x1" < (
      -1e100
    ) THEN -1e100 ELSE "x1" END AS "x1",
    CASE WHEN "x2" > 1e100 THEN 1e100 WHEN "x2" < (
      -1e100
    ) THEN -1e100 ELSE "x2" END AS "x2"
  FROM "prepared"
), "spread" AS (
  SELECT
    "user_id",
    (
      "x1" - 0e0
    ) * 2e0 AS "d1_1",
    (
      "x2" - 1e0
    ) * 5e-1 AS "d1_2",
    (
      "x1" - 3e0
    ) * 1e0 AS "d2_1",
    (
      "x2" - (
        -1e0
      )
    ) * 4e0 AS "d2_2"
  FROM "in_reach"
), "scores" AS (
  SELECT
    "user_id",
    (
      -1e0
    ) - 5e-1 * (
      0e0 + "d1_1" * "d1_1" + "d1_2" * "d1_2"
    ) AS "s1",
    (
      -2e0
    ) - 5e-1 * (
      0e0 + "d2_1" * "d2_1" + "d2_2" * "d2_2"
    ) AS "s2"
  FROM "spread"
), "best" AS (
  SELECT
    "user_id",
    "s1",
    "s2",
    GREATEST("s1", "s2") AS "top"
  FROM "scores"
)
SELECT
  "user_id",
  CASE WHEN "s1" >= "top" - 1e-9 THEN 10 ELSE 11 END AS "segment"
FROM "best"
