WITH "everyone" AS (
  SELECT
    "user_id"
  FROM "users"
  WHERE
    "since_us" IS NULL OR "since_us" < 1733184000000000
  UNION
  SELECT
    "user_id"
  FROM "user_days"
  WHERE
    "day" < 20060
), "facts_about_users" AS (
  SELECT
    "user_id",
    MAX("age") AS "attributes_age",
    MAX("home country") AS "attributes_home_country_4dd993"
  FROM "users"
  WHERE
    "since_us" IS NULL OR "since_us" < 1733184000000000
  GROUP BY
    "user_id"
)
SELECT
  "everyone"."user_id",
  CAST("facts_about_users"."attributes_age" AS DOUBLE PRECISION) AS "attributes_age", /* The attribute 'age' of the user. Null: unknown. [number] */
  CAST("facts_about_users"."attributes_home_country_4dd993" AS VARCHAR(MAX)) AS "attributes_home_country_4dd993" /* The attribute 'home country' of the user. Null: unknown. [category] */
FROM "everyone"
LEFT JOIN "facts_about_users"
  ON "facts_about_users"."user_id" = "everyone"."user_id"
