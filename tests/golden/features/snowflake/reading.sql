WITH "everyone" AS (
  SELECT
    "user_id"
  FROM "users"
  WHERE
    "since_us" IS NULL OR "since_us" < 1733184000000000
  UNION
  SELECT
    "user_id"
  FROM "user_days"
  WHERE
    "day" < 20060
), "days_of_activity" AS (
  SELECT
    "user_id",
    CAST(SUM("kind_view") AS DOUBLE) / NULLIF(COUNT(CASE WHEN "kind_view" > 0 THEN 1 END), 0) AS "reading_depth",
    COALESCE(SUM("view_seconds"), 0) AS "reading_seconds",
    SUM("view_seconds") / NULLIF(SUM("timed_views"), 0) AS "reading_seconds_per_view"
  FROM "user_days"
  WHERE
    "day" < 20060
  GROUP BY
    "user_id"
), "items_met" AS (
  SELECT
    "user_id",
    COUNT(CASE WHEN "views" > 0 THEN 1 END) AS "reading_items",
    1.0 - CAST(COUNT(CASE WHEN "views" > 0 THEN 1 END) AS DOUBLE) / NULLIF(SUM("views"), 0) AS "reading_return_share"
  FROM (
    SELECT
      "user_id",
      "item",
      COUNT(CASE WHEN "kind" = 'view' THEN 1 END) AS "views",
      COUNT(CASE WHEN "kind" = 'order' AND COALESCE("value", 0) >= 0 THEN 1 END) AS "orders"
    FROM "events"
    WHERE
      "at_us" < 1733184000000000 AND NOT "item" IS NULL
    GROUP BY
      "user_id",
      "item"
  ) AS "found"
  GROUP BY
    "user_id"
)
SELECT
  "everyone"."user_id",
  CAST("days_of_activity"."reading_depth" AS DOUBLE) AS "reading_depth", /* Views on a day with a view, on average. Null: no view yet. [events] */
  COALESCE(CAST("days_of_activity"."reading_seconds" AS DOUBLE), 0.0) AS "reading_seconds", /* Time spent on views. [seconds] */
  CAST("days_of_activity"."reading_seconds_per_view" AS DOUBLE) AS "reading_seconds_per_view", /* Time spent on a view, on average. Null: no view with a duration yet. [seconds] */
  COALESCE(CAST("items_met"."reading_items" AS DOUBLE), 0.0) AS "reading_items", /* Different items viewed. [items] */
  CAST("items_met"."reading_return_share" AS DOUBLE) AS "reading_return_share" /* Share of views that go back to an item viewed before. Null: no view of an item yet. [share] */
FROM "everyone"
LEFT JOIN "days_of_activity"
  ON "days_of_activity"."user_id" = "everyone"."user_id"
LEFT JOIN "items_met"
  ON "items_met"."user_id" = "everyone"."user_id"
