from __future__ import annotations

import numpy as np
import pytest

from coterie.predictions.residuals import COVERAGE, residuals

RNG = np.random.default_rng(2)
MEAN = np.exp(RNG.normal(size=6_000))
COUNT = RNG.poisson(MEAN).astype(float)


def test_new_users_lie_within_with_the_promised_share() -> None:
    found = residuals(MEAN[:3_000], COUNT[:3_000], floor=0.0)
    low, high = found.around(MEAN[3_000:])
    inside = (low <= COUNT[3_000:]) & (COUNT[3_000:] <= high)
    assert COVERAGE - 0.02 <= inside.mean() <= 1.0
    assert low.min() >= 0


def test_who_is_foretold_more_has_a_wider_interval() -> None:
    found = residuals(MEAN, COUNT, floor=0.0)
    low, high = found.around(np.array([0.2, 8.0]))
    assert high[1] - low[1] > high[0] - low[0]
    assert found.of_each(np.array([0.2, 8.0])) == pytest.approx([0.2, 6.0], rel=0.6)


def test_few_users_are_one_group() -> None:
    found = residuals(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0]), floor=None)
    assert (found.edges, found.low, found.high) == ((), (-1.0,), (1.0,))
    assert found.variances[0] == pytest.approx(2 / 3)
