"""How tables of MySQL are declared."""

from __future__ import annotations

import pytest

from coterie.sources import sql
from coterie.sources.mysql_tables import Declared, indexed, lengths, made

DAYS = {"user_id": Declared("varchar", 16), "day": Declared("int"), "word": Declared("varchar", 8)}
BY_DAY = "select user_id, day, max(word) as word from events group by user_id, day"


def test_groups_of_a_table_that_stays_are_kept_in_order_and_take_any_word() -> None:
    assert made(DAYS, sql.sql(BY_DAY), stays=True) == [
        "modify `user_id` varchar(255) not null",
        "modify `word` varchar(255)",
        "add primary key (`user_id`, `day`)",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        "select user_id, day, word from events",
        "select user_id, day, word from events group by user_id, word, day",
        "select user_id, max(day) as day, word from events group by user_id, lower(word)",
        "select day, user_id, word from events group by day, user_id",
        "select user_id, day, word from events union all select user_id, day, word from more",
        "select user_id, day, word, count(*) as n from events group by user_id, day, word",
    ],
)
def test_other_rows_get_an_index(rows: str) -> None:
    assert made(DAYS, sql.sql(rows), stays=False) == ["add index (user_id)"]


def test_groups_by_a_column_that_is_not_shown_get_an_index() -> None:
    rows = sql.sql("select user_id, max(word) as word from events group by user_id, day")
    assert made({"user_id": Declared("varchar", 16)}, rows, stays=False) == ["add index (user_id)"]


def test_users_whose_ids_are_no_words_are_not_looked_for() -> None:
    number = {"user_id": Declared("bigint")}
    assert indexed(number) == []
    assert made(number, sql.sql("select user_id from t group by user_id"), stays=True) == []


def test_events_are_read_as_a_whole() -> None:
    assert indexed({"user_id": Declared("varchar", 16), "at_us": Declared("bigint")}) == []


@pytest.mark.parametrize(
    ("there", "letters", "may_shrink", "changes"),
    [
        (Declared("varchar", 255), 9, True, ["modify `item` varchar(16)"]),
        (Declared("varchar", 255), 9, False, []),
        (Declared("varchar", 16), 17, False, ["modify `item` varchar(24)"]),
        (Declared("varchar", 16), 16, False, []),
        (Declared("varchar", 16), 255, False, ["modify `item` varchar(255)"]),
        (Declared("varchar", 16), 256, False, ["modify `item` longtext"]),
        (Declared("longtext", 2**32 - 1), 256, True, []),
        (Declared("longtext", 2**32 - 1), 9, True, ["modify `item` varchar(16)"]),
        (Declared("longtext", 2**32 - 1), 9, False, []),
        (Declared("varchar", 255), 0, True, ["modify `item` varchar(8)"]),
    ],
)
def test_columns_get_as_long_as_the_text_in_them(
    there: Declared, letters: int, *, may_shrink: bool, changes: list[str]
) -> None:
    assert lengths({"item": there}, {"item": letters}, may_shrink=may_shrink) == changes


def test_a_key_that_the_server_gives_by_itself_makes_room_for_that_of_the_groups() -> None:
    columns = {
        "my_row_id": Declared("bigint", is_hidden=True),
        "user_id": Declared("varchar", 16),
    }
    groups = sql.sql("select user_id, count(*) as n from t group by user_id")
    assert made(columns, groups, stays=False) == [
        "modify `user_id` varchar(16) not null",
        "drop primary key",
        "drop column `my_row_id`",
        "add primary key (`user_id`)",
    ]
    alone = sql.sql("select user_id from t")
    assert made(columns, alone, stays=False) == ["add index (user_id)"]
