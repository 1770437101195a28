SELECT
  "number",
  CASE WHEN COALESCE("after_it", 0) > 0 THEN 0.0 ELSE 1.0 END AS "outcome",
  CASE WHEN COALESCE("before_it", 0) > 0 THEN 0.0 ELSE 1.0 END AS "naive",
  CAST(COALESCE(0, 0) AS DOUBLE PRECISION) AS "net"
FROM (
  SELECT
    "asked"."number" AS "number",
    SUM(CASE WHEN "near"."day" >= "asked"."as_of_day" THEN "kind_view" END) AS "after_it",
    SUM(CASE WHEN "near"."day" < "asked"."as_of_day" THEN "kind_view" END) AS "before_it"
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
