from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import check_grad
from scipy.special import gammaln, hyp2f1
from tests.predictions.lifetime import cdnow
from tests.predictions.lifetime.test_dropout import CUSTOMERS

from coterie.predictions.lifetime.likelihood import Optimum
from coterie.predictions.lifetime.pareto import Pareto, log_likelihood, pareto_nbd
from coterie.predictions.lifetime.purchases import purchases


def test_pareto_nbd_is_the_published_one() -> None:
    found = pareto_nbd(purchases(*cdnow.summary()))
    assert (found.r, found.s) == pytest.approx((0.55328, 0.60621), abs=1e-5)
    assert (found.alpha, found.beta) == pytest.approx((10.5776, 11.6679), abs=1e-4)
    assert found.optimum.log_likelihood == pytest.approx(-9594.974, abs=1e-3)


@given(st.lists(st.floats(0.05, 20), min_size=4, max_size=4))
@example([1.0, 3.0, 12.0, 0.05])
@example([12.0, 0.05, 1.0, 3.0])
def test_the_gradient_is_that_of_the_likelihood(parameters: list[float]) -> None:
    wrong = check_grad(
        lambda at: log_likelihood(CUSTOMERS, at)[0],
        lambda at: log_likelihood(CUSTOMERS, at)[1],
        np.array(parameters),
    )
    _, gradient = log_likelihood(CUSTOMERS, np.array(parameters))
    assert wrong < 1e-4 * (1 + np.abs(gradient).sum())


def by_formula(x: float, last: float, until: float, parameters: tuple[float, ...]) -> float:
    """The likelihood as the paper writes it, for alpha >= beta."""
    r, alpha, s, beta = parameters
    n = r + s + x
    z = [hyp2f1(n, s + 1, n + 1, (alpha - beta) / (alpha + at)) / (alpha + at) ** n for at in (last, until)]
    inside = (alpha + until) ** -(r + x) * (beta + until) ** -s + s / n * (z[0] - z[1])
    return float(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(inside))


@pytest.mark.parametrize("customer", [(0, 0, 39), (2, 30.43, 38.86), (26, 38, 38.5), (9, 2, 38)])
def test_the_sum_over_times_is_the_hypergeometric_function(
    customer: tuple[float, float, float],
) -> None:
    parameters = (0.6, 12.0, 0.7, 9.0)
    one = purchases(*(np.array([value]) for value in customer))
    found, _ = log_likelihood(one, np.array(parameters))
    assert found == pytest.approx(by_formula(*customer, parameters), rel=1e-10)


def test_expectations_pass_smoothly_through_one() -> None:
    """At s = 1 the formula is 0 / 0."""
    optimum = Optimum((), (), 0.0)
    near = [Pareto(0.6, 10.0, s, 12.0, optimum) for s in (1 - 1e-6, 1.0, 1 + 1e-6)]
    customer = np.array([2.0]), np.array([30.0]), np.array([39.0])
    expected = [float(model.expected(39, *customer)[0]) for model in near]
    assert expected[1] == pytest.approx(expected[0], rel=1e-5)
    assert expected[1] == pytest.approx(expected[2], rel=1e-5)


def test_customers_long_silent_are_gone() -> None:
    found = pareto_nbd(purchases(*cdnow.summary()))
    alive = found.alive(np.array([9.0, 9.0]), np.array([5.0, 38.0]), np.array([39.0, 39.0]))
    assert alive[0] < 0.05
    assert alive[1] > 0.9
