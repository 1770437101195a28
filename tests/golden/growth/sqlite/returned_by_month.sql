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
            (
              (
                (
                  "p"."first_day" + 719468
                ) - (
                  (
                    "p"."first_day" + 719468
                  ) / 146097
                ) * 146097
              ) - (
                (
                  "p"."first_day" + 719468
                ) - (
                  (
                    "p"."first_day" + 719468
                  ) / 146097
                ) * 146097
              ) / 1460 + (
                (
                  "p"."first_day" + 719468
                ) - (
                  (
                    "p"."first_day" + 719468
                  ) / 146097
                ) * 146097
              ) / 36524 - (
                (
                  "p"."first_day" + 719468
                ) - (
                  (
                    "p"."first_day" + 719468
                  ) / 146097
                ) * 146097
              ) / 146096
            ) / 365
          ) + (
            (
              "p"."first_day" + 719468
            ) / 146097
          ) * 400
        ) * 12 + (
          (
            5 * (
              (
                (
                  "p"."first_day" + 719468
                ) - (
                  (
                    "p"."first_day" + 719468
                  ) / 146097
                ) * 146097
              ) - (
                365 * (
                  (
                    (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) - (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) / 1460 + (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) / 36524 - (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) / 146096
                  ) / 365
                ) + (
                  (
                    (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) - (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) / 1460 + (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) / 36524 - (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) / 146096
                  ) / 365
                ) / 4 - (
                  (
                    (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) - (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) / 1460 + (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) / 36524 - (
                      (
                        "p"."first_day" + 719468
                      ) - (
                        (
                          "p"."first_day" + 719468
                        ) / 146097
                      ) * 146097
                    ) / 146096
                  ) / 365
                ) / 100
              )
            ) + 2
          ) / 153
        ) + 2
      ) AS "told",
      (
        "d"."day" - "p"."first_day"
      ) / 30 AS "period",
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
