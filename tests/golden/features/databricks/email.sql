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
), `days_of_activity` AS (
  SELECT
    `user_id`,
    SUM(`kind_open`) AS `email_opens`,
    CAST(SUM(`kind_open`) AS DOUBLE) / NULLIF(SUM(`events`), 0) AS `email_share`
  FROM `user_days`
  WHERE
    `day` < 20060
  GROUP BY
    `user_id`
)
SELECT
  `everyone`.`user_id`,
  COALESCE(CAST(`days_of_activity`.`email_opens` AS DOUBLE), 0.0) AS `email_opens`, /* E-mails opened. [events] */
  CAST(`days_of_activity`.`email_share` AS DOUBLE) AS `email_share` /* Share of events that are e-mail opens. Null: no event yet. [share] */
FROM `everyone`
LEFT JOIN `days_of_activity`
  ON `days_of_activity`.`user_id` = `everyone`.`user_id`
