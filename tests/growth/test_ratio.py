from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.growth import ratio
from coterie.growth.bootstrap import UNDEFINED
from coterie.growth.ratio import Sums


def sums(above: list[float], below: list[float]) -> Sums:
    x, n = np.array(above, dtype=float), np.array(below, dtype=float)
    return Sums(len(x), *map(float, (x.sum(), n.sum(), (x * x).sum(), (n * n).sum(), (x * n).sum())))


@given(st.tuples(st.integers(1, 50), st.integers(0, 50), st.integers(1, 50), st.integers(0, 50)))
def test_of_shares_it_is_the_interval_of_katz(counts: tuple[int, int, int, int]) -> None:
    a, b, c, d = counts
    found = ratio.lift(Sums.of_share(a, a + b), Sums.of_share(c, c + d))
    half = 1.959963984540054 * math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    value = (a / (a + b)) / (c / (c + d))
    assert found.value == pytest.approx(value)
    assert found.low == pytest.approx(value * math.exp(-half))
    assert found.high == pytest.approx(value * math.exp(half))


def test_a_rate_of_events_varies_by_users() -> None:
    """Ten users who do the same ten times know as little as they would if they did it once."""
    once = sums([1.0] * 5 + [0.0] * 5, [1.0] * 10)
    tenfold = sums([10.0] * 5 + [0.0] * 5, [10.0] * 10)
    found = ratio.lift(tenfold, tenfold)
    assert (found.low, found.high) == pytest.approx(dataclasses.astuple(ratio.lift(once, once))[1:])


def test_the_interval_covers_what_it_should() -> None:
    """Both groups share a rate; the interval of their ratio holds 1 about 95 times of 100.

    One that takes each event as a draw of its own does not.
    """
    draw = np.random.default_rng(1)
    holds = by_events = 0
    for _ in range(400):
        groups = []
        for users in (150, 250):
            events = draw.poisson(4, users) + 1
            own = draw.beta(2, 6, users)
            groups.append(sums(draw.binomial(events, own).tolist(), events.tolist()))
        found = ratio.lift(*groups)
        assert found.low is not None
        assert found.high is not None
        holds += found.low <= 1 <= found.high
        naive = ratio.lift(*(Sums.of_share(int(one.above), int(one.below)) for one in groups))
        assert naive.low is not None
        assert naive.high is not None
        by_events += naive.low <= 1 <= naive.high
    assert 0.92 <= holds / 400 <= 0.98
    assert by_events / 400 < 0.9


def test_a_part_is_compared_with_the_whole_it_belongs_to() -> None:
    """By simulation: the part's own share in the whole makes the interval narrower."""
    draw = np.random.default_rng(2)
    part, rest = draw.binomial(217, 52 / 217, 20_000), draw.binomial(662, 8 / 662, 20_000)
    drawn = np.log((part / 217) / ((part + rest) / 879))
    found = ratio.lift_over(Sums.of_share(52, 217), Sums.of_share(60, 879))
    assert found.value == pytest.approx(3.5106, abs=5e-5)
    assert found.low is not None
    assert found.high is not None
    half = math.log(found.high / found.low) / 2
    assert half == pytest.approx(1.96 * drawn.std(), rel=0.06)
    alone = ratio.lift(Sums.of_share(52, 217), Sums.of_share(60, 879))
    assert alone.high is not None
    assert alone.high > found.high


def test_differences_have_intervals_too() -> None:
    found = ratio.difference(sums([2.0, 4.0, 0.0], [1.0] * 3), sums([1.0, 1.0, 1.0], [1.0] * 3))
    assert found.value == 1
    assert found.high == pytest.approx(1 + 1.959963984540054 * math.sqrt(8 / 9))
    over = ratio.difference_over(Sums.of_share(5, 10), Sums.of_share(5, 10))
    assert (over.value, over.low, over.high) == (0, 0, 0)


def test_without_anything_above_or_below_there_is_no_interval() -> None:
    none, some, nobody = Sums.of_share(0, 9), Sums.of_share(3, 9), Sums.of_share(0, 0)
    for found in (ratio.lift(none, some), ratio.lift_over(none, some)):
        assert (found.value, found.low, found.high) == (0, None, None)
    assert ratio.lift(some, none) == ratio.lift_over(nobody, some) == UNDEFINED
    assert ratio.difference(nobody, some) == ratio.difference_over(nobody, some) == UNDEFINED
    assert ratio.difference(some, none).low == pytest.approx(-0.0286, abs=0.02)
