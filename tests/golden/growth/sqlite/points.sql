SELECT
  "value",
  "cell",
  COUNT(*) AS "users",
  AVG("revenue") AS "revenue",
  AVG("events") AS "events"
FROM (
  SELECT
    "value",
    "revenue",
    "events",
    CASE
      WHEN "place" <= 400
      THEN "place"
      ELSE 400 + 1 + (
        "place" - 400 - 1
      ) * 400 / (
        "users" - 400
      )
    END AS "cell"
  FROM (
    SELECT
      "value",
      "revenue",
      "events",
      COUNT(*) OVER (PARTITION BY "value") AS "users",
      ROW_NUMBER() OVER (PARTITION BY "value" ORDER BY "revenue" DESC, "events" DESC) AS "place"
    FROM (
      SELECT
        "user_id",
        "by_country" AS "value",
        "events",
        "goals",
        "orders",
        "spend",
        "refunded",
        "revenue"
      FROM "growth_people"
    ) AS "valued"
  ) AS "placed"
) AS "celled"
GROUP BY
  "value",
  "cell"
ORDER BY
  "value" NULLS LAST,
  "cell" NULLS LAST
