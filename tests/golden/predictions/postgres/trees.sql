WITH "known" AS (
  SELECT
    "user_id",
    CASE
      WHEN CAST("orders_spend" AS DOUBLE PRECISION) BETWEEN (
        -1e100
      ) AND 1e100
      THEN CAST("orders_spend" AS DOUBLE PRECISION)
      ELSE 0e0
    END AS "x1",
    CASE
      WHEN CAST("recency_days" AS DOUBLE PRECISION) BETWEEN (
        -1e100
      ) AND 1e100
      THEN CAST("recency_days" AS DOUBLE PRECISION)
      ELSE 9e1
    END AS "x2",
    CASE WHEN COALESCE("country", 'unknown') IN ('AT', 'O''Neil') THEN 0e0 ELSE 1e0 END AS "x3"
  FROM "features"
), "prepared" AS (
  SELECT
    "user_id",
    CAST((
      CASE WHEN "x1" >= 0e0 THEN LN(1e0 + "x1") ELSE -LN(1e0 - "x1") END - 2.5e0
    ) AS DOUBLE PRECISION) / 1.25e0 AS "x1",
    "x2" AS "x2",
    CAST((
      "x3" - 2.5e-1
    ) AS DOUBLE PRECISION) / 5e-1 AS "x3"
  FROM "known"
), "summed" AS (
  SELECT
    "user_id",
    5e-1 + CASE
      WHEN "x1" <= 1.05e1
      THEN 1e-1
      ELSE CASE WHEN "x2" <= 3e1 THEN -2e-1 ELSE 3e-1 END
    END + 5e-2 AS "z1"
  FROM "prepared"
), "bound" AS (
  SELECT
    "user_id",
    CASE WHEN "z1" > 1e0 THEN 1e0 WHEN "z1" < 0e0 THEN 0e0 ELSE "z1" END AS "z1"
  FROM "summed"
), "foretold" AS (
  SELECT
    "user_id",
    "z1" AS "foretold"
  FROM "bound"
)
SELECT
  "user_id",
  CASE
    WHEN "foretold" <= 5e-1
    THEN 1.25e-1 + (
      "foretold" - 0e0
    ) * 2.5e-1
    ELSE 2.5e-1 + (
      "foretold" - 5e-1
    ) * 1e0
  END AS "score"
FROM "foretold"
