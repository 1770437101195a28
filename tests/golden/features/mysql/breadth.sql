WITH `everyone` AS (
  SELECT
    `user_id`
  FROM `users`
  WHERE
    `since_us` IS NULL OR `since_us` < 1733184000000000
  UNION
  SELECT
    `user_id`
  FROM `user_days`
  WHERE
    `day` < 20060
), `items_met` AS (
  SELECT
    `user_id`,
    COUNT(*) AS `breadth_items`
  FROM (
    SELECT
      SQL_BIG_RESULT
      `user_id`,
      `item`,
      COUNT(CASE WHEN `kind` = 'view' THEN 1 END) AS `views`,
      COUNT(CASE WHEN `kind` = 'order' AND COALESCE(`value`, 0) >= 0 THEN 1 END) AS `orders`
    FROM `events`
    WHERE
      `at_us` < 1733184000000000 AND NOT `item` IS NULL
    GROUP BY
      `user_id`,
      `item`
  ) AS `found`
  GROUP BY
    `user_id`
), `categories_met` AS (
  SELECT
    `user_id`,
    COUNT(*) AS `breadth_categories`,
    SUM(CAST(`events` AS DOUBLE) * `events`) / NULLIF(CAST(SUM(`events`) AS DOUBLE) * SUM(`events`), 0) AS `breadth_concentration`,
    MAX(CASE WHEN `place` = 1 THEN `category` END) AS `breadth_favourite_category`
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY `user_id`
        ORDER BY `events` DESC, CASE WHEN `category` IS NULL THEN 1 ELSE 0 END, `category`
      ) AS `place`
    FROM (
      SELECT
        SQL_BIG_RESULT
        `user_id`,
        `category`,
        COUNT(*) AS `events`,
        SUM(
          EXP(
            GREATEST(CAST(`at_us` - 1733184000000000 AS DOUBLE) * 1.9254088348887368e-10, -600.0)
          )
        ) AS `intent_1h`,
        SUM(
          EXP(
            GREATEST(CAST(`at_us` - 1733184000000000 AS DOUBLE) * 8.022536812036404e-12, -600.0)
          )
        ) AS `intent_1d`,
        SUM(
          EXP(
            GREATEST(CAST(`at_us` - 1733184000000000 AS DOUBLE) * 5.73038343716886e-13, -600.0)
          )
        ) AS `intent_14d`
      FROM `events`
      WHERE
        `at_us` < 1733184000000000 AND NOT `category` IS NULL
      GROUP BY
        `user_id`,
        `category`
    ) AS `categories`
  ) AS `found`
  GROUP BY
    `user_id`
)
SELECT
  `everyone`.`user_id`,
  COALESCE(CAST(`items_met`.`breadth_items` AS DOUBLE), 0.0) AS `breadth_items`, /* Different items met in any way. [items] */
  COALESCE(CAST(`categories_met`.`breadth_categories` AS DOUBLE), 0.0) AS `breadth_categories`, /* Different categories met in any way. [items] */
  CAST(`categories_met`.`breadth_concentration` AS DOUBLE) AS `breadth_concentration`, /* How much one category has of all: 1 is one category only (sum of squared shares). Null: no event with a category yet. [share] */
  CAST(`categories_met`.`breadth_favourite_category` AS CHAR) AS `breadth_favourite_category` /* The category of most events. Null: no event with a category yet. [category] */
FROM `everyone`
LEFT JOIN `items_met`
  ON `items_met`.`user_id` = `everyone`.`user_id`
LEFT JOIN `categories_met`
  ON `categories_met`.`user_id` = `everyone`.`user_id`
