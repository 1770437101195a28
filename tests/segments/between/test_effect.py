from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from coterie.segments.between import ranks
from coterie.segments.between.effect import interval, magnitude


@given(st.floats(0, 1), st.floats(0, 4), st.integers(2, 100_000), st.integers(1, 40))
def test_an_interval_holds_what_was_found(share: float, variance: float, users: int, degrees: int) -> None:
    low, high = interval(share, variance, users, degrees)
    assert 0 <= low <= share <= high


def test_an_interval_inverts_the_noncentral_chi_squared() -> None:
    low, high = interval(0.05, 4 * 0.05, 1_000_000, 3)
    assert stats.ncx2.sf(50_000, 3, low * 1e6) == pytest.approx(0.025, rel=0.01)
    assert stats.ncx2.cdf(50_000, 3, high * 1e6) == pytest.approx(0.025, rel=0.01)


@pytest.mark.parametrize("shift", [0.0, 0.5, 2.0])
def test_an_interval_holds_the_truth_95_times_in_a_hundred(shift: float) -> None:
    rng = np.random.default_rng(5)
    many = rng.integers(3, size=200_000)
    truth = ranks.ranked(rng.standard_exponential(len(many)) + shift * many, many).epsilon_squared
    held = 0
    for _ in range(300):
        codes = rng.integers(3, size=200)
        found = ranks.ranked(rng.standard_exponential(200) + shift * codes, codes)
        low, high = interval(found.epsilon_squared, ranks.spread(found), 200, 2)
        held += low <= (truth if shift else 0.0) <= high
    assert 0.92 <= held / 300 <= 0.99


def test_magnitudes_are_cohens() -> None:
    assert [magnitude(value) for value in (0.0, 0.01, 0.06, 0.14, 1.0)] == [
        "negligible",
        "small",
        "medium",
        "large",
        "large",
    ]
