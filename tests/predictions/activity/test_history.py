from __future__ import annotations

import contextlib

import numpy as np
import pytest
from tests.predictions.activity import lives

from coterie.predictions.activity import history
from coterie.predictions.activity.states import STATES
from coterie.project.lasting import ActivitySettings
from coterie.sources.sqlite_warehouse import SQLite

USERS = lives.drawn(60, 30)


def read(users: dict[str, list[int]], settings: ActivitySettings = lives.SETTINGS) -> history.History:
    with lives.warehouse(users) as warehouse:
        found = history.read(warehouse, settings, lives.DAY)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "settings", [lives.SETTINGS, ActivitySettings(window_weeks=3, new_weeks=2, dead_weeks=5, learn_weeks=9)]
)
def test_states_of_past_weeks_and_moves_between_them_are_those_of_the_definition(
    settings: ActivitySettings,
) -> None:
    found = read(USERS, settings)
    assert found.moves == min(settings.learn_weeks, 30 - 1 - settings.new_weeks)
    moved = found.moved()
    for ago in range(found.moves + 1):
        then = [lives.state_of(days, ago, settings) for days in USERS.values()]
        assert found.in_states()[ago].tolist() == [then.count(state) for state in STATES]
        if ago:
            after = [lives.state_of(days, ago - 1, settings) for days in USERS.values()]
            pairs = list(zip(then, after, strict=True))
            expected = [[pairs.count((one, other)) for other in STATES] for one in STATES]
            assert moved[ago - 1].tolist() == expected


def test_those_who_arrive_are_counted_in_their_first_week() -> None:
    found = read({"a": [1], "b": [8, 3], "c": [14, 13], "old": [7 * 20]})
    assert found.arrived[:3].tolist() == [1, 2, 0]


def test_the_past_is_the_same_as_it_was_then() -> None:
    now = read(USERS)
    earlier = {user: [day - 21 for day in days if day > 21] for user, days in USERS.items()}
    then = read({user: days for user, days in earlier.items() if days})
    held = history.held_back(now, 3)
    assert (held.weeks, held.moves) == (then.weeks, now.moves - 3)
    shared = min(len(then.users), len(held.users))
    assert np.array_equal(held.users[:shared], then.users[:shared])
    assert np.array_equal(held.came[1:shared], then.came[1:shared])


def test_another_engine_counts_the_same() -> None:
    statement = history.statement(lives.SETTINGS, lives.DAY, 20)
    with lives.warehouse(USERS) as warehouse, contextlib.closing(SQLite()) as lite:
        lite.create("user_days", lives.user_days(USERS))
        here, there = (each.query(statement).to_pylist() for each in (warehouse, lite))
    assert sorted(map(str, here)) == sorted(map(str, there))


def test_without_weeks_there_is_no_history() -> None:
    with lives.warehouse({}) as warehouse:
        assert history.read(warehouse, lives.SETTINGS, lives.DAY) is None
    with lives.warehouse({"u": [1, 9, 20]}) as warehouse:
        assert history.read(warehouse, lives.SETTINGS, lives.DAY) is None
