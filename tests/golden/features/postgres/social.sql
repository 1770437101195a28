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
    SUM("kind_like") AS "social_likes",
    CAST(SUM("kind_like") AS DOUBLE PRECISION) / NULLIF(SUM("kind_view"), 0) AS "social_likes_per_view",
    CAST(SUM("kind_like") AS DOUBLE PRECISION) / NULLIF(SUM("kind_view"), 0) AS "social_per_view"
  FROM "user_days"
  WHERE
    "day" < 20060
  GROUP BY
    "user_id"
)
SELECT
  "everyone"."user_id",
  COALESCE(CAST("days_of_activity"."social_likes" AS DOUBLE PRECISION), 0.0) AS "social_likes", /* Likes. [events] */
  CAST("days_of_activity"."social_likes_per_view" AS DOUBLE PRECISION) AS "social_likes_per_view", /* Likes a view. Null: no view yet. [share] */
  CAST("days_of_activity"."social_per_view" AS DOUBLE PRECISION) AS "social_per_view" /* Social acts a view. Null: no view yet. [share] */
FROM "everyone"
LEFT JOIN "days_of_activity"
  ON "days_of_activity"."user_id" = "everyone"."user_id"
