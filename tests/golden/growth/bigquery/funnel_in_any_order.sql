SELECT
  `user_id`,
  `n`.`step`,
  CAST(NULL AS INT64) AS `waited`,
  CAST(NULL AS INT64) AS `taken`,
  `begun`
FROM (
  SELECT
    `user_id`,
    MAX(
      CASE
        WHEN CASE
          WHEN CASE
            WHEN 0 >= 3
            THEN 0
            WHEN `seen_1` >= `at_us` - 604800000000
            AND `seen_2` >= `at_us` - 604800000000
            AND `seen_3` >= `at_us` - 604800000000
            THEN 3
            ELSE 0
          END >= 2
          THEN CASE
            WHEN 0 >= 3
            THEN 0
            WHEN `seen_1` >= `at_us` - 604800000000
            AND `seen_2` >= `at_us` - 604800000000
            AND `seen_3` >= `at_us` - 604800000000
            THEN 3
            ELSE 0
          END
          WHEN `seen_1` >= `at_us` - 604800000000 AND `seen_2` >= `at_us` - 604800000000
          THEN 2
          ELSE 0
        END >= 1
        THEN CASE
          WHEN CASE
            WHEN 0 >= 3
            THEN 0
            WHEN `seen_1` >= `at_us` - 604800000000
            AND `seen_2` >= `at_us` - 604800000000
            AND `seen_3` >= `at_us` - 604800000000
            THEN 3
            ELSE 0
          END >= 2
          THEN CASE
            WHEN 0 >= 3
            THEN 0
            WHEN `seen_1` >= `at_us` - 604800000000
            AND `seen_2` >= `at_us` - 604800000000
            AND `seen_3` >= `at_us` - 604800000000
            THEN 3
            ELSE 0
          END
          WHEN `seen_1` >= `at_us` - 604800000000 AND `seen_2` >= `at_us` - 604800000000
          THEN 2
          ELSE 0
        END
        WHEN `seen_1` >= `at_us` - 604800000000
        THEN 1
        ELSE 0
      END
    ) AS `furthest`,
    MAX(CASE WHEN `step` = 1 THEN `at_us` END) AS `begun`
  FROM (
    SELECT
      *,
      MAX(CASE WHEN `step` = 1 THEN `at_us` END) OVER (
        PARTITION BY `user_id`
        ORDER BY `at_us`, `step`
        rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
      ) AS `seen_1`,
      MAX(CASE WHEN `step` = 2 THEN `at_us` END) OVER (
        PARTITION BY `user_id`
        ORDER BY `at_us`, `step`
        rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
      ) AS `seen_2`,
      MAX(CASE WHEN `step` = 3 THEN `at_us` END) OVER (
        PARTITION BY `user_id`
        ORDER BY `at_us`, `step`
        rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
      ) AS `seen_3`
    FROM (
      SELECT
        `user_id`,
        `at_us`,
        CASE
          WHEN `kind` = 'view'
          THEN 1
          ELSE CASE
            WHEN `kind` = 'click'
            THEN 2
            ELSE CASE WHEN `kind` = 'order' THEN 3 ELSE NULL END
          END
        END AS `step`
      FROM `events`
      WHERE
        `at_us` < 1767657600000000 AND `kind` IN ('view', 'click', 'order')
    ) AS `acts`
  ) AS `seen`
  GROUP BY
    `user_id`
) AS `counted`
JOIN (
  SELECT
    1 AS `step`
  UNION ALL
  SELECT
    2 AS `step`
  UNION ALL
  SELECT
    3 AS `step`
) AS `n`
  ON `n`.`step` <= `counted`.`furthest`
