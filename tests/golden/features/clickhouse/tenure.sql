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
    20060 - MIN("day") AS "tenure_days",
    CAST(COUNT(*) AS Nullable(Float64)) / nullIf(20060 - MIN("day"), 0) AS "tenure_active_share"
  FROM "user_days"
  WHERE
    "day" < 20060
  GROUP BY
    "user_id"
), "facts_about_users" AS (
  SELECT
    "user_id",
    20060 - CAST(MAX("since_us") / 86400000000 AS Nullable(Int64)) AS "tenure_signed_up_days"
  FROM "users"
  WHERE
    "since_us" IS NULL OR "since_us" < 1733184000000000
  GROUP BY
    "user_id"
)
SELECT
  "everyone"."user_id",
  CAST("days_of_activity"."tenure_days" AS Nullable(Float64)) AS "tenure_days", /* Days since the first event. Null: no event yet. [days] */
  CAST("days_of_activity"."tenure_active_share" AS Nullable(Float64)) AS "tenure_active_share", /* Share of days with an event since the first. Null: no event yet. [share] */
  CAST("facts_about_users"."tenure_signed_up_days" AS Nullable(Float64)) AS "tenure_signed_up_days" /* Days since signing up. Null: sign-up unknown. [days] */
FROM "everyone"
LEFT JOIN "days_of_activity"
  ON "days_of_activity"."user_id" = "everyone"."user_id"
LEFT JOIN "facts_about_users"
  ON "facts_about_users"."user_id" = "everyone"."user_id"
