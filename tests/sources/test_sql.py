from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coterie.sources import sql


def test_what_is_bound_is_computed_first() -> None:
    assert sql.sql(":total * 2", total=sql.sql("a + b")).sql() == "(a + b) * 2"
    assert sql.sql("not :either", either=sql.sql("a or b")).sql() == "NOT (a OR b)"


def test_a_part_may_be_bound_many_times_and_stays_what_it_is() -> None:
    part = sql.sql("a + b")
    once, twice = sql.sql(":x * 2", x=part), sql.sql(":x > 0 and :x < 9", x=part)
    assert once.sql() == "(a + b) * 2"
    assert twice.sql() == "(a + b) > 0 AND (a + b) < 9"
    assert part.sql() == "a + b"


def test_snippets_are_parsed_once_and_never_changed() -> None:
    text = "n = :x"
    assert sql.sql(text, x=1).sql() == "n = 1"
    assert sql.sql(text, x=2).sql() == "n = 2"


def test_naming_a_table_leaves_the_table_its_name() -> None:
    events = sql.table("events")
    assert sql.named(events, "e").sql() == '"events" AS "e"'
    assert events.sql() == '"events"'


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_to_the_last_digit(value: float) -> None:
    text = sql.double(value).sql()
    assert float(text) == value
    assert "e" in text
