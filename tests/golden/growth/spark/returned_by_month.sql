SELECT
  `told`,
  `period`,
  COUNT(*) AS `users`
FROM (
  SELECT
    (
      (
        (
          (
            (
              (
                `p`.`first_day` + 719468
              ) - (
                (
                  `p`.`first_day` + 719468
                ) DIV 146097
              ) * 146097
            ) - (
              (
                `p`.`first_day` + 719468
              ) - (
                (
                  `p`.`first_day` + 719468
                ) DIV 146097
              ) * 146097
            ) DIV 1460 + (
              (
                `p`.`first_day` + 719468
              ) - (
                (
                  `p`.`first_day` + 719468
                ) DIV 146097
              ) * 146097
            ) DIV 36524 - (
              (
                `p`.`first_day` + 719468
              ) - (
                (
                  `p`.`first_day` + 719468
                ) DIV 146097
              ) * 146097
            ) DIV 146096
          ) DIV 365
        ) + (
          (
            `p`.`first_day` + 719468
          ) DIV 146097
        ) * 400
      ) * 12 + (
        (
          5 * (
            (
              (
                `p`.`first_day` + 719468
              ) - (
                (
                  `p`.`first_day` + 719468
                ) DIV 146097
              ) * 146097
            ) - (
              365 * (
                (
                  (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) - (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) DIV 1460 + (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) DIV 36524 - (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) DIV 146096
                ) DIV 365
              ) + (
                (
                  (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) - (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) DIV 1460 + (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) DIV 36524 - (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) DIV 146096
                ) DIV 365
              ) DIV 4 - (
                (
                  (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) - (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) DIV 1460 + (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) DIV 36524 - (
                    (
                      `p`.`first_day` + 719468
                    ) - (
                      (
                        `p`.`first_day` + 719468
                      ) DIV 146097
                    ) * 146097
                  ) DIV 146096
                ) DIV 365
              ) DIV 100
            )
          ) + 2
        ) DIV 153
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
