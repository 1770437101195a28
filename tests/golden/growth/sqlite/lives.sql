SELECT
  "told",
  "lived",
  "last_period",
  COUNT(*) AS "users"
FROM (
  SELECT
    "p"."by_country" AS "told",
    CASE
      WHEN (
        20459 - "p"."first_day"
      ) / 7 <= 12 + 1
      THEN (
        20459 - "p"."first_day"
      ) / 7
      ELSE 12 + 1
    END AS "lived",
    CASE
      WHEN (
        "p"."last_day" - "p"."first_day"
      ) / 7 <= 12
      THEN (
        "p"."last_day" - "p"."first_day"
      ) / 7
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
