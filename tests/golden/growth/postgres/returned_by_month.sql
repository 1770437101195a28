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
            DIV(
              (
                (
                  (
                    "p"."first_day" + 719468
                  ) - (
                    DIV((
                      "p"."first_day" + 719468
                    ), 146097)
                  ) * 146097
                ) - DIV(
                  (
                    (
                      "p"."first_day" + 719468
                    ) - (
                      DIV((
                        "p"."first_day" + 719468
                      ), 146097)
                    ) * 146097
                  ),
                  1460
                ) + DIV(
                  (
                    (
                      "p"."first_day" + 719468
                    ) - (
                      DIV((
                        "p"."first_day" + 719468
                      ), 146097)
                    ) * 146097
                  ),
                  36524
                ) - DIV(
                  (
                    (
                      "p"."first_day" + 719468
                    ) - (
                      DIV((
                        "p"."first_day" + 719468
                      ), 146097)
                    ) * 146097
                  ),
                  146096
                )
              ),
              365
            )
          ) + (
            DIV((
              "p"."first_day" + 719468
            ), 146097)
          ) * 400
        ) * 12 + (
          DIV(
            (
              5 * (
                (
                  (
                    "p"."first_day" + 719468
                  ) - (
                    DIV((
                      "p"."first_day" + 719468
                    ), 146097)
                  ) * 146097
                ) - (
                  365 * (
                    DIV(
                      (
                        (
                          (
                            "p"."first_day" + 719468
                          ) - (
                            DIV((
                              "p"."first_day" + 719468
                            ), 146097)
                          ) * 146097
                        ) - DIV(
                          (
                            (
                              "p"."first_day" + 719468
                            ) - (
                              DIV((
                                "p"."first_day" + 719468
                              ), 146097)
                            ) * 146097
                          ),
                          1460
                        ) + DIV(
                          (
                            (
                              "p"."first_day" + 719468
                            ) - (
                              DIV((
                                "p"."first_day" + 719468
                              ), 146097)
                            ) * 146097
                          ),
                          36524
                        ) - DIV(
                          (
                            (
                              "p"."first_day" + 719468
                            ) - (
                              DIV((
                                "p"."first_day" + 719468
                              ), 146097)
                            ) * 146097
                          ),
                          146096
                        )
                      ),
                      365
                    )
                  ) + DIV(
                    (
                      DIV(
                        (
                          (
                            (
                              "p"."first_day" + 719468
                            ) - (
                              DIV((
                                "p"."first_day" + 719468
                              ), 146097)
                            ) * 146097
                          ) - DIV(
                            (
                              (
                                "p"."first_day" + 719468
                              ) - (
                                DIV((
                                  "p"."first_day" + 719468
                                ), 146097)
                              ) * 146097
                            ),
                            1460
                          ) + DIV(
                            (
                              (
                                "p"."first_day" + 719468
                              ) - (
                                DIV((
                                  "p"."first_day" + 719468
                                ), 146097)
                              ) * 146097
                            ),
                            36524
                          ) - DIV(
                            (
                              (
                                "p"."first_day" + 719468
                              ) - (
                                DIV((
                                  "p"."first_day" + 719468
                                ), 146097)
                              ) * 146097
                            ),
                            146096
                          )
                        ),
                        365
                      )
                    ),
                    4
                  ) - DIV(
                    (
                      DIV(
                        (
                          (
                            (
                              "p"."first_day" + 719468
                            ) - (
                              DIV((
                                "p"."first_day" + 719468
                              ), 146097)
                            ) * 146097
                          ) - DIV(
                            (
                              (
                                "p"."first_day" + 719468
                              ) - (
                                DIV((
                                  "p"."first_day" + 719468
                                ), 146097)
                              ) * 146097
                            ),
                            1460
                          ) + DIV(
                            (
                              (
                                "p"."first_day" + 719468
                              ) - (
                                DIV((
                                  "p"."first_day" + 719468
                                ), 146097)
                              ) * 146097
                            ),
                            36524
                          ) - DIV(
                            (
                              (
                                "p"."first_day" + 719468
                              ) - (
                                DIV((
                                  "p"."first_day" + 719468
                                ), 146097)
                              ) * 146097
                            ),
                            146096
                          )
                        ),
                        365
                      )
                    ),
                    100
                  )
                )
              ) + 2
            ),
            153
          )
        ) + 2
      ) AS "told",
      DIV((
        "d"."day" - "p"."first_day"
      ), 30) AS "period",
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
