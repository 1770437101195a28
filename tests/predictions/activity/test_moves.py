from __future__ import annotations

import dataclasses

import numpy as np
from tests.predictions.activity import lives
from tests.predictions.activity.test_history import read

from coterie.predictions.activity import moves
from coterie.predictions.activity.states import STATES

PAST = read(lives.drawn(300, 30))


def test_shares_are_those_counted_and_sum_to_one() -> None:
    found, counted = moves.moves(PAST, 1), PAST.moved().sum(axis=0)
    for at, state in enumerate(STATES):
        of = [one for one in found if one.state == state]
        assert sum(one.users for one in of) == counted[at].sum()
        assert abs(sum(one.share for one in of) - 1) < 1e-9
    assert all(0 <= one.low <= one.share <= one.high <= 1 for one in found)
    assert moves.moves(PAST, 1) == found


def test_weeks_that_differ_make_wider_intervals_than_weeks_that_are_alike() -> None:
    even = lives.steady()
    swing = np.resize([1.4, 0.6], len(even.came))[:, None]
    odd = dataclasses.replace(even, came=np.minimum(even.came * swing, even.users))
    width = [sum(one.high - one.low for one in moves.moves(past, 1)) for past in (even, odd)]
    assert width[1] > 1.5 * width[0]


def test_nothing_is_known_of_a_state_that_nobody_was_in() -> None:
    none = dataclasses.replace(PAST, users=PAST.users * 0, came=PAST.came * 0)
    for one in moves.moves(none, 1):
        assert np.isnan(one.share)
        assert (one.low, one.high) == (0.0, 1.0)


def test_a_change_is_noticed_and_chance_is_not() -> None:
    past = lives.steady()
    found = moves.shifts(past)
    assert {one.state for one in found} >= {"new", "frequent", "infrequent"}
    assert not [one for one in found if one.drifted]
    came = past.came.copy()
    came[1:9] *= 0.8
    after = moves.shifts(dataclasses.replace(past, came=came))
    (changed,) = (one for one in after if one.state == "frequent")
    assert changed.drifted
    assert changed.lately < changed.before


def test_weeks_that_never_differ_have_no_chance_in_them() -> None:
    users, came = np.ones_like(PAST.users), np.zeros_like(PAST.came)
    same = moves.shifts(dataclasses.replace(PAST, users=users, came=came))
    assert {one.chance for one in same} == {1.0}
    came[1:9] = 1.0
    other = moves.shifts(dataclasses.replace(PAST, users=users, came=came))
    assert {one.chance for one in other} == {0.0}


def test_few_weeks_say_nothing_of_a_change() -> None:
    few = dataclasses.replace(PAST, users=PAST.users[:5], came=PAST.came[:5])
    assert moves.shifts(few) == ()
