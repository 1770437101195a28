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
    20060 - MAX("day") AS "recency_days_since_last",
    20060 - MAX(CASE WHEN "kind_view" > 0 THEN "day" END) AS "recency_days_since_view",
    20060 - MAX(CASE WHEN "kind_order" > 0 THEN "day" END) AS "recency_days_since_order",
    20060 - MAX(CASE WHEN "kind_search" > 0 THEN "day" END) AS "recency_days_since_search",
    20060 - MAX(CASE WHEN "kind_like" > 0 THEN "day" END) AS "recency_days_since_like",
    20060 - MAX(CASE WHEN "kind_video" > 0 THEN "day" END) AS "recency_days_since_video",
    20060 - MAX(CASE WHEN "kind_open" > 0 THEN "day" END) AS "recency_days_since_open",
    20060 - MAX(CASE WHEN "kind_comment_made_fddb83" > 0 THEN "day" END) AS "recency_days_since_comment_made_fddb83"
  FROM "user_days"
  WHERE
    "day" < 20060
  GROUP BY
    "user_id"
)
SELECT
  "everyone"."user_id",
  CAST("days_of_activity"."recency_days_since_last" AS Nullable(Float64)) AS "recency_days_since_last", /* Days since the last event; 1 is the day before the date. Null: no event yet. [days] */
  CAST("days_of_activity"."recency_days_since_view" AS Nullable(Float64)) AS "recency_days_since_view", /* Days since the last event of kind 'view'. Null: no event of kind 'view' yet. [days] */
  CAST("days_of_activity"."recency_days_since_order" AS Nullable(Float64)) AS "recency_days_since_order", /* Days since the last event of kind 'order'. Null: no event of kind 'order' yet. [days] */
  CAST("days_of_activity"."recency_days_since_search" AS Nullable(Float64)) AS "recency_days_since_search", /* Days since the last event of kind 'search'. Null: no event of kind 'search' yet. [days] */
  CAST("days_of_activity"."recency_days_since_like" AS Nullable(Float64)) AS "recency_days_since_like", /* Days since the last event of kind 'like'. Null: no event of kind 'like' yet. [days] */
  CAST("days_of_activity"."recency_days_since_video" AS Nullable(Float64)) AS "recency_days_since_video", /* Days since the last event of kind 'video'. Null: no event of kind 'video' yet. [days] */
  CAST("days_of_activity"."recency_days_since_open" AS Nullable(Float64)) AS "recency_days_since_open", /* Days since the last event of kind 'open'. Null: no event of kind 'open' yet. [days] */
  CAST("days_of_activity"."recency_days_since_comment_made_fddb83" AS Nullable(Float64)) AS "recency_days_since_comment_made_fddb83" /* Days since the last event of kind "COMMENT 'made'". Null: no event of kind "COMMENT 'made'" yet. [days] */
FROM "everyone"
LEFT JOIN "days_of_activity"
  ON "days_of_activity"."user_id" = "everyone"."user_id"
