from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from coterie.predictions.lifetime.ahead import ahead
from coterie.predictions.lifetime.dropout import Dropout
from coterie.predictions.lifetime.likelihood import Optimum
from coterie.predictions.lifetime.pareto import Pareto

if TYPE_CHECKING:
    from coterie.predictions.lifetime.ahead import Model

NONE = Optimum((), (), 0.0)
MODELS: list[Model] = [
    Dropout("bg_nbd", 0.243, 4.414, 0.793, 2.426, NONE),
    Dropout("mbg_nbd", 0.525, 6.183, 0.891, 1.614, NONE),
    Pareto(0.553, 10.578, 0.606, 11.669, NONE),
]
X = np.array([0.0, 1.0, 2.0, 7.0, 26.0])
LAST = np.array([0.0, 5.0, 30.43, 35.0, 36.0])
UNTIL = np.full(5, 38.86)


@pytest.mark.parametrize("model", MODELS)
def test_the_mean_of_the_distribution_is_the_published_expectation(model: Model) -> None:
    found = ahead(model, 39.0, X, LAST, UNTIL)
    assert found.expected == pytest.approx(model.expected(39.0, X, LAST, UNTIL))
    # The same without the formula: the sum over k of the probability of at least k purchases.
    broken = ahead(_without_expectation(model), 39.0, X, LAST, UNTIL)
    assert broken.expected == pytest.approx(found.expected, rel=0.02)


def _without_expectation(model: Model) -> Model:
    class Silent(type(model)):  # type: ignore[misc]
        def expected(self, *_: object) -> object:
            return np.full(len(X), np.nan)

    silent: Model = Silent(*(getattr(model, field.name) for field in dataclasses.fields(model)))
    return silent


def test_the_published_customer() -> None:
    found = ahead(MODELS[0], 39.0, X[2:3], LAST[2:3], UNTIL[2:3])
    assert found.expected[0] == pytest.approx(1.226, abs=2e-3)
    assert 0 < found.none[0] < 1
    assert found.low[0] == 0
    assert found.high[0] >= 3


def test_simulated_customers_lie_inside_their_intervals() -> None:
    """Customers who are drawn from the model itself, watched for 40 weeks, and then for 30 more."""
    model, rng = MODELS[0], np.random.default_rng(4)
    rates, chances = rng.gamma(0.8, 1 / 6, 4000), rng.beta(0.8, 2.4, 4000)
    model = Dropout("bg_nbd", 0.8, 6.0, 0.8, 2.4, NONE)
    x, last, later = np.zeros(4000), np.zeros(4000), np.zeros(4000)
    for at in range(4000):
        time = 0.0
        while True:
            time += rng.exponential(1 / rates[at])
            if time > 70:
                break
            if time <= 40:
                x[at], last[at] = x[at] + 1, time
            else:
                later[at] += 1
            if rng.random() < chances[at]:
                break
    found = ahead(model, 30.0, x, last, np.full(4000, 40.0))
    assert found.expected.sum() == pytest.approx(later.sum(), rel=0.05)
    assert ((found.low <= later) & (later <= found.high)).mean() >= 0.95
    assert found.none.mean() == pytest.approx((later == 0).mean(), abs=0.02)


def test_more_time_brings_more() -> None:
    for model in MODELS:
        short, long = (ahead(model, time, X, LAST, UNTIL) for time in (5.0, 50.0))
        assert (short.expected < long.expected).all()
        assert (short.high <= long.high).all()
        assert (short.none >= long.none).all()
