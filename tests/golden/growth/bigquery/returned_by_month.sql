SELECT
  `told`,
  `period`,
  COUNT(*) AS `users`
FROM (
  SELECT
    (
      (
        (
          DIV(
            (
              (
                (
                  `p`.`first_day` + 719468
                ) - (
                  DIV((
                    `p`.`first_day` + 719468
                  ), 146097)
                ) * 146097
              ) - DIV(
                (
                  (
                    `p`.`first_day` + 719468
                  ) - (
                    DIV((
                      `p`.`first_day` + 719468
                    ), 146097)
                  ) * 146097
                ),
                1460
              ) + DIV(
                (
                  (
                    `p`.`first_day` + 719468
                  ) - (
                    DIV((
                      `p`.`first_day` + 719468
                    ), 146097)
                  ) * 146097
                ),
                36524
              ) - DIV(
                (
                  (
                    `p`.`first_day` + 719468
                  ) - (
                    DIV((
                      `p`.`first_day` + 719468
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
            `p`.`first_day` + 719468
          ), 146097)
        ) * 400
      ) * 12 + (
        DIV(
          (
            5 * (
              (
                (
                  `p`.`first_day` + 719468
                ) - (
                  DIV((
                    `p`.`first_day` + 719468
                  ), 146097)
                ) * 146097
              ) - (
                365 * (
                  DIV(
                    (
                      (
                        (
                          `p`.`first_day` + 719468
                        ) - (
                          DIV((
                            `p`.`first_day` + 719468
                          ), 146097)
                        ) * 146097
                      ) - DIV(
                        (
                          (
                            `p`.`first_day` + 719468
                          ) - (
                            DIV((
                              `p`.`first_day` + 719468
                            ), 146097)
                          ) * 146097
                        ),
                        1460
                      ) + DIV(
                        (
                          (
                            `p`.`first_day` + 719468
                          ) - (
                            DIV((
                              `p`.`first_day` + 719468
                            ), 146097)
                          ) * 146097
                        ),
                        36524
                      ) - DIV(
                        (
                          (
                            `p`.`first_day` + 719468
                          ) - (
                            DIV((
                              `p`.`first_day` + 719468
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
                            `p`.`first_day` + 719468
                          ) - (
                            DIV((
                              `p`.`first_day` + 719468
                            ), 146097)
                          ) * 146097
                        ) - DIV(
                          (
                            (
                              `p`.`first_day` + 719468
                            ) - (
                              DIV((
                                `p`.`first_day` + 719468
                              ), 146097)
                            ) * 146097
                          ),
                          1460
                        ) + DIV(
                          (
                            (
                              `p`.`first_day` + 719468
                            ) - (
                              DIV((
                                `p`.`first_day` + 719468
                              ), 146097)
                            ) * 146097
                          ),
                          36524
                        ) - DIV(
                          (
                            (
                              `p`.`first_day` + 719468
                            ) - (
                              DIV((
                                `p`.`first_day` + 719468
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
                            `p`.`first_day` + 719468
                          ) - (
                            DIV((
                              `p`.`first_day` + 719468
                            ), 146097)
                          ) * 146097
                        ) - DIV(
                          (
                            (
                              `p`.`first_day` + 719468
                            ) - (
                              DIV((
                                `p`.`first_day` + 719468
                              ), 146097)
                            ) * 146097
                          ),
                          1460
                        ) + DIV(
                          (
                            (
                              `p`.`first_day` + 719468
                            ) - (
                              DIV((
                                `p`.`first_day` + 719468
                              ), 146097)
                            ) * 146097
                          ),
                          36524
                        ) - DIV(
                          (
                            (
                              `p`.`first_day` + 719468
                            ) - (
                              DIV((
                                `p`.`first_day` + 719468
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
    ) AS `told`,
    `s`.`period`
  FROM `growth_seen` AS `s`
  JOIN `growth_people` AS `p`
    ON `p`.`user_id` = `s`.`user_id`
) AS `grouped`
GROUP BY
  `told`,
  `period`
