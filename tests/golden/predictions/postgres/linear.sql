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
    -1.5e0 + (
      "x1" * 5e-1
    ) + "x2" * (
      -1.25e-1
    ) AS "z1"
  FROM "prepared"
), "bound" AS (
  SELECT
    "user_id",
    CASE WHEN "z1" > 3.5e1 THEN 3.5e1 WHEN "z1" < (
      -3.5e1
    ) THEN -3.5e1 ELSE "z1" END AS "z1"
  FROM "summed"
), "foretold" AS (
  SELECT
    "user_id",
    CAST(1e0 AS DOUBLE PRECISION) / (
      1e0 + EXP(-"z1")
    ) AS "foretold"
  FROM "bound"
)
SELECT
  "user_id",
  CAST(1e0 AS DOUBLE PRECISION) / (
    1e0 + EXP(
      -(
        1.5e0 * LN(
          CAST(CASE
            WHEN "foretold" < 1e-6
            THEN 1e-6
            WHEN "foretold" > 9.99999e-1
            THEN 9.99999e-1
            ELSE "foretold"
          END AS DOUBLE PRECISION) / (
            1e0 - CASE
              WHEN "foretold" < 1e-6
              THEN 1e-6
              WHEN "foretold" > 9.99999e-1
              THEN 9.99999e-1
              ELSE "foretold"
            END
          )
        ) + 2.5e-1
      )
    )
  ) AS "score"
FROM "foretold"
