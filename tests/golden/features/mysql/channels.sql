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
), `channels_used` AS (
  SELECT
    `user_id`,
    COUNT(`channel`) AS `channels_count`,
    CAST(SUM(CASE WHEN `channel` = 'search' THEN `events` ELSE 0 END) AS DOUBLE) / NULLIF(SUM(`events`), 0) AS `channels_search_share`,
    CAST(SUM(CASE WHEN `channel` = 'newsletter' THEN `events` ELSE 0 END) AS DOUBLE) / NULLIF(SUM(`events`), 0) AS `channels_newsletter_share`
  FROM (
    SELECT
      `user_id`,
      `channel`,
      `events`,
      ROW_NUMBER() OVER (
        PARTITION BY `user_id`
        ORDER BY CASE WHEN `first_us` IS NULL THEN 1 ELSE 0 END, `first_us`, CASE WHEN `channel` IS NULL THEN 1 ELSE 0 END, `channel`
      ) AS `place`
    FROM (
      SELECT
        SQL_BIG_RESULT
        `user_id`,
        `channel`,
        COUNT(*) AS `events`,
        MIN(`at_us`) AS `first_us`
      FROM `events`
      WHERE
        `at_us` < 1733184000000000 AND NOT `channel` IS NULL
      GROUP BY
        `user_id`,
        `channel`
    ) AS `channels`
  ) AS `found`
  GROUP BY
    `user_id`
)
SELECT
  `everyone`.`user_id`,
  COALESCE(CAST(`channels_used`.`channels_count` AS DOUBLE), 0.0) AS `channels_count`, /* Different channels used. [items] */
  CAST(`channels_used`.`channels_search_share` AS DOUBLE) AS `channels_search_share`, /* Share of events by channel 'search', of those with a channel. Null: no event with a channel yet. [share] */
  CAST(`channels_used`.`channels_newsletter_share` AS DOUBLE) AS `channels_newsletter_share` /* Share of events by channel 'newsletter', of those with a channel. Null: no event with a channel yet. [share] */
FROM `everyone`
LEFT JOIN `channels_used`
  ON `channels_used`.`user_id` = `everyone`.`user_id`
