from __future__ import annotations

import numpy as np
import pytest

from coterie.predictions.evaluation.cumulative import cumulative
from coterie.predictions.evaluation.resampling import RESAMPLES, cells, interval, resampled

RNG = np.random.default_rng(5)


def test_users_alike_are_one_cell() -> None:
    found = cells([np.array([2.0, 2.0, 1.0, 1.0])], np.array([1.0, 1.0, 0.0, 1.0]))
    assert sorted(zip(found.places[0], found.outcomes, found.users, strict=True)) == [
        (0, 1.0, 2.0),
        (1, 0.0, 1.0),
        (1, 1.0, 1.0),
    ]


def test_cells_add_up_to_the_same_curve() -> None:
    scores, outcomes = RNG.integers(0, 50, 3_000).astype(float), RNG.integers(0, 2, 3_000).astype(float)
    found = cells([scores], outcomes)
    users, outcome = cumulative(found.places[0], found.users, found.outcomes)
    assert (users[-1], outcome[-1]) == (3_000, outcomes.sum())
    assert len(found.users) == 100


def test_draws_spread_as_means_do_and_are_repeatable() -> None:
    outcomes = (RNG.random(2_000) < 0.3).astype(float)
    of = cells([np.zeros(2_000)], outcomes)
    means = [float(weights @ of.outcomes / weights.sum()) for weights in resampled(of, 1)]
    assert len(means) == RESAMPLES
    assert means == [float(weights @ of.outcomes / weights.sum()) for weights in resampled(of, 1)]
    expected = np.sqrt(outcomes.mean() * (1 - outcomes.mean()) / 2_000)
    assert np.std(means) == pytest.approx(expected, rel=0.2)
    found = interval(means)
    assert found.high - found.low == pytest.approx(3.92 * expected, rel=0.25)
