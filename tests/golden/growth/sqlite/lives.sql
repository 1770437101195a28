SELECT
  "told",
  "lived",
  "last_period",
  COUNT(*) AS "users"
FROM (
  SELECT
    "p"."by_country" AS "told",
    CASE
      WHEN CAST(CAST((
        20459 - "p"."first_day"
      ) AS REAL) / 7 AS INTEGER) <= 12 + 1
      THEN CAST(CAST((
        20459 - "p"."first_day"
      ) AS REAL) / 7 AS INTEGER)
      ELSE 12 + 1
    END AS "lived",
    CASE
      WHEN CAST(CAST((
        "p"."last_day" - "p"."first_day"
      ) AS REAL) / 7 AS INTEGER) <= 12
      THEN CAST(CAST((
        "p"."last_day" - "p"."first_day"
      ) AS REAL) / 7 AS INTEGER)
      ELSE 12
    END AS "last_period"
  FROM "growth_people" AS "p"
  WHERE
    NOT "p"."first_day" IS NULL
) AS "lives"
GROUP BY
  "told",
  "lived",
  "last_period"
