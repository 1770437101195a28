SELECT
  `kind`,
  `value`,
  `other`,
  SUM(`events`) AS `events`,
  COUNT(*) AS `users`
FROM (
  SELECT
    SQL_BIG_RESULT
    `user_id`,
    `kind`,
    `value`,
    `other`,
    COUNT(*) AS `events`
  FROM (
    SELECT
      `e`.`user_id`,
      `e`.`kind`,
      `p`.`by_country` AS `value`,
      CASE
        WHEN `e`.`category` IS NULL
        THEN '(unknown)'
        WHEN `e`.`category` IN ('O''Neil')
        THEN `e`.`category`
        ELSE '(others)'
      END AS `other`
    FROM `events` AS `e`
    JOIN `growth_people` AS `p`
      ON `p`.`user_id` = `e`.`user_id`
    WHERE
      `e`.`at_us` < 1767657600000000
  ) AS `valued`
  GROUP BY
    `user_id`,
    `kind`,
    `value`,
    `other`
) AS `acts`
GROUP BY
  `kind`,
  `value`,
  `other`
ORDER BY
  CASE WHEN `kind` IS NULL THEN 1 ELSE 0 END, `kind`,
  CASE WHEN `value` IS NULL THEN 1 ELSE 0 END, `value`,
  CASE WHEN `other` IS NULL THEN 1 ELSE 0 END, `other`
