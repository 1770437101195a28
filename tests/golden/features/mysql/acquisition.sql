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
    MAX(CASE WHEN `place` = 1 THEN `channel` END) AS `acquisition_channel`
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
  CAST(`channels_used`.`acquisition_channel` AS CHAR) AS `acquisition_channel` /* The channel of the first event that has one. Null: no event with a channel yet. [category] */
FROM `everyone`
LEFT JOIN `channels_used`
  ON `channels_used`.`user_id` = `everyone`.`user_id`
