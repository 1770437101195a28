WITH `known` AS (
  SELECT
    `user_id`,
    CASE
      WHEN CAST(`clicks` AS DOUBLE) BETWEEN (
        -1e100
      ) AND 1e100
      THEN CAST(`clicks` AS DOUBLE)
      ELSE 0e0
    END AS `x1`,
    CASE
      WHEN COALESCE(`country`, 'unknown') = 'it\'s "AT" 🦘; drop table users'
      THEN 1e0
      ELSE 0e0
    END AS `x2`,
    CASE
      WHEN CAST(`spend "net"` AS DOUBLE) BETWEEN (
        -1e100
      ) AND 1e100
      THEN CAST(`spend "net"` AS DOUBLE)
      ELSE -3.5e0
    END AS `x3`
  FROM `features`
), `scaled` AS (
  SELECT
    `user_id`,
    (
      CASE WHEN `x1` >= 0e0 THEN LN(1e0 + `x1`) ELSE -LN(1e0 - `x1`) END - 1e0
    ) / 5e-1 AS `x1`,
    (
      `x2` - 2.5e-1
    ) / 5e-1 AS `x2`,
    (
      `x3` - 1e1
    ) / 4e0 AS `x3`
  FROM `known`
), `prepared` AS (
  SELECT
    `user_id`,
    CASE WHEN `x1` > 2e0 THEN 2e0 WHEN `x1` < (
      -2e0
    ) THEN -2e0 ELSE `x1` END * 7e-1 AS `x1`,
    `x2` * 1e0 AS `x2`,
    `x3` * 1e0 AS `x3`
  FROM `scaled`
), `scores` AS (
  SELECT
    `user_id`,
    0e0 + 0e0 * `x1` + 0e0 * `x2` + 0e0 * `x3` AS `s1`,
    -2.125e0 + 1e0 * `x1` + 1.5e0 * `x2` + -1e0 * `x3` AS `s2`,
    -2.5e0 + -1e0 * `x1` + 0e0 * `x2` + 2e0 * `x3` AS `s3`
  FROM `prepared`
), `best` AS (
  SELECT
    `user_id`,
    `s1`,
    `s2`,
    `s3`,
    GREATEST(`s1`, `s2`, `s3`) AS `top`
  FROM `scores`
)
SELECT
  `user_id`,
  CASE WHEN `s1` >= `top` - 5e-11 THEN 1 WHEN `s2` >= `top` - 5e-11 THEN 2 ELSE 3 END AS `segment`
FROM `best`
