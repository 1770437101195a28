from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import ttest_ind
from tests.predictions.uplift import trials

from coterie.predictions.uplift.effect import effect, heterogeneity
from coterie.predictions.uplift.trial import Trial

RNG = np.random.default_rng(3)


def _trial(treated: list[float], others: list[float]) -> Trial:
    outcomes = np.array([*treated, *others], dtype=float)
    arms = np.repeat([1.0, 0.0], [len(treated), len(others)])
    return Trial(np.zeros((len(outcomes), 0)), outcomes, arms)


@pytest.mark.parametrize(
    ("outcome", "difference", "low", "high"),
    [
        ("visit", 0.04523, 0.0389, 0.0515),
        ("conversion", 0.00311, 0.00152, 0.00475),
        ("spend", 0.424, 0.176, 0.683),
    ],
)
def test_womens_mail_has_the_known_effect(outcome: str, difference: float, low: float, high: float) -> None:
    """The differences come out to the digit; the known intervals are of a bootstrap, and differ a little."""
    found = effect(trials.hillstrom(outcome))
    assert (found.treated, found.others) == (21_387, 21_306)
    assert found.difference == pytest.approx(difference, abs=6e-4 if outcome == "spend" else 6e-6)
    width = high - low
    assert found.low == pytest.approx(low, abs=0.015 * width)
    assert found.high == pytest.approx(high, abs=0.015 * width)
    assert found.decided


def test_amounts_have_welchs_interval() -> None:
    one, other = RNG.normal(3, 2, 40), RNG.normal(2, 5, 25)
    found = effect(_trial(one.tolist(), other.tolist()))
    known = ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((known.low, known.high))
    assert found.difference == pytest.approx(one.mean() - other.mean())


def test_shares_have_newcombes_interval() -> None:
    """The example of the paper, row (a): 56 of 70 against 48 of 80."""
    found = effect(_trial([1.0] * 56 + [0.0] * 14, [1.0] * 48 + [0.0] * 32))
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_nothing_that_varies_has_no_width() -> None:
    found = effect(_trial([2.5] * 3, [1.5] * 3))
    assert (found.difference, found.low, found.high) == (1.0, 1.0, 1.0)


def test_groups_that_differ_are_told_from_those_that_do_not() -> None:
    same = [effect(_trial(RNG.normal(1, 1, 300).tolist(), RNG.normal(0, 1, 300).tolist())) for _ in range(4)]
    other = effect(_trial(RNG.normal(-1, 1, 300).tolist(), RNG.normal(0, 1, 300).tolist()))
    assert heterogeneity(same) > 0.01
    assert heterogeneity([*same, other]) < 1e-9
    assert heterogeneity(same[:1]) == 1.0
    assert math.isclose(heterogeneity([same[0], same[0]]), 1.0)
