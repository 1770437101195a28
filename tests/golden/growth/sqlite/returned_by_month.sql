SELECT
  "told",
  "period",
  COUNT(*) AS "users"
FROM (
  SELECT
    "user_id",
    "told",
    "period"
  FROM (
    SELECT
      "d"."user_id",
      (
        (
          (
            CAST(CAST((
              (
                (
                  "p"."first_day" + 719468
                ) - (
                  CAST(CAST((
                    "p"."first_day" + 719468
                  ) AS REAL) / 146097 AS INTEGER)
                ) * 146097
              ) - CAST(CAST((
                (
                  "p"."first_day" + 719468
                ) - (
                  CAST(CAST((
                    "p"."first_day" + 719468
                  ) AS REAL) / 146097 AS INTEGER)
                ) * 146097
              ) AS REAL) / 1460 AS INTEGER) + CAST(CAST((
                (
                  "p"."first_day" + 719468
                ) - (
                  CAST(CAST((
                    "p"."first_day" + 719468
                  ) AS REAL) / 146097 AS INTEGER)
                ) * 146097
              ) AS REAL) / 36524 AS INTEGER) - CAST(CAST((
                (
                  "p"."first_day" + 719468
                ) - (
                  CAST(CAST((
                    "p"."first_day" + 719468
                  ) AS REAL) / 146097 AS INTEGER)
                ) * 146097
              ) AS REAL) / 146096 AS INTEGER)
            ) AS REAL) / 365 AS INTEGER)
          ) + (
            CAST(CAST((
              "p"."first_day" + 719468
            ) AS REAL) / 146097 AS INTEGER)
          ) * 400
        ) * 12 + (
          CAST(CAST((
            5 * (
              (
                (
                  "p"."first_day" + 719468
                ) - (
                  CAST(CAST((
                    "p"."first_day" + 719468
                  ) AS REAL) / 146097 AS INTEGER)
                ) * 146097
              ) - (
                365 * (
                  CAST(CAST((
                    (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) - CAST(CAST((
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) AS REAL) / 1460 AS INTEGER) + CAST(CAST((
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) AS REAL) / 36524 AS INTEGER) - CAST(CAST((
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) AS REAL) / 146096 AS INTEGER)
                  ) AS REAL) / 365 AS INTEGER)
                ) + CAST(CAST((
                  CAST(CAST((
                    (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) - CAST(CAST((
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) AS REAL) / 1460 AS INTEGER) + CAST(CAST((
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) AS REAL) / 36524 AS INTEGER) - CAST(CAST((
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) AS REAL) / 146096 AS INTEGER)
                  ) AS REAL) / 365 AS INTEGER)
                ) AS REAL) / 4 AS INTEGER) - CAST(CAST((
                  CAST(CAST((
                    (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) - CAST(CAST((
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) AS REAL) / 1460 AS INTEGER) + CAST(CAST((
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) AS REAL) / 36524 AS INTEGER) - CAST(CAST((
                      (
                        "p"."first_day" + 719468
                      ) - (
                        CAST(CAST((
                          "p"."first_day" + 719468
                        ) AS REAL) / 146097 AS INTEGER)
                      ) * 146097
                    ) AS REAL) / 146096 AS INTEGER)
                  ) AS REAL) / 365 AS INTEGER)
                ) AS REAL) / 100 AS INTEGER)
              )
            ) + 2
          ) AS REAL) / 153 AS INTEGER)
        ) + 2
      ) AS "told",
      CAST(CAST((
        "d"."day" - "p"."first_day"
      ) AS REAL) / 30 AS INTEGER) AS "period",
      "p"."first_day"
    FROM "user_days" AS "d"
    JOIN "growth_people" AS "p"
      ON "p"."user_id" = "d"."user_id"
    WHERE
      "d"."day" < 20459
  ) AS "seen"
  WHERE
    "period" = 0
    OR (
      "period" <= 12 AND "first_day" + 30 * (
        "period" + 1
      ) <= 20459
    )
  GROUP BY
    "user_id",
    "told",
    "period"
) AS "once"
GROUP BY
  "told",
  "period"
