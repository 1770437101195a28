from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.segments.tables import behaviour, of_matrix, real_data, table

from coterie.errors import UsageError
from coterie.segments import correlation
from coterie.segments.audit.material import eta_squared
from coterie.segments.correlation import Correlation, Correlations, correlations


def _of(found: Correlations, one: str, other: str) -> Correlation:
    return next(pair for pair in found.pairs if {pair.feature, pair.other} == {one, other})


def test_the_published_correlations_come_out() -> None:
    with real_data("learning_platform_customers.csv").open() as file:
        rows = list(csv.DictReader(file))
    columns = {
        name: [float(row[name] or "nan") for row in rows] for name in ("minutes_watched", "CLV", "region")
    }
    found = correlations(table(columns, minutes_watched={"fill": "zero"}))
    assert _of(found, "minutes_watched", "CLV").pearson == pytest.approx(0.114153, abs=1e-6)
    assert _of(found, "minutes_watched", "region").pearson == pytest.approx(0.040100, abs=1e-6)
    assert _of(found, "CLV", "region").pearson == pytest.approx(-0.273312, abs=1e-6)
    assert {pair.users for pair in found.pairs} == {3_834}
    known = correlations(table(columns, minutes_watched={"fill": "median"}))
    assert _of(known, "minutes_watched", "CLV").users == 3_725
    filled = correlations(table(columns), fills={"minutes_watched": 0})
    assert filled.pairs == found.pairs


NUMBERS = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=5, max_size=40)


@given(NUMBERS, st.booleans())
def test_numbers_correlate_as_scipy_says(rows: list[tuple[int, int]], nulls: bool) -> None:
    one, two = np.array(rows, dtype=float).T
    known = np.ones(len(one), dtype=bool)
    if nulls:
        known[0], one[0] = False, np.nan
    found = correlations(table({"one": one, "two": two})).pairs[0]
    assert found.users == known.sum()
    if np.ptp(one[known]) == 0 or np.ptp(two[known]) == 0:
        assert (found.pearson, found.spearman, found.strength) == (None, None, None)
    else:
        assert found.pearson == pytest.approx(stats.pearsonr(one[known], two[known]).statistic, abs=1e-9)
        assert found.spearman == pytest.approx(stats.spearmanr(one[known], two[known]).statistic, abs=1e-9)


def test_each_pair_has_the_measure_of_its_kinds() -> None:
    made = behaviour()
    found = correlations(made)
    assert _of(found, "country", "favourite").cramers_v is not None
    mixed = _of(found, "silent", "country")
    assert (mixed.pearson, mixed.spearman, mixed.cramers_v) == (None, None, None)
    silent = np.array(made.rows["silent"].to_pylist(), dtype=float)
    codes = np.array([["AT", "BR", "ZA"].index(word) for word in made.rows["country"].to_pylist()])
    assert mixed.eta == pytest.approx(np.sqrt(eta_squared(silent, codes)))
    assert mixed.users == np.isfinite(silent).sum()
    assert _of(found, "reads", "spend").strength == _of(found, "reads", "spend").spearman
    assert [abs(pair.strength or 0) for pair in found.pairs] == sorted(
        (abs(pair.strength or 0) for pair in found.pairs), reverse=True
    )


def test_what_is_the_same_for_everyone_goes_with_nothing() -> None:
    made = table(
        {
            "same": [1.0] * 4,
            "word": ["a"] * 4,
            "other": ["a", "b", "a", None],
            "none": [np.nan] * 4,
            "x": [1.0, 2, 3, 4],
        }
    )
    found = correlations(made)
    told = {(pair.feature, pair.other) for pair in found.pairs if pair.strength is not None}
    assert told == {("other", "x")}
    assert _of(found, "none", "x").users == 0


def test_correlations_show_themselves() -> None:
    found = correlations(behaviour(), ["spend", "reads", "country"])
    assert found.features == ("reads", "spend", "country")
    assert found.caption() == "Correlations of 3 features, 400 of 400 users"
    assert found.to_arrow().num_rows == 3
    square = found.square()
    assert np.array_equal(square, square.T)
    assert np.array_equal(np.diag(square), np.ones(3))
    lone = correlations(table({"x": [1.0, 2], "same": [1.0, 1]}))
    assert np.isnan(lone.square()[0, 1])


def test_many_users_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correlation, "USERS", 100)
    found = correlations(behaviour())
    assert (found.users, found.of) == (100, 400)
    assert found == correlations(behaviour())


def test_what_can_not_be_correlated_is_refused() -> None:
    with pytest.raises(UsageError, match="Did you mean 'spend'"):
        correlations(behaviour(), ["spnd"])
    with pytest.raises(UsageError, match="61 features make 1,830 pairs; name at most 60 of them"):
        correlations(of_matrix(np.zeros((2, 61))))
