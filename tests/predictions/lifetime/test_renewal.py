from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import check_grad

from coterie.errors import DataError
from coterie.predictions.lifetime.renewal import log_likelihood, renewals, renewals_of

if TYPE_CHECKING:
    from coterie.features.values import Floats

# Of 1,000 subscribers those still there after each of seven years (Fader & Hardie 2007, table 1).
REGULAR = np.array([1000.0, 631, 468, 382, 326, 289, 262, 241])
HIGH_END = np.array([1000.0, 869, 743, 653, 593, 551, 517, 491])


@pytest.mark.parametrize(
    ("cohort", "a", "b", "likelihood"),
    [(REGULAR, 0.704, 1.182, -1680.265), (HIGH_END, 0.668, 3.806, -1611.158)],
)
def test_the_published_cohorts(cohort: Floats, a: float, b: float, likelihood: float) -> None:
    found = renewals(cohort)
    assert (found.a, found.b) == pytest.approx((a, b), abs=5e-4)
    assert found.optimum.log_likelihood == pytest.approx(likelihood, abs=1e-3)
    assert found.survival(7) * 1000 == pytest.approx(cohort, abs=20)
    assert (np.diff(found.retention(20)) > 0).all()


def test_the_gradient_is_that_of_the_likelihood() -> None:
    lost, kept = np.array([9.0, 5.0, 1.0]), np.array([3.0, 0.0, 7.0])
    wrong = check_grad(
        lambda at: log_likelihood(lost, kept, at)[0],
        lambda at: log_likelihood(lost, kept, at)[1],
        np.array([0.9, 1.7]),
    )
    assert wrong < 1e-3


def test_payments_to_come_are_the_sum_over_years() -> None:
    found = renewals(HIGH_END)
    still_there = np.cumprod(found.retention(4000))
    renewed = 3
    later = still_there[renewed:] / still_there[renewed - 1]
    by_sum = (later / 1.1 ** np.arange(len(later))).sum()
    assert found.periods_left(renewed, 0.1) == pytest.approx(by_sum, rel=1e-6)


def test_money_must_be_discounted() -> None:
    with pytest.raises(DataError, match="it must be above 0"):
        renewals(REGULAR).periods_left(1, 0.0)


@pytest.mark.parametrize(
    ("cohort", "told"),
    [([100.0], "says nothing of renewals"), ([100.0, 50.0, 60.0], "rise from 50 to 60 at renewal 2")],
)
def test_wrong_counts_are_refused(cohort: list[float], told: str) -> None:
    with pytest.raises(DataError, match=told):
        renewals(np.array(cohort))


def test_cohorts_that_began_later_are_fitted_together() -> None:
    """Half of a cohort that is not watched to its end says the same of the parameters."""
    lost = -np.diff(HIGH_END)
    kept = np.array([0, 0, 0, HIGH_END[4], 0, 0, HIGH_END[7]])
    short = np.concatenate([lost[:4], np.zeros(3)])
    found = renewals_of(lost + short, kept)
    alone = renewals(HIGH_END)
    assert (found.a, found.b) == pytest.approx((alone.a, alone.b), rel=0.2)


@pytest.mark.parametrize(
    ("lost", "kept", "told"),
    [([0.0], [0.0], "chance to renew"), ([0.0, 0.0], [3.0, 1.0], "No subscriber has left")],
)
def test_without_renewals_or_leavers_it_is_said(lost: list[float], kept: list[float], told: str) -> None:
    with pytest.raises(DataError, match=told):
        renewals_of(np.array(lost), np.array(kept))
