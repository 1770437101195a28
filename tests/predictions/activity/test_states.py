from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.predictions.activity import lives

from coterie.predictions.activity import states
from coterie.sources.sqlite_warehouse import SQLite

DAYS = st.lists(st.integers(-20, 7 * 30), min_size=1, max_size=40)

#: A day within each of these weeks before the date, and the state that they make.
EXAMPLES = [
    ([0], "new"),
    ([0, 1, 2, 3], "new"),
    ([0, 1, 2, 5], "frequent"),
    ([1, 2, 3, 30], "frequent"),
    ([0, 3, 4], "infrequent"),
    ([3, 9], "infrequent"),
    ([4, 5], "dormant"),
    ([11, 12], "dormant"),
    ([12], "dead"),
    ([60], "dead"),
]


@pytest.mark.parametrize(("weeks", "expected"), EXAMPLES)
def test_weeks_make_a_state(weeks: list[int], expected: str) -> None:
    days = [7 * week + 1 + week % 7 for week in weeks]
    with lives.warehouse({"u": days}) as warehouse:
        (row,) = warehouse.query(states.statement(lives.SETTINGS, lives.DAY)).to_pylist()
    assert row["state"] == expected == lives.state_of(days)
    assert row["quiet_weeks"] == min(weeks)
    assert row["age_weeks"] == max(weeks)


def test_a_date_sees_nothing_of_what_follows_and_users_without_events_have_no_state() -> None:
    with lives.warehouse({"later": [-3, 0], "now": [1], "before": [8]}) as warehouse:
        now = warehouse.query(states.statement(lives.SETTINGS, lives.DAY)).to_pylist()
        before = warehouse.query(states.statement(lives.SETTINGS, lives.DAY - 7)).to_pylist()
    assert sorted(row["user_id"] for row in now) == ["before", "now"]
    assert [row["user_id"] for row in before] == ["before"]


@settings(max_examples=40)
@given(st.lists(DAYS, min_size=1, max_size=8))
def test_sql_says_what_the_definition_says_on_two_engines(drawn: list[list[int]]) -> None:
    users = {f"u{at}": days for at, days in enumerate(drawn)}
    expected = {user: lives.state_of(days) for user, days in users.items()}
    statement = states.statement(lives.SETTINGS, lives.DAY)
    with lives.warehouse(users) as warehouse, contextlib.closing(SQLite()) as lite:
        lite.create("user_days", lives.user_days(users))
        rows = [each.query(statement).to_pylist() for each in (warehouse, lite)]
    for found in rows:
        assert {row["user_id"]: row["state"] for row in found} == {
            user: state for user, state in expected.items() if state is not None
        }
