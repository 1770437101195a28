from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.predictions.activity import lives
from tests.predictions.activity.test_history import read

from coterie.predictions.activity import forecast
from coterie.predictions.activity.history import held_back
from coterie.predictions.activity.states import STATES

PAST = read(lives.drawn(400, 40))


def test_nobody_is_lost_and_those_who_arrive_are_told_apart() -> None:
    past = lives.steady()
    found = forecast.forecast(past, 8, 1).weeks
    assert [(one.week, one.state) for one in found] == [(n, s) for n in range(1, 9) for s in STATES]
    for week in range(1, 9):
        of = [one for one in found if one.week == week]
        everyone = past.users[0].sum() + 100 * week
        assert sum(one.users for one in of) == pytest.approx(everyone)
        assert sum(one.arrivals for one in of) == pytest.approx(100 * week)
        assert all(0 <= one.low <= one.users <= one.high for one in of)


def test_a_steady_world_is_foretold_as_it_goes_on() -> None:
    past = lives.steady()
    known, happened = held_back(past, 8), past.in_states()
    for one in forecast.forecast(known, 8, 1).weeks:
        there = happened[8 - one.week, STATES.index(one.state)]
        assert abs(there - one.users) <= max(0.06 * there, 12), one


def test_intervals_hold_what_happens_in_worlds_that_go_on_as_before() -> None:
    inside = []
    for seed in range(6):
        past = read(lives.drawn(500, 40, seed=seed))
        known, happened = held_back(past, 6), past.in_states()
        inside += [
            one.low <= happened[6 - one.week, STATES.index(one.state)] <= one.high
            for one in forecast.forecast(known, 6, 1).weeks
        ]
    assert np.mean(inside) > 0.85


def test_good_and_bad_weeks_widen_the_intervals() -> None:
    past = lives.steady()
    swing = np.resize([1.3, 1.3, 0.7, 0.7], len(past.came))[:, None]
    shaken = dataclasses.replace(past, came=np.minimum(past.came * swing, past.users).round())
    calm, rough = (
        [one for one in forecast.forecast(each, 4, 1).weeks if one.state == "frequent"]
        for each in (past, shaken)
    )
    assert rough[0].high - rough[0].low > 2 * (calm[0].high - calm[0].low)


def test_past_forecasts_stand_beside_what_happened_and_the_naive_one() -> None:
    found = forecast.forecast(PAST, 8, 1)
    happened = PAST.in_states()
    assert {one.origin for one in found.checks} == {2, 4, 6, 8}
    for one in found.checks:
        at = STATES.index(one.state)
        assert one.happened == happened[one.origin - one.week, at]
        assert one.naive == happened[one.origin, at]
    assert 0 < found.error < found.naive_error
    assert 0.5 < found.inside <= 1


def test_intervals_that_failed_before_are_widened() -> None:
    past = lives.steady()
    users = past.users.copy()
    users[:4] = np.random.default_rng(2).permuted(users[:4], axis=1)
    broken = dataclasses.replace(past, users=users)
    plain, failed = (forecast.forecast(each, 6, 1) for each in (past, broken))
    assert failed.widened > plain.widened >= 1
    assert failed.inside < plain.inside


def test_few_weeks_are_not_checked_on_themselves() -> None:
    short = dataclasses.replace(PAST, users=PAST.users[:5], came=PAST.came[:5])
    found = forecast.forecast(short, 8, 1)
    assert found.checks == ()
    assert found.widened == 1.0
    assert len(found.weeks) == 8 * len(STATES)


def test_the_same_seed_gives_the_same_forecast() -> None:
    assert forecast.forecast(PAST, 3, 7) == forecast.forecast(PAST, 3, 7)
    assert forecast.forecast(PAST, 3, 7).weeks != forecast.forecast(PAST, 3, 8).weeks


def test_weeks_that_are_all_alike_are_foretold_too() -> None:
    users = np.zeros_like(PAST.users)
    users[:, 3] = 10.0
    found = forecast.forecast(dataclasses.replace(PAST, users=users, came=users * 0), 2, 1)
    assert sum(one.users for one in found.weeks if one.week == 2) == pytest.approx(10)
