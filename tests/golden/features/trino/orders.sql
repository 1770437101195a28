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
), "days_of_activity" AS (
  SELECT
    "user_id",
    SUM("orders") AS "orders_count",
    CAST(MAX(CASE WHEN "orders" > 0 THEN "day" END) - MIN(CASE WHEN "orders" > 0 THEN "day" END) AS DOUBLE) / NULLIF(COUNT(CASE WHEN "orders" > 0 THEN 1 END) - 1, 0) AS "orders_days_between",
    COALESCE(SUM("spend"), 0) AS "orders_spend",
    CAST(SUM("spend") AS DOUBLE) / NULLIF(SUM("priced_orders"), 0) AS "orders_average",
    SUM("refunds") AS "orders_refunds",
    COALESCE(SUM("refunded"), 0) AS "orders_refunded"
  FROM "user_days"
  WHERE
    "day" < 20060
  GROUP BY
    "user_id"
), "items_met" AS (
  SELECT
    "user_id",
    COUNT(CASE WHEN "orders" > 0 THEN 1 END) AS "orders_items"
  FROM (
    SELECT
      "user_id",
      "item",
      COUNT(CASE WHEN "kind" = 'view' THEN 1 END) AS "views",
      COUNT(CASE WHEN "kind" = 'order' AND COALESCE("value", 0) >= 0 THEN 1 END) AS "orders"
    FROM "events"
    WHERE
      "at_us" < 1733184000000000 AND NOT "item" IS NULL
    GROUP BY
      "user_id",
      "item"
  ) AS "found"
  GROUP BY
    "user_id"
)
SELECT
  "everyone"."user_id",
  COALESCE(CAST("days_of_activity"."orders_count" AS DOUBLE), 0.0) AS "orders_count", /* Orders, without refunds. [events] */
  CAST("days_of_activity"."orders_days_between" AS DOUBLE) AS "orders_days_between", /* Days from one day with an order to the next, on average. Null: fewer than two days with an order. [days] */
  COALESCE(CAST("days_of_activity"."orders_spend" AS DOUBLE), 0.0) AS "orders_spend", /* Money spent on orders, refunds not taken off. [money] */
  CAST("days_of_activity"."orders_average" AS DOUBLE) AS "orders_average", /* Money an order, on average. Null: no order with a value yet. [money] */
  COALESCE(CAST("days_of_activity"."orders_refunds" AS DOUBLE), 0.0) AS "orders_refunds", /* Refunds. [events] */
  COALESCE(CAST("days_of_activity"."orders_refunded" AS DOUBLE), 0.0) AS "orders_refunded", /* Money given back. [money] */
  COALESCE(CAST("items_met"."orders_items" AS DOUBLE), 0.0) AS "orders_items" /* Different items ordered. [items] */
FROM "everyone"
LEFT JOIN "days_of_activity"
  ON "days_of_activity"."user_id" = "everyone"."user_id"
LEFT JOIN "items_met"
  ON "items_met"."user_id" = "everyone"."user_id"
