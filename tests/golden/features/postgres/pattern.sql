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
    SUM(CASE WHEN "day" >= 20060 - 7 AND "day" < 20060 - 0 THEN "events" ELSE 0 END) AS "pattern_week_1",
    SUM(CASE WHEN "day" >= 20060 - 14 AND "day" < 20060 - 7 THEN "events" ELSE 0 END) AS "pattern_week_2",
    CAST(SUM(
      CASE
        WHEN "day" >= 20060 - 14 AND "day" < 20060
        THEN "events" * (
          1.5 - (
            (
              20060 - 1 - "day"
            ) / 7 + 1
          )
        )
        ELSE 0.0
      END
    ) AS DOUBLE PRECISION) / 0.5 AS "pattern_trend",
    AVG(CAST("gap_days" AS DOUBLE PRECISION)) AS "pattern_gap_days",
    CASE
      WHEN COUNT("gap_days") >= 2
      THEN CAST(1.0 AS DOUBLE PRECISION) / (
        1.0 + CAST(SQRT(
          GREATEST(
            AVG(CAST("gap_days" AS DOUBLE PRECISION) * "gap_days") - AVG(CAST("gap_days" AS DOUBLE PRECISION)) * AVG(CAST("gap_days" AS DOUBLE PRECISION)),
            0.0
          )
        ) AS DOUBLE PRECISION) / AVG(CAST("gap_days" AS DOUBLE PRECISION))
      )
    END AS "pattern_regularity",
    GREATEST(COALESCE(MAX("gap_days"), 0), 20060 - MAX("day")) AS "pattern_longest_silence"
  FROM "user_days"
  WHERE
    "day" < 20060
  GROUP BY
    "user_id"
)
SELECT
  "everyone"."user_id",
  COALESCE(CAST("days_of_activity"."pattern_week_1" AS DOUBLE PRECISION), 0.0) AS "pattern_week_1", /* Events in the last week before the date. [events] */
  COALESCE(CAST("days_of_activity"."pattern_week_2" AS DOUBLE PRECISION), 0.0) AS "pattern_week_2", /* Events in the 2nd last week before the date. [events] */
  COALESCE(CAST("days_of_activity"."pattern_trend" AS DOUBLE PRECISION), 0.0) AS "pattern_trend", /* Events gained or lost a week: the slope of a line through the last 2 weeks. [per week] */
  CAST("days_of_activity"."pattern_gap_days" AS DOUBLE PRECISION) AS "pattern_gap_days", /* Days from one active day to the next, on average. Null: fewer than two active days. [days] */
  CAST("days_of_activity"."pattern_regularity" AS DOUBLE PRECISION) AS "pattern_regularity", /* How even the days between active days are: 1 is a clock, near 0 is bursts (1 / (1 + coefficient of variation)). Null: fewer than three active days. [score] */
  CAST("days_of_activity"."pattern_longest_silence" AS DOUBLE PRECISION) AS "pattern_longest_silence" /* The longest time without an event, up to the date. Null: no event yet. [days] */
FROM "everyone"
LEFT JOIN "days_of_activity"
  ON "days_of_activity"."user_id" = "everyone"."user_id"
