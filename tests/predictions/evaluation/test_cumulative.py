from __future__ import annotations

import numpy as np
import pytest

from coterie.errors import DataError
from coterie.predictions.evaluation.cumulative import (
    PARTS,
    cumulative,
    kept,
    places,
    refuse_all_but_both,
)


def test_the_highest_score_has_the_first_place() -> None:
    assert places(np.array([0.2, 0.9, 0.2, 0.5])).tolist() == [2, 0, 2, 1]


def test_many_scores_are_taken_together_evenly_and_in_order() -> None:
    scores = np.random.default_rng(1).random(5_000)
    found = places(scores, 50)
    assert np.bincount(found).tolist() == [100] * 50
    assert (np.diff(found[np.argsort(-scores)]) >= 0).all()
    assert len(np.unique(places(np.repeat([1.0, 2.0], 100), 50))) == 2


def test_sums_begin_with_nothing() -> None:
    users, outcome = cumulative(np.array([1, 0, 1]), np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 5.0]))
    assert users.tolist() == [0, 2, 6]
    assert outcome.tolist() == [0, 0, 16]


def test_a_long_curve_keeps_what_lies_around_each_part() -> None:
    share = np.linspace(0, 1, 7_777)
    curve = np.sqrt(share)
    at = kept(share, 4_321)
    assert len(at) <= 2 * PARTS + 3
    assert 4_321 in at
    wanted = np.linspace(0, 1, PARTS + 1)
    assert np.interp(wanted, share[at], curve[at]) == pytest.approx(np.interp(wanted, share, curve))


@pytest.mark.parametrize(
    ("happened", "told"),
    [([1, 1], "all of 2 users"), ([0.5, 1], "1 or 0 for each user"), ([0, 0], "Nothing")],
)
def test_nobody_to_tell_apart_is_refused(happened: list[float], told: str) -> None:
    with pytest.raises(DataError, match=told):
        refuse_all_but_both(np.array([0.1, 0.2]), np.array(happened, dtype=float))
