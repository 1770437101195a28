-- build profiles__a1
DROP TABLE IF EXISTS `dashboards`.`profiles__a1`;

-- build profiles__a1
CREATE TABLE `dashboards`.`profiles__a1` (
  `user_id` TEXT COMMENT 'Who it is about.',
  `orders_spend` DOUBLE COMMENT 'Money spent; it''s a sum.',
  `order` INT COMMENT 'A reserved word; "quoted".'
)
COMMENT='One row for each user.';

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
  `name` TEXT COMMENT 'What it was called.',
  `as_of` DATE COMMENT 'The date.',
  `share` DOUBLE COMMENT 'From 0 to 1.',
  `moved` BOOLEAN
)
COMMENT='One row for each segment and run.';

-- build segment_sizes__a1
INSERT INTO `dashboards`.`segment_sizes__a1` (
  `segment`,
  `name`,
  `as_of`,
  `share`,
  `moved`
)
VALUES
  (1, 'It''s \\ "one"', CAST('2026-03-01' AS DATE), 0.5, TRUE),
  (2, NULL, CAST('2026-03-01' AS DATE), 1e-09, FALSE);

-- swap profiles__next
CREATE OR REPLACE VIEW `dashboards`.`profiles__next` AS
SELECT
  `user_id`,
  `orders_spend`,
  `order`
FROM `dashboards`.`profiles__a1`;

-- swap segment_sizes__next
CREATE OR REPLACE VIEW `dashboards`.`segment_sizes__next` AS
SELECT
  `segment`,
  `name`,
  `as_of`,
  `share`,
  `moved`
FROM `dashboards`.`segment_sizes__a1`;

-- swap profiles, segment_sizes
RENAME TABLE `dashboards`.`profiles` TO `dashboards`.`profiles__last`, `dashboards`.`profiles__next` TO `dashboards`.`profiles`, `dashboards`.`segment_sizes__next` TO `dashboards`.`segment_sizes`;

-- drop profiles
DROP VIEW IF EXISTS `dashboards`.`profiles__last`;

-- drop migration
DROP VIEW IF EXISTS `dashboards`.`migration`;

-- drop profiles__a0
DROP TABLE IF EXISTS `dashboards`.`profiles__a0`;
