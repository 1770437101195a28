WITH "everyone" AS (
  SELECT
    "user_id"
  FROM "users"
  WHERE
    "since_us" IS NULL OR "since_us" < 1733184000000000
  UNION DISTINCT
  SELECT
    "user_id"
  FROM "user_days"
  WHERE
    "day" < 20060
), "days_of_activity" AS (
  SELECT
    "user_id",
    SUM("kind_search") AS "search_count",
    CAST(SUM("kind_search") AS Nullable(Float64)) / nullIf(SUM("events"), 0) AS "search_share"
  FROM "user_days"
  WHERE
    "day" < 20060
  GROUP BY
    "user_id"
), "queries_asked" AS (
  SELECT
    "user_id",
    COUNT(*) AS "search_distinct",
    CAST(SUM(CHAR_LENGTH("query") * "searches") AS Nullable(Float64)) / nullIf(SUM("searches"), 0) AS "search_length"
  FROM (
    SELECT
      "user_id",
      LOWER(TRIM("query")) AS "query",
      COUNT(*) AS "searches"
    FROM "events"
    WHERE
      "at_us" < 1733184000000000 AND "kind" = 'search' AND TRIM("query") <> ''
    GROUP BY
      "user_id",
      LOWER(TRIM("query"))
  ) AS "found"
  GROUP BY
    "user_id"
)
SELECT
  "everyone"."user_id",
  COALESCE(CAST("days_of_activity"."search_count" AS Nullable(Float64)), 0.0) AS "search_count", /* Searches. [events] */
  CAST("days_of_activity"."search_share" AS Nullable(Float64)) AS "search_share", /* Share of events that are searches. Null: no event yet. [share] */
  COALESCE(CAST("queries_asked"."search_distinct" AS Nullable(Float64)), 0.0) AS "search_distinct", /* Different queries. [items] */
  CAST("queries_asked"."search_length" AS Nullable(Float64)) AS "search_length" /* Length of a query, on average. Null: no query yet. [characters] */
FROM "everyone"
LEFT JOIN "days_of_activity"
  ON "days_of_activity"."user_id" = "everyone"."user_id"
LEFT JOIN "queries_asked"
  ON "queries_asked"."user_id" = "everyone"."user_id"
