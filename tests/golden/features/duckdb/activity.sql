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
    SUM("events") AS "activity_events",
    COUNT(*) AS "activity_active_days",
    SUM("sessions") AS "activity_sessions",
    CAST(SUM("events") AS DOUBLE) / NULLIF(SUM("sessions"), 0) AS "activity_events_per_session",
    CAST(SUM("session_us") AS DOUBLE) / 1000000 / NULLIF(SUM("sessions"), 0) AS "activity_session_seconds",
    SUM("kind_view") AS "activity_view_events",
    COUNT(CASE WHEN "kind_view" > 0 THEN 1 END) AS "activity_view_days",
    SUM("kind_order") AS "activity_order_events",
    COUNT(CASE WHEN "kind_order" > 0 THEN 1 END) AS "activity_order_days",
    SUM("kind_search") AS "activity_search_events",
    COUNT(CASE WHEN "kind_search" > 0 THEN 1 END) AS "activity_search_days",
    SUM("kind_like") AS "activity_like_events",
    COUNT(CASE WHEN "kind_like" > 0 THEN 1 END) AS "activity_like_days",
    SUM("kind_video") AS "activity_video_events",
    COUNT(CASE WHEN "kind_video" > 0 THEN 1 END) AS "activity_video_days",
    SUM("kind_open") AS "activity_open_events",
    COUNT(CASE WHEN "kind_open" > 0 THEN 1 END) AS "activity_open_days",
    SUM("kind_comment_made_fddb83") AS "activity_comment_made_fddb83_events",
    COUNT(CASE WHEN "kind_comment_made_fddb83" > 0 THEN 1 END) AS "activity_comment_made_fddb83_days"
  FROM "user_days"
  WHERE
    "day" < 20060
  GROUP BY
    "user_id"
)
SELECT
  "everyone"."user_id",
  COALESCE(CAST("days_of_activity"."activity_events" AS DOUBLE), 0.0) AS "activity_events", /* Events of any kind. [events] */
  COALESCE(CAST("days_of_activity"."activity_active_days" AS DOUBLE), 0.0) AS "activity_active_days", /* Days with an event. [days] */
  COALESCE(CAST("days_of_activity"."activity_sessions" AS DOUBLE), 0.0) AS "activity_sessions", /* Sessions; a pause of more than 30 minutes ends one. [events] */
  CAST("days_of_activity"."activity_events_per_session" AS DOUBLE) AS "activity_events_per_session", /* Events in a session, on average. Null: no session yet. [events] */
  CAST("days_of_activity"."activity_session_seconds" AS DOUBLE) AS "activity_session_seconds", /* From first to last event of a session, on average. Null: no session yet. [seconds] */
  COALESCE(CAST("days_of_activity"."activity_view_events" AS DOUBLE), 0.0) AS "activity_view_events", /* Events of kind 'view'. [events] */
  COALESCE(CAST("days_of_activity"."activity_view_days" AS DOUBLE), 0.0) AS "activity_view_days", /* Days with an event of kind 'view'. [days] */
  COALESCE(CAST("days_of_activity"."activity_order_events" AS DOUBLE), 0.0) AS "activity_order_events", /* Events of kind 'order'. [events] */
  COALESCE(CAST("days_of_activity"."activity_order_days" AS DOUBLE), 0.0) AS "activity_order_days", /* Days with an event of kind 'order'. [days] */
  COALESCE(CAST("days_of_activity"."activity_search_events" AS DOUBLE), 0.0) AS "activity_search_events", /* Events of kind 'search'. [events] */
  COALESCE(CAST("days_of_activity"."activity_search_days" AS DOUBLE), 0.0) AS "activity_search_days", /* Days with an event of kind 'search'. [days] */
  COALESCE(CAST("days_of_activity"."activity_like_events" AS DOUBLE), 0.0) AS "activity_like_events", /* Events of kind 'like'. [events] */
  COALESCE(CAST("days_of_activity"."activity_like_days" AS DOUBLE), 0.0) AS "activity_like_days", /* Days with an event of kind 'like'. [days] */
  COALESCE(CAST("days_of_activity"."activity_video_events" AS DOUBLE), 0.0) AS "activity_video_events", /* Events of kind 'video'. [events] */
  COALESCE(CAST("days_of_activity"."activity_video_days" AS DOUBLE), 0.0) AS "activity_video_days", /* Days with an event of kind 'video'. [days] */
  COALESCE(CAST("days_of_activity"."activity_open_events" AS DOUBLE), 0.0) AS "activity_open_events", /* Events of kind 'open'. [events] */
  COALESCE(CAST("days_of_activity"."activity_open_days" AS DOUBLE), 0.0) AS "activity_open_days", /* Days with an event of kind 'open'. [days] */
  COALESCE(CAST("days_of_activity"."activity_comment_made_fddb83_events" AS DOUBLE), 0.0) AS "activity_comment_made_fddb83_events", /* Events of kind "COMMENT 'made'". [events] */
  COALESCE(CAST("days_of_activity"."activity_comment_made_fddb83_days" AS DOUBLE), 0.0) AS "activity_comment_made_fddb83_days" /* Days with an event of kind "COMMENT 'made'". [days] */
FROM "everyone"
LEFT JOIN "days_of_activity"
  ON "days_of_activity"."user_id" = "everyone"."user_id"
