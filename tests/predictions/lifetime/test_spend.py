from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad
from tests.predictions.lifetime import cdnow

from coterie.errors import DataError
from coterie.predictions.lifetime.spend import gamma_gamma, log_likelihood


def test_gamma_gamma_is_the_published_one() -> None:
    repeats = [
        [paid for day, paid in sorted(bought.items()) if day <= cdnow.CALIBRATED][1:]
        for bought in cdnow.sample().values()
    ]
    known = [amounts for amounts in repeats if amounts]
    assert len(known) == 946
    found = gamma_gamma(
        np.array([float(len(amounts)) for amounts in known]),
        np.array([np.mean(amounts) for amounts in known]),
    )
    assert (found.p, found.q) == pytest.approx((6.249, 3.745), abs=2e-3)
    assert found.v == pytest.approx(15.448, abs=0.01)
    assert found.optimum.log_likelihood == pytest.approx(-4055.923, abs=0.01)
    assert found.of_everyone == pytest.approx(35.17, abs=0.01)


COUNTS, MEANS = np.array([1.0, 2, 5, 1, 3]), np.array([10.0, 30, 25, 80, 12])


def test_the_gradient_is_that_of_the_likelihood() -> None:
    wrong = check_grad(
        lambda at: log_likelihood(COUNTS, MEANS, at)[0],
        lambda at: log_likelihood(COUNTS, MEANS, at)[1],
        np.array([4.0, 3.0, 12.0]),
    )
    assert wrong < 1e-4


def test_more_purchases_weigh_more_against_everyone() -> None:
    rng = np.random.default_rng(1)
    counts = rng.integers(1, 8, 400).astype(float)
    found = gamma_gamma(counts, rng.gamma(6 * counts, rng.gamma(3, 2, 400) / counts))
    expected = found.expected(np.array([0.0, 1.0, 50.0]), np.array([0.0, 500.0, 500.0]))
    assert expected[0] == pytest.approx(found.of_everyone)
    assert expected[0] < expected[1] < expected[2] < 500


def test_the_currency_changes_nothing_but_v() -> None:
    rng = np.random.default_rng(2)
    counts = rng.integers(1, 8, 400).astype(float)
    means = rng.gamma(6 * counts, rng.gamma(3, 2, 400) / counts)
    euros, cents = gamma_gamma(counts, means), gamma_gamma(counts, means * 100)
    assert (cents.p, cents.q, cents.v) == pytest.approx((euros.p, euros.q, euros.v * 100), rel=1e-3)


def test_refunds_that_outweigh_purchases_are_refused() -> None:
    with pytest.raises(DataError, match=r"mean amount of a customer is -4; .* needs amounts above 0"):
        gamma_gamma(np.array([1.0, 2.0]), np.array([5.0, -4.0]))


def test_nobody_has_bought() -> None:
    with pytest.raises(DataError, match="Nobody has bought anything"):
        gamma_gamma(np.zeros(3), np.zeros(3))
