WITH `everyone` AS (
  SELECT
    `user_id`
  FROM `users`
  WHERE
    `since_us` IS NULL OR `since_us` < 1733184000000000
  UNION
  SELECT
    `user_id`
  FROM `user_days`
  WHERE
    `day` < 20060
), `days_of_activity` AS (
  SELECT
    `user_id`,
    CAST(SUM(`night`) AS DOUBLE) / NULLIF(SUM(`events`), 0) AS `time_night_share`,
    CAST(SUM(`morning`) AS DOUBLE) / NULLIF(SUM(`events`), 0) AS `time_morning_share`,
    CAST(SUM(`afternoon`) AS DOUBLE) / NULLIF(SUM(`events`), 0) AS `time_afternoon_share`,
    CAST(SUM(`events`) - SUM(`night`) - SUM(`morning`) - SUM(`afternoon`) AS DOUBLE) / NULLIF(SUM(`events`), 0) AS `time_evening_share`,
    CAST(SUM(CASE WHEN (
      `day` + 5
    ) % 7 < 2 THEN `events` ELSE 0 END) AS DOUBLE) / NULLIF(SUM(`events`), 0) AS `time_weekend_share`
  FROM `user_days`
  WHERE
    `day` < 20060
  GROUP BY
    `user_id`
)
SELECT
  `everyone`.`user_id`,
  CAST(`days_of_activity`.`time_night_share` AS DOUBLE) AS `time_night_share`, /* Share of events from 0 to 6 o'clock, UTC. Null: no event yet. [share] */
  CAST(`days_of_activity`.`time_morning_share` AS DOUBLE) AS `time_morning_share`, /* Share of events from 6 to 12 o'clock, UTC. Null: no event yet. [share] */
  CAST(`days_of_activity`.`time_afternoon_share` AS DOUBLE) AS `time_afternoon_share`, /* Share of events from 12 to 18 o'clock, UTC. Null: no event yet. [share] */
  CAST(`days_of_activity`.`time_evening_share` AS DOUBLE) AS `time_evening_share`, /* Share of events from 18 to 24 o'clock, UTC. Null: no event yet. [share] */
  CAST(`days_of_activity`.`time_weekend_share` AS DOUBLE) AS `time_weekend_share` /* Share of events on Saturdays and Sundays, UTC. Null: no event yet. [share] */
FROM `everyone`
LEFT JOIN `days_of_activity`
  ON `days_of_activity`.`user_id` = `everyone`.`user_id`
