SELECT
  `kind`,
  `value`,
  `other`,
  SUM(`events`) AS `events`,
  COUNT(*) AS `users`
FROM (
  SELECT
    `k`.`user_id`,
    `k`.`kind`,
    `p`.`by_country` AS `value`,
    'all' AS `other`,
    `k`.`events`
  FROM `growth_kinds` AS `k`
  JOIN `growth_people` AS `p`
    ON `p`.`user_id` = `k`.`user_id`
) AS `acts`
GROUP BY
  `kind`,
  `value`,
  `other`
ORDER BY
  `kind` NULLS LAST,
  `value` NULLS LAST,
  `other` NULLS LAST
