SELECT
  SQL_BIG_RESULT
  `user_id`,
  `told` AS `value`,
  COUNT(*) AS `events`,
  SUM(`goal`) AS `goals`,
  SUM(`ordered`) AS `orders`,
  SUM(`spend`) AS `spend`,
  SUM(`refunded`) AS `refunded`,
  SUM(`spend`) - SUM(`refunded`) AS `revenue`
FROM (
  SELECT
    `user_id`,
    CASE
      WHEN `category` IS NULL
      THEN '(unknown)'
      WHEN `category` IN ('O''Neil')
      THEN `category`
      ELSE '(others)'
    END AS `told`,
    CASE WHEN `kind` = 'order' AND COALESCE(`value`, 0) >= 0 THEN 1 ELSE 0 END AS `goal`,
    CASE WHEN `kind` = 'order' AND COALESCE(`value`, 0) >= 0 THEN 1 ELSE 0 END AS `ordered`,
    CASE WHEN `kind` = 'order' AND `value` >= 0 THEN `value` ELSE 0.0 END AS `spend`,
    CASE
      WHEN `kind` = 'refund' OR (
        `kind` = 'order' AND `value` < 0
      )
      THEN COALESCE(ABS(`value`), 0.0)
      ELSE 0.0
    END AS `refunded`
  FROM `events`
  WHERE
    `at_us` < 1767657600000000
) AS `valued`
GROUP BY
  `user_id`,
  `told`
