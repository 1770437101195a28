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
), `devices_used` AS (
  SELECT
    `user_id`,
    COUNT(`device`) AS `devices_count`,
    CAST(SUM(CASE WHEN `device` = 'mobile' THEN `events` ELSE 0 END) AS DOUBLE) / NULLIF(SUM(`events`), 0) AS `devices_mobile_share`,
    CAST(SUM(CASE WHEN `device` = 'desktop' THEN `events` ELSE 0 END) AS DOUBLE) / NULLIF(SUM(`events`), 0) AS `devices_desktop_share`
  FROM (
    SELECT
      SQL_BIG_RESULT
      `user_id`,
      `device`,
      COUNT(*) AS `events`
    FROM `events`
    WHERE
      `at_us` < 1733184000000000 AND NOT `device` IS NULL
    GROUP BY
      `user_id`,
      `device`
  ) AS `found`
  GROUP BY
    `user_id`
)
SELECT
  `everyone`.`user_id`,
  COALESCE(CAST(`devices_used`.`devices_count` AS DOUBLE), 0.0) AS `devices_count`, /* Different devices used. [items] */
  CAST(`devices_used`.`devices_mobile_share` AS DOUBLE) AS `devices_mobile_share`, /* Share of events by device 'mobile', of those with a device. Null: no event with a device yet. [share] */
  CAST(`devices_used`.`devices_desktop_share` AS DOUBLE) AS `devices_desktop_share` /* Share of events by device 'desktop', of those with a device. Null: no event with a device yet. [share] */
FROM `everyone`
LEFT JOIN `devices_used`
  ON `devices_used`.`user_id` = `everyone`.`user_id`
