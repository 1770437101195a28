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
    SUM("kind_video") AS "video_plays",
    COALESCE(SUM("video_seconds"), 0) AS "video_seconds",
    SUM("video_seconds") / nullIf(SUM("timed_videos"), 0) AS "video_seconds_per_play"
  FROM "user_days"
  WHERE
    "day" < 20060
  GROUP BY
    "user_id"
)
SELECT
  "everyone"."user_id",
  COALESCE(CAST("days_of_activity"."video_plays" AS Nullable(Float64)), 0.0) AS "video_plays", /* Videos played. [events] */
  COALESCE(CAST("days_of_activity"."video_seconds" AS Nullable(Float64)), 0.0) AS "video_seconds", /* Time spent on videos. [seconds] */
  CAST("days_of_activity"."video_seconds_per_play" AS Nullable(Float64)) AS "video_seconds_per_play" /* Time spent on a video, on average. Null: no video with a duration yet. [seconds] */
FROM "everyone"
LEFT JOIN "days_of_activity"
  ON "days_of_activity"."user_id" = "everyone"."user_id"
