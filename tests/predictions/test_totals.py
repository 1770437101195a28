from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.predictions import made

from coterie.predictions.fit import fit
from coterie.predictions.totals import Level, between, levels, total

if TYPE_CHECKING:
    from coterie.predictions.examples import Kind

DATE = dt.date(2026, 1, 1)


@pytest.mark.parametrize("swing", [0.0, 0.1, 0.3])
def test_the_interval_holds_what_happens_in_95_of_100_cases(swing: float) -> None:
    """Four past weeks and the next one are each better or worse for everyone by a share of their own."""
    draw = np.random.default_rng(8)
    chances = draw.beta(2, 6, size=600)
    whole, chance = float(chances.sum()), float((chances * (1 - chances)).sum())
    inside = []
    for _ in range(600):
        tides = np.clip(1 + swing * draw.standard_normal(5), 0, 2)
        came_to = [draw.binomial(1, np.clip(chances * tide, 0, 1)).sum() for tide in tides]
        low, high = between(whole, chance, [sum_ / whole - 1 for sum_ in came_to[:4]])
        inside.append(low <= came_to[4] <= high)
    assert 0.93 <= np.mean(inside) <= 1.0


def test_without_past_dates_chance_alone_is_left() -> None:
    low, high = between(100.0, 25.0, [])
    assert (low, high) == pytest.approx((100 - 9.8, 100 + 9.8), abs=0.01)
    assert between(3.0, 25.0, [])[0] == 0


def test_a_level_is_off_by_a_share_of_what_was_foretold() -> None:
    assert Level(DATE, 10, 4.0, 5.0).off == pytest.approx(0.25)
    assert Level(DATE, 10, 0.0, 5.0).off == 0


@pytest.mark.parametrize("kind", ["yes_or_no", "count"])
def test_totals_of_past_dates_are_compared_with_what_they_came_to(kind: Kind) -> None:
    examples = made.examples(kind, users=120)
    found = fit(examples, made.settings("linear", kind), name="it")
    past, scores = levels(found, examples)
    assert [level.date for level in past] == list(examples.dates)
    assert sum(level.users for level in past) == len(examples)
    assert past[-1].happened == examples.outcomes[examples.held_out].sum()
    assert past[-1].foretold == pytest.approx(scores.sum())
    told = total(found, scores, past[:-1])
    assert told.users == examples.held_out.sum()
    assert told.low <= past[-1].happened <= told.high
    if kind == "yes_or_no":
        assert told.high <= told.users
