SELECT
  `asked`.`number` AS `number`,
  CASE WHEN `there`.`segment` = 2 THEN 1.0 ELSE 0.0 END AS `outcome`,
  0.0 AS `naive`,
  0.0 AS `net`
FROM `asked` AS `asked`
LEFT JOIN `before` AS `here`
  ON `here`.`user_id` = `asked`.`number`
LEFT JOIN `after` AS `there`
  ON `there`.`user_id` = `asked`.`number`
WHERE
  `here`.`segment` IS NULL OR `here`.`segment` <> 2
