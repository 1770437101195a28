from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from coterie.segments.between import ranks

NUMBERS = st.lists(st.integers(-3, 3), min_size=12, max_size=60)


@given(NUMBERS)
def test_h_is_that_of_scipy_with_ties(numbers: list[int]) -> None:
    assume(len(set(numbers)) > 1)
    codes = np.random.default_rng(len(numbers)).permutation(np.arange(len(numbers)) % 3)
    values = np.array(numbers, dtype=float)
    expected = stats.kruskal(*(values[codes == group] for group in range(3)))
    found = ranks.ranked(values, codes)
    assert found.statistic == pytest.approx(expected.statistic, abs=1e-9)
    p, reference = ranks.chance(found, seed=1)
    if reference == "chi_squared":
        assert p == pytest.approx(expected.pvalue, abs=1e-12)


def test_permutations_agree_with_every_arrangement() -> None:
    values, codes = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 9.0]), np.array([0, 0, 0, 1, 1, 1, 1])
    found = ranks.ranked(values, codes)
    p, reference = ranks.chance(found, seed=1)
    assert reference == "permutation"
    exact = stats.permutation_test(
        (values[:3], values[3:]),
        lambda one, other: float(stats.kruskal(one, other).statistic),
        alternative="greater",
        n_resamples=np.inf,
    )
    assert p == pytest.approx(exact.pvalue, abs=0.01)


def test_the_variance_of_the_share_is_that_of_many_samples() -> None:
    rng = np.random.default_rng(1)
    shares, told = [], []
    for _ in range(400):
        codes = rng.choice(3, 400, p=[0.5, 0.3, 0.2])
        found = ranks.ranked(rng.poisson(1 + codes).astype(float), codes)
        shares.append(found.epsilon_squared)
        told.append(ranks.spread(found))
    assert np.mean(told) == pytest.approx(400 * np.var(shares), rel=0.15)


def test_pairs_are_those_of_dunn() -> None:
    values = np.concatenate([np.arange(20.0), np.arange(20.0), np.arange(20.0) + 30])
    found = ranks.pairs(ranks.ranked(values, np.repeat([0, 1, 2], 20)), ["a", "b", "c"])
    assert [(pair.one, pair.other) for pair in found] == [("c", "a"), ("c", "b")]
    order = stats.rankdata(values).reshape(3, 20).mean(axis=1)
    ties = 20 * (2**3 - 2)
    error = np.sqrt((60 * 61 / 12 - ties / (12 * 59)) * (1 / 20 + 1 / 20))
    assert found[0].statistic == pytest.approx((order[2] - order[0]) / error)
    assert found[0].p == pytest.approx(2 * stats.norm.sf(found[0].statistic))
    assert found[0].p_corrected == pytest.approx(3 * found[0].p)


def test_a_small_group_among_many_users_needs_no_permutations() -> None:
    assert not ranks.needs_permutations(np.array([3, 50_000]))
    assert ranks.needs_permutations(np.array([3, 50]))
