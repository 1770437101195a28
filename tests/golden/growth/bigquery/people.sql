WITH `everyone` AS (
  SELECT
    `user_id`
  FROM `users`
  WHERE
    `since_us` IS NULL OR `since_us` < 1767657600000000
  UNION DISTINCT
  SELECT
    `user_id`
  FROM `user_days`
  WHERE
    `day` < 20459
), `done` AS (
  SELECT
    `user_id`,
    MIN(`day`) AS `first_day`,
    MAX(`day`) AS `last_day`,
    SUM(`events`) AS `events`,
    SUM(`orders`) AS `goals`,
    SUM(`orders`) AS `orders`,
    SUM(`spend`) AS `spend`,
    SUM(`refunded`) AS `refunded`
  FROM `user_days`
  WHERE
    `day` < 20459
  GROUP BY
    `user_id`
)
SELECT
  `everyone`.`user_id`,
  `done`.`first_day`,
  `done`.`last_day`,
  CAST(COALESCE(`done`.`events`, 0) AS INT64) AS `events`,
  CAST(COALESCE(`done`.`goals`, 0) AS INT64) AS `goals`,
  CAST(COALESCE(`done`.`orders`, 0) AS INT64) AS `orders`,
  COALESCE(`done`.`spend`, 0.0) AS `spend`,
  COALESCE(`done`.`refunded`, 0.0) AS `refunded`,
  COALESCE(`done`.`spend`, 0.0) - COALESCE(`done`.`refunded`, 0.0) AS `revenue`,
  CASE
    WHEN `by_country`.`value` IS NULL
    THEN '(unknown)'
    WHEN `by_country`.`value` IN ('at')
    THEN `by_country`.`value`
    ELSE '(others)'
  END AS `by_country`,
  CASE
    WHEN `by_category`.`value` IS NULL
    THEN '(unknown)'
    WHEN `by_category`.`value` IN ('O\'Neil')
    THEN `by_category`.`value`
    ELSE '(others)'
  END AS `by_category`,
  CASE
    WHEN `by_taste`.`value` IS NULL
    THEN '(unknown)'
    WHEN `by_taste`.`value` IN ('Fans')
    THEN `by_taste`.`value`
    ELSE '(others)'
  END AS `by_taste`
FROM `everyone`
LEFT JOIN `done`
  ON `done`.`user_id` = `everyone`.`user_id`
LEFT JOIN (
  SELECT
    `user_id`,
    `country` AS `value`
  FROM `users`
) AS `by_country`
  ON `by_country`.`user_id` = `everyone`.`user_id`
LEFT JOIN (
  SELECT
    `e`.`user_id`,
    MIN(`e`.`category`) AS `value`
  FROM `events` AS `e`
  JOIN (
    SELECT
      `user_id`,
      MIN(`at_us`) AS `first_us`
    FROM `events`
    WHERE
      NOT `category` IS NULL AND `at_us` < 1767657600000000
    GROUP BY
      `user_id`
  ) AS `firsts`
    ON `firsts`.`user_id` = `e`.`user_id` AND `firsts`.`first_us` = `e`.`at_us`
  GROUP BY
    `e`.`user_id`
) AS `by_category`
  ON `by_category`.`user_id` = `everyone`.`user_id`
LEFT JOIN (
  SELECT
    `m`.`user_id`,
    `s`.`name` AS `value`
  FROM `membership` AS `m`
  JOIN `segments` AS `s`
    ON `s`.`segmentation` = `m`.`segmentation` AND `s`.`segment` = `m`.`segment`
  WHERE
    `m`.`segmentation` = 'taste'
) AS `by_taste`
  ON `by_taste`.`user_id` = `everyone`.`user_id`
