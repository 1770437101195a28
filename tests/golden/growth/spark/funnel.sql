SELECT
  `user_id`,
  `step`,
  `waited`,
  `taken`,
  `begun`
FROM (
  SELECT
    `user_id`,
    `step`,
    `at_us` - `before_us` AS `waited`,
    `at_us` - `began_us` AS `taken`,
    `begun`,
    ROW_NUMBER() OVER (PARTITION BY `user_id`, `step` ORDER BY `at_us` NULLS LAST, `began_us` DESC) AS `place`
  FROM (
    SELECT
      `user_id`,
      `at_us`,
      `step`,
      COALESCE(CASE WHEN `step` = 1 THEN `at_us` END, `before_2`, `before_3`) AS `before_us`,
      COALESCE(CASE WHEN `step` = 1 THEN `at_us` END, `began_2`, `began_3`) AS `began_us`,
      MAX(CASE WHEN `step` = 1 THEN `at_us` END) OVER (PARTITION BY `user_id`) AS `begun`
    FROM (
      SELECT
        `user_id`,
        `at_us`,
        `step`,
        `began_2`,
        `before_2`,
        CASE WHEN `step` = 3 AND `b` >= `at_us` - 604800000000 THEN `b` END AS `began_3`,
        CASE WHEN `step` = 3 AND `b` >= `at_us` - 604800000000 THEN `a` END AS `before_3`
      FROM (
        SELECT
          *,
          MAX(`began_2`) OVER (
            PARTITION BY `user_id`
            ORDER BY `at_us` NULLS LAST, `step` NULLS LAST
            rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
          ) AS `b`,
          MAX(CASE WHEN NOT `began_2` IS NULL THEN `at_us` END) OVER (
            PARTITION BY `user_id`
            ORDER BY `at_us` NULLS LAST, `step` NULLS LAST
            rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
          ) AS `a`
        FROM (
          SELECT
            `user_id`,
            `at_us`,
            `step`,
            CASE WHEN `step` = 2 AND `b` >= `at_us` - 604800000000 THEN `b` END AS `began_2`,
            CASE WHEN `step` = 2 AND `b` >= `at_us` - 604800000000 THEN `a` END AS `before_2`
          FROM (
            SELECT
              *,
              MAX(CASE WHEN `step` = 1 THEN `at_us` END) OVER (
                PARTITION BY `user_id`
                ORDER BY `at_us` NULLS LAST, `step` NULLS LAST
                rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
              ) AS `b`,
              MAX(CASE WHEN NOT CASE WHEN `step` = 1 THEN `at_us` END IS NULL THEN `at_us` END) OVER (
                PARTITION BY `user_id`
                ORDER BY `at_us` NULLS LAST, `step` NULLS LAST
                rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
              ) AS `a`
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
            ) AS `acts_2`
          ) AS `latest_2`
        ) AS `acts_3`
      ) AS `latest_3`
    ) AS `chained`
  ) AS `reached`
  WHERE
    NOT `began_us` IS NULL
) AS `placed`
WHERE
  `place` = 1
