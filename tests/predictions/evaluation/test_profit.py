from __future__ import annotations

import numpy as np
import pytest

from coterie.errors import DataError
from coterie.predictions.evaluation.profit import Worth, profit

SCORES = np.array([0.9, 0.8, 0.7, 0.2, 0.1])
HAPPENED = np.array([1.0, 1.0, 0.0, 0.0, 0.0])


def test_acting_stops_where_it_stops_to_pay() -> None:
    found = profit(SCORES, HAPPENED, Worth(hit=10, wasted=-3))
    assert (found.best, found.cut_off) == (0.4, 0.8)
    assert found.earned == pytest.approx(4.0)
    assert found.money == pytest.approx([0, 2, 4, 3.4, 2.8, 2.2])


def test_what_is_missed_and_spared_counts_as_well() -> None:
    found = profit(SCORES, HAPPENED, Worth(hit=0, wasted=-1, missed=-10, spared=0))
    assert found.money[0] == pytest.approx(-4.0)
    assert found.best == pytest.approx(0.4)


def test_where_nothing_pays_nobody_is_acted_on() -> None:
    found = profit(SCORES, HAPPENED, Worth(hit=-1, wasted=-3))
    assert (found.best, found.cut_off, found.earned) == (0.0, None, 0.0)


def test_amounts_are_refused() -> None:
    with pytest.raises(DataError, match="1 or 0 for each user"):
        profit(SCORES, HAPPENED * 7, Worth(hit=1, wasted=-1))


def test_the_band_holds_the_curve() -> None:
    rng = np.random.default_rng(3)
    scores = rng.random(2_000)
    happened = (rng.random(2_000) < scores).astype(float)
    found = profit(scores, happened, Worth(hit=2, wasted=-1), band=True)
    assert found.band is not None
    money = np.interp(found.band.at, found.share, found.money)
    assert (np.array(found.band.low) <= money).all()
    assert (money <= np.array(found.band.high)).all()
    assert found.best == pytest.approx(2 / 3, abs=0.1)
    assert found.earned in found.money


def test_nothing_that_happened_is_refused() -> None:
    with pytest.raises(DataError, match="Nothing happened"):
        profit(SCORES, HAPPENED * 0, Worth(hit=1, wasted=-1))
