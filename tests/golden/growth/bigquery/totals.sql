SELECT
  `value`,
  COUNT(*) AS `users`,
  COUNT(CASE WHEN `events` > 0 THEN 1 END) AS `active`,
  COUNT(CASE WHEN `spend` > 0 THEN 1 END) AS `payers`,
  SUM(`events`) AS `events`,
  SUM(`orders`) AS `orders`,
  SUM(`spend`) AS `spend`,
  SUM(`refunded`) AS `refunded`,
  SUM(`revenue`) AS `revenue`
FROM (
  SELECT
    *
  FROM `growth_by_category`
) AS `valued`
GROUP BY
  `value`
