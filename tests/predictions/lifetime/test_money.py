from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.special import betainc

from coterie.predictions.lifetime import scored
from coterie.predictions.lifetime.ahead import ahead
from coterie.predictions.lifetime.dropout import Dropout
from coterie.predictions.lifetime.likelihood import Optimum
from coterie.predictions.lifetime.money import bounds
from coterie.predictions.lifetime.spend import Spend

if TYPE_CHECKING:
    from coterie.features.values import Floats

NONE = Optimum((), (), 0.0)
MODEL = Dropout("bg_nbd", 0.8, 2.0, 0.4, 40.0, NONE)
SPEND = Spend(6.25, 3.75, 15.4, NONE)


@dataclasses.dataclass
class Drawn:
    """Customers who are drawn from the models themselves, watched for 40 weeks and then for 30 more."""

    repeats: Floats
    last: Floats
    mean: Floats
    later: Floats


def drawn(users: int, seed: int) -> Drawn:
    rng = np.random.default_rng(seed)
    rates, chances = rng.gamma(MODEL.r, 1 / MODEL.alpha, users), rng.beta(MODEL.a, MODEL.b, users)
    scales = rng.gamma(SPEND.q, 1 / SPEND.v, users)
    found = Drawn(*(np.zeros(users) for _ in range(4)))
    for at in range(users):
        time, paid = 0.0, 0.0
        while True:
            time += rng.exponential(1 / rates[at])
            if time > 70:
                break
            amount = rng.gamma(SPEND.p, 1 / scales[at])
            if time <= 40:
                found.repeats[at] += 1
                found.last[at], paid = time, paid + amount
            else:
                found.later[at] += amount
            if rng.random() < chances[at]:
                break
        found.mean[at] = paid / max(found.repeats[at], 1)
    return found


def test_money_lies_inside_its_interval_as_often_as_it_says() -> None:
    users = drawn(4000, 4)
    found = ahead(MODEL, 30.0, users.repeats, users.last, np.full(4000, 40.0))
    scale = SPEND.scale(users.repeats, users.mean)
    low, high = (ends * scale for ends in bounds(found, SPEND, users.repeats))
    above, below = (users.later > high).mean(), (users.later < low)[low > 0].mean()
    assert above == pytest.approx(0.025, abs=0.008)
    assert (low > 0).sum() > 1000
    assert below == pytest.approx(0.025, abs=0.01)
    # Counting orders alone, each of the expected amount, holds fewer.
    by_orders = found.high * SPEND.expected(users.repeats, users.mean)
    assert (users.later > by_orders).mean() > 1.3 * above


def test_without_a_model_customers_of_the_past_tell_how_far_money_may_be_off() -> None:
    before, now = drawn(1500, 5), drawn(1500, 6)
    seen = scored.seen(before.repeats * before.mean * 0.75, before.later, 210)
    told = now.repeats * now.mean * 0.75
    low, high = seen.around(told, 210)
    assert ((low <= now.later) & (now.later <= high)).mean() == pytest.approx(0.95, abs=0.02)
    half_low, half_high = seen.around(told / 2, 105)
    assert np.allclose(half_low, low / 2)
    assert np.allclose(half_high, high / 2)


def test_the_ends_are_quantiles_of_the_distribution() -> None:
    repeats, last = np.array([0.0, 3.0, 12.0, 40.0]), np.array([0.0, 30.0, 39.0, 39.9])
    found = ahead(MODEL, 30.0, repeats, last, np.full(4, 40.0))
    low, high = bounds(found, SPEND, repeats)
    for at in range(4):
        mine = found.row == at
        share = -np.diff(np.append(found.at_least[mine], 0.0))
        shape, other = SPEND.p * found.count[mine], SPEND.q + SPEND.p * repeats[at]
        for end, level in ((low[at], 0.025), (high[at], 0.975)):
            held = found.none[at] + (share * betainc(shape, other, end / (1 + end))).sum()
            assert held == pytest.approx(max(level, found.none[at]), abs=2e-3)
    assert (low == 0).tolist() == (found.none >= 0.025).tolist()
