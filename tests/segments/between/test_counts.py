from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from coterie.segments.between import counts
from coterie.segments.between.counts import Counts

CELLS = st.lists(st.lists(st.integers(1, 60), min_size=3, max_size=3), min_size=2, max_size=4)


@given(CELLS)
def test_chi_squared_is_that_of_scipy(cells: list[list[int]]) -> None:
    found = Counts(np.array(cells))
    expected = stats.chi2_contingency(cells, correction=False)
    assert found.statistic == pytest.approx(expected.statistic, abs=1e-9)
    assert found.degrees == expected.dof
    p, reference = counts.chance(found, seed=1)
    assert reference == "permutation" or p == pytest.approx(expected.pvalue, abs=1e-12)
    plain = stats.contingency.association(np.array(cells), method="cramer")
    assert 0 <= counts.cramers_v(found) <= max(1.03 * plain, 0.05)


@pytest.mark.parametrize("table", [[[3, 0], [1, 4]], [[1, 9], [7, 2]]])
def test_permutations_agree_with_fisher(table: list[list[int]]) -> None:
    found = Counts(np.array(table))
    p, reference = counts.chance(found, seed=1)
    assert reference == "permutation"
    assert p == pytest.approx(stats.fisher_exact(table).pvalue, abs=0.01)


def test_the_corrected_v_is_about_nothing_under_independence() -> None:
    rng = np.random.default_rng(1)
    found = [counts.cross_tabulated(rng.integers(5, size=300), rng.integers(8, size=300)) for _ in range(200)]
    plain = [np.sqrt(each.phi_squared / each.sides) for each in found]
    assert np.mean([counts.cramers_v(each) for each in found]) < 0.035
    assert np.mean(plain) > 0.13


def test_a_perfect_table_has_the_highest_v() -> None:
    assert counts.cramers_v(Counts(np.diag([40, 30, 30]))) == pytest.approx(1.0)
    assert counts.spread(Counts(np.diag([50, 50]))) == pytest.approx(0.0, abs=1e-12)


def test_the_variance_of_the_share_is_that_of_many_samples() -> None:
    rng = np.random.default_rng(1)
    shares, told = [], []
    for _ in range(400):
        groups = rng.choice(3, 500, p=[0.5, 0.3, 0.2])
        found = counts.cross_tabulated(groups, rng.binomial(2, 0.2 + 0.2 * groups))
        shares.append(found.phi_squared)
        told.append(counts.spread(found))
    assert np.mean(told) == pytest.approx(500 * np.var(shares), rel=0.15)


def test_pairs_of_groups_are_found() -> None:
    found = counts.pairs(Counts(np.array([[50, 50], [52, 48], [90, 10]])), ["a", "b", "c"], seed=1)
    assert [(pair.one, pair.other) for pair in found] == [("a", "c"), ("b", "c")]
    assert found[0].p_corrected == pytest.approx(3 * found[0].p)


def test_pairs_that_are_too_rare_are_told_only_if_they_are_few() -> None:
    few = Counts(np.array([[9, 0], [0, 9]]))
    assert len(counts.pairs(few, ["a", "b"], seed=1)) == 1
    many = Counts(np.array([[9, 0], [0, 9]] * 7))
    assert counts.pairs(many, [str(at) for at in range(14)], seed=1) == ()


def test_groups_that_all_have_one_value_do_not_differ() -> None:
    found = counts.pairs(Counts(np.array([[9, 0], [8, 0], [0, 30]])), ["a", "b", "c"], seed=1)
    assert {(pair.one, pair.other) for pair in found} == {("a", "c"), ("b", "c")}
