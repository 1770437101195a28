SELECT
  "number",
  CAST(GREATEST(COALESCE("after_it", 0), 0.0) AS DOUBLE) AS "outcome",
  CAST(GREATEST(COALESCE("before_it", 0), 0.0) AS DOUBLE) AS "naive",
  CAST(COALESCE("after_it", 0) AS DOUBLE) AS "net"
FROM (
  SELECT
    "asked"."number" AS "number",
    SUM(
      CASE
        WHEN "near"."day" >= "asked"."as_of_day"
        THEN COALESCE("spend", 0) - COALESCE("refunded", 0)
      END
    ) AS "after_it",
    SUM(
      CASE
        WHEN "near"."day" < "asked"."as_of_day"
        THEN COALESCE("spend", 0) - COALESCE("refunded", 0)
      END
    ) AS "before_it"
  FROM "asked" AS "asked"
  LEFT JOIN (
    SELECT
      *
    FROM "user_days"
    WHERE
      "day" >= 20467 AND "day" < 20488
  ) AS "near"
    ON "near"."user_id" = "asked"."user_id"
    AND "near"."day" >= "asked"."as_of_day" - 7
    AND "near"."day" < "asked"."as_of_day" + 7
  GROUP BY
    "asked"."number"
) AS "happened"
