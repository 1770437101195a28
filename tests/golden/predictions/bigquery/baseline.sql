SELECT
  `user_id`,
  CASE
    WHEN `naive` <= 0e0
    THEN 5e-1
    ELSE CASE WHEN `naive` <= 2e0 THEN 1e0 ELSE 3e0 END
  END AS `score`
FROM `features`
