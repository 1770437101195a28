SELECT
  SQL_BIG_RESULT
  `user_id`,
  `period`
FROM (
  SELECT
    `d`.`user_id`,
    (
      `d`.`day` - `p`.`first_day`
    ) DIV 30 AS `period`,
    `p`.`first_day`
  FROM `user_days` AS `d`
  JOIN `growth_people` AS `p`
    ON `p`.`user_id` = `d`.`user_id`
  WHERE
    `d`.`day` < 20459
) AS `seen`
WHERE
  `period` = 0
  OR (
    `period` <= 12 AND `first_day` + 30 * (
      `period` + 1
    ) <= 20459
  )
GROUP BY
  `user_id`,
  `period`
