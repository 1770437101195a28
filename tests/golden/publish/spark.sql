-- build profiles__a1
DROP TABLE IF EXISTS `dashboards`.`profiles__a1`;

-- build profiles__a1
CREATE TABLE `dashboards`.`profiles__a1` (
  `user_id` STRING COMMENT 'Who it is about.',
  `orders_spend` DOUBLE COMMENT 'Money spent; it\'s a sum.',
  `order` INT COMMENT 'A reserved word; "quoted".'
)
COMMENT 'One row for each user.';

-- build profiles__a1
INSERT INTO `dashboards`.`profiles__a1` (
  `user_id`,
  `orders_spend`,
  `order`
)
SELECT
  `user_id`,
  `orders_spend`,
  `order`
FROM `profiles`;

-- build segment_sizes__a1
DROP TABLE IF EXISTS `dashboards`.`segment_sizes__a1`;

-- build segment_sizes__a1
CREATE TABLE `dashboards`.`segment_sizes__a1` (
  `segment` INT COMMENT 'The id.',
  `name` STRING COMMENT 'What it was called.',
  `as_of` DATE COMMENT 'The date.',
  `share` DOUBLE COMMENT 'From 0 to 1.',
  `moved` BOOLEAN
)
COMMENT 'One row for each segment and run.';

-- build segment_sizes__a1
INSERT INTO `dashboards`.`segment_sizes__a1` (
  `segment`,
  `name`,
  `as_of`,
  `share`,
  `moved`
)
VALUES
  (1, 'It\'s \\ "one"', CAST('2026-03-01' AS DATE), 0.5, TRUE),
  (2, NULL, CAST('2026-03-01' AS DATE), 1e-09, FALSE);

-- swap profiles
CREATE OR REPLACE VIEW `dashboards`.`profiles` (
  `user_id` COMMENT 'Who it is about.',
  `orders_spend` COMMENT 'Money spent; it\'s a sum.',
  `order` COMMENT 'A reserved word; "quoted".'
)
COMMENT 'One row for each user.' AS
SELECT
  `user_id`,
  `orders_spend`,
  `order`
FROM `dashboards`.`profiles__a1`;

-- swap segment_sizes
CREATE VIEW `dashboards`.`segment_sizes` (
  `segment` COMMENT 'The id.',
  `name` COMMENT 'What it was called.',
  `as_of` COMMENT 'The date.',
  `share` COMMENT 'From 0 to 1.',
  `moved`
)
COMMENT 'One row for each segment and run.' AS
SELECT
  `segment`,
  `name`,
  `as_of`,
  `share`,
  `moved`
FROM `dashboards`.`segment_sizes__a1`;

-- drop migration
DROP VIEW IF EXISTS `dashboards`.`migration`;

-- drop profiles__a0
DROP TABLE IF EXISTS `dashboards`.`profiles__a0`;
