from __future__ import annotations

import contextlib

from tests.predictions.activity import lives

from coterie.predictions.activity import rhythm
from coterie.sources.sqlite_warehouse import SQLite

#: Every second day for a hundred days, then once more today.
EVEN = list(range(1, 101, 2))
#: Every Monday; the last one five days ago.
WEEKLY = list(range(5, 120, 7))


def test_a_rhythm_is_told_against_the_users_own() -> None:
    with lives.warehouse({"even": EVEN, "weekly": WEEKLY, "rare": [3, 100], "new": [1, 8, 15]}) as warehouse:
        found = rhythm.read(warehouse, lives.SETTINGS, [lives.DAY])
    assert found.users.to_pylist() == ["even", "weekly"]
    assert found.silence.tolist() == [0, 4]
    assert found.usual_rest.tolist() == [2, 7]
    assert found.unevenness.tolist() == [0, 0]
    assert found.days_lately.tolist() == [7, 2]
    assert found.days_usual.tolist() == [7, 2]
    assert found.active_weeks.tolist() == [4, 4]
    assert found.age_weeks.tolist() == [14, 16]


def test_past_dates_know_who_came_again_and_see_nothing_else_of_what_followed() -> None:
    stopped = [day for day in EVEN if day > 14]
    day = lives.DAY - 14
    with lives.warehouse({"even": EVEN, "stopped": stopped}) as warehouse:
        found = rhythm.read(warehouse, lives.SETTINGS, [day])
    with lives.warehouse({"even": stopped, "stopped": stopped}) as warehouse:
        blind = rhythm.read(warehouse, lives.SETTINGS, [day])
    assert found.quiet.tolist() == [0, 1]
    assert blind.quiet.tolist() == [1, 1]
    for name in ("silence", "usual_rest", "unevenness", "days_lately", "days_usual", "age_weeks"):
        assert getattr(found, name).tolist() == getattr(blind, name).tolist(), name


def test_another_engine_says_the_same() -> None:
    users = lives.drawn(40, 30)
    statement = rhythm.statement(lives.SETTINGS, [lives.DAY, lives.DAY - 14])
    with lives.warehouse(users) as warehouse, contextlib.closing(SQLite()) as lite:
        lite.create("user_days", lives.user_days(users))
        here, there = (each.query(statement).to_pylist() for each in (warehouse, lite))
    assert here
    assert here == there
