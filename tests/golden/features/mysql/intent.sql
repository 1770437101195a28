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
), `kinds_of_events` AS (
  SELECT
    `user_id`,
    COALESCE(SUM(CASE WHEN `kind` = 'view' THEN `intent_1h` END), 0) AS `intent_view_1h`,
    COALESCE(SUM(CASE WHEN `kind` = 'view' THEN `intent_1d` END), 0) AS `intent_view_1d`,
    COALESCE(SUM(CASE WHEN `kind` = 'view' THEN `intent_14d` END), 0) AS `intent_view_14d`,
    COALESCE(SUM(CASE WHEN `kind` = 'order' THEN `intent_1h` END), 0) AS `intent_order_1h`,
    COALESCE(SUM(CASE WHEN `kind` = 'order' THEN `intent_1d` END), 0) AS `intent_order_1d`,
    COALESCE(SUM(CASE WHEN `kind` = 'order' THEN `intent_14d` END), 0) AS `intent_order_14d`,
    COALESCE(SUM(CASE WHEN `kind` = 'search' THEN `intent_1h` END), 0) AS `intent_search_1h`,
    COALESCE(SUM(CASE WHEN `kind` = 'search' THEN `intent_1d` END), 0) AS `intent_search_1d`,
    COALESCE(SUM(CASE WHEN `kind` = 'search' THEN `intent_14d` END), 0) AS `intent_search_14d`,
    COALESCE(SUM(CASE WHEN `kind` = 'like' THEN `intent_1h` END), 0) AS `intent_like_1h`,
    COALESCE(SUM(CASE WHEN `kind` = 'like' THEN `intent_1d` END), 0) AS `intent_like_1d`,
    COALESCE(SUM(CASE WHEN `kind` = 'like' THEN `intent_14d` END), 0) AS `intent_like_14d`,
    COALESCE(SUM(CASE WHEN `kind` = 'video' THEN `intent_1h` END), 0) AS `intent_video_1h`,
    COALESCE(SUM(CASE WHEN `kind` = 'video' THEN `intent_1d` END), 0) AS `intent_video_1d`,
    COALESCE(SUM(CASE WHEN `kind` = 'video' THEN `intent_14d` END), 0) AS `intent_video_14d`,
    COALESCE(SUM(CASE WHEN `kind` = 'open' THEN `intent_1h` END), 0) AS `intent_open_1h`,
    COALESCE(SUM(CASE WHEN `kind` = 'open' THEN `intent_1d` END), 0) AS `intent_open_1d`,
    COALESCE(SUM(CASE WHEN `kind` = 'open' THEN `intent_14d` END), 0) AS `intent_open_14d`,
    COALESCE(SUM(CASE WHEN `kind` = 'COMMENT ''made''' THEN `intent_1h` END), 0) AS `intent_comment_made_fddb83_1h`,
    COALESCE(SUM(CASE WHEN `kind` = 'COMMENT ''made''' THEN `intent_1d` END), 0) AS `intent_comment_made_fddb83_1d`,
    COALESCE(SUM(CASE WHEN `kind` = 'COMMENT ''made''' THEN `intent_14d` END), 0) AS `intent_comment_made_fddb83_14d`
  FROM (
    SELECT
      SQL_BIG_RESULT
      `user_id`,
      `kind`,
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
      `at_us` < 1733184000000000
    GROUP BY
      `user_id`,
      `kind`
  ) AS `found`
  GROUP BY
    `user_id`
), `categories_met` AS (
  SELECT
    `user_id`,
    COALESCE(SUM(CASE WHEN `category` = 'sport' THEN `intent_1h` END), 0) AS `intent_category_sport_1h`,
    COALESCE(SUM(CASE WHEN `category` = 'sport' THEN `intent_1d` END), 0) AS `intent_category_sport_1d`,
    COALESCE(SUM(CASE WHEN `category` = 'sport' THEN `intent_14d` END), 0) AS `intent_category_sport_14d`,
    COALESCE(SUM(CASE WHEN `category` = 'O''Neil & "Co"' THEN `intent_1h` END), 0) AS `intent_category_o_neil_co_de0022_1h`,
    COALESCE(SUM(CASE WHEN `category` = 'O''Neil & "Co"' THEN `intent_1d` END), 0) AS `intent_category_o_neil_co_de0022_1d`,
    COALESCE(SUM(CASE WHEN `category` = 'O''Neil & "Co"' THEN `intent_14d` END), 0) AS `intent_category_o_neil_co_de0022_14d`
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
  COALESCE(CAST(`kinds_of_events`.`intent_view_1h` AS DOUBLE), 0.0) AS `intent_view_1h`, /* Events of kind 'view', each worth half after an hour. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_view_1d` AS DOUBLE), 0.0) AS `intent_view_1d`, /* Events of kind 'view', each worth half after a day. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_view_14d` AS DOUBLE), 0.0) AS `intent_view_14d`, /* Events of kind 'view', each worth half after two weeks. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_order_1h` AS DOUBLE), 0.0) AS `intent_order_1h`, /* Events of kind 'order', each worth half after an hour. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_order_1d` AS DOUBLE), 0.0) AS `intent_order_1d`, /* Events of kind 'order', each worth half after a day. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_order_14d` AS DOUBLE), 0.0) AS `intent_order_14d`, /* Events of kind 'order', each worth half after two weeks. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_search_1h` AS DOUBLE), 0.0) AS `intent_search_1h`, /* Events of kind 'search', each worth half after an hour. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_search_1d` AS DOUBLE), 0.0) AS `intent_search_1d`, /* Events of kind 'search', each worth half after a day. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_search_14d` AS DOUBLE), 0.0) AS `intent_search_14d`, /* Events of kind 'search', each worth half after two weeks. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_like_1h` AS DOUBLE), 0.0) AS `intent_like_1h`, /* Events of kind 'like', each worth half after an hour. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_like_1d` AS DOUBLE), 0.0) AS `intent_like_1d`, /* Events of kind 'like', each worth half after a day. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_like_14d` AS DOUBLE), 0.0) AS `intent_like_14d`, /* Events of kind 'like', each worth half after two weeks. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_video_1h` AS DOUBLE), 0.0) AS `intent_video_1h`, /* Events of kind 'video', each worth half after an hour. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_video_1d` AS DOUBLE), 0.0) AS `intent_video_1d`, /* Events of kind 'video', each worth half after a day. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_video_14d` AS DOUBLE), 0.0) AS `intent_video_14d`, /* Events of kind 'video', each worth half after two weeks. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_open_1h` AS DOUBLE), 0.0) AS `intent_open_1h`, /* Events of kind 'open', each worth half after an hour. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_open_1d` AS DOUBLE), 0.0) AS `intent_open_1d`, /* Events of kind 'open', each worth half after a day. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_open_14d` AS DOUBLE), 0.0) AS `intent_open_14d`, /* Events of kind 'open', each worth half after two weeks. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_comment_made_fddb83_1h` AS DOUBLE), 0.0) AS `intent_comment_made_fddb83_1h`, /* Events of kind "COMMENT 'made'", each worth half after an hour. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_comment_made_fddb83_1d` AS DOUBLE), 0.0) AS `intent_comment_made_fddb83_1d`, /* Events of kind "COMMENT 'made'", each worth half after a day. [score] */
  COALESCE(CAST(`kinds_of_events`.`intent_comment_made_fddb83_14d` AS DOUBLE), 0.0) AS `intent_comment_made_fddb83_14d`, /* Events of kind "COMMENT 'made'", each worth half after two weeks. [score] */
  COALESCE(CAST(`categories_met`.`intent_category_sport_1h` AS DOUBLE), 0.0) AS `intent_category_sport_1h`, /* Events of category 'sport', each worth half after an hour. [score] */
  COALESCE(CAST(`categories_met`.`intent_category_sport_1d` AS DOUBLE), 0.0) AS `intent_category_sport_1d`, /* Events of category 'sport', each worth half after a day. [score] */
  COALESCE(CAST(`categories_met`.`intent_category_sport_14d` AS DOUBLE), 0.0) AS `intent_category_sport_14d`, /* Events of category 'sport', each worth half after two weeks. [score] */
  COALESCE(CAST(`categories_met`.`intent_category_o_neil_co_de0022_1h` AS DOUBLE), 0.0) AS `intent_category_o_neil_co_de0022_1h`, /* Events of category 'O\'Neil & "Co"', each worth half after an hour. [score] */
  COALESCE(CAST(`categories_met`.`intent_category_o_neil_co_de0022_1d` AS DOUBLE), 0.0) AS `intent_category_o_neil_co_de0022_1d`, /* Events of category 'O\'Neil & "Co"', each worth half after a day. [score] */
  COALESCE(CAST(`categories_met`.`intent_category_o_neil_co_de0022_14d` AS DOUBLE), 0.0) AS `intent_category_o_neil_co_de0022_14d` /* Events of category 'O\'Neil & "Co"', each worth half after two weeks. [score] */
FROM `everyone`
LEFT JOIN `kinds_of_events`
  ON `kinds_of_events`.`user_id` = `everyone`.`user_id`
LEFT JOIN `categories_met`
  ON `categories_met`.`user_id` = `everyone`.`user_id`
