from __future__ import annotations

import pytest
from tests.features.made import Event
from tests.growth import asked

from coterie.growth import concentration as told
from coterie.growth.concentration import Concentration
from coterie.growth.concentration import concentration as measured


def found(values: list[float]) -> Concentration | None:
    events = [Event(f"u{n}", asked.at(0), "order", value=value) for n, value in enumerate(values)]
    warehouse = asked.filled(events)
    with asked.everyone(warehouse, 5) as everyone:
        return measured(warehouse, everyone, seed=1)


def test_equal_payers_share_the_revenue_equally() -> None:
    equal = found([5.0] * 40)
    assert equal is not None
    assert [part.revenue.value for part in equal.parts] == pytest.approx(list(told.SHARES))
    assert equal.top.low == pytest.approx(0.1)
    assert (equal.payers, equal.revenue) == (40, 200)


def test_one_who_pays_for_half_is_seen() -> None:
    half = found([90.0, *[10.0] * 9])
    assert half is not None
    assert half.top.value == pytest.approx(0.5)
    assert half.top.low is not None
    assert half.top.high is not None
    assert half.top.low < 0.5 <= half.top.high
    assert half.caption() == "The best 10% of 10 payers bring in 50% of the revenue"
    shares = [part.revenue.value or 0 for part in half.parts]
    assert shares == sorted(shares)
    assert half.to_arrow().num_rows == len(told.SHARES)


def test_nobody_who_paid_has_no_concentration() -> None:
    assert found([0.0, 0.0]) is None
