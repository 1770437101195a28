from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.predictions import shops
from tests.predictions.shops import event

from coterie.predictions.gaps import WITHOUT_PAUSES, Gaps, gaps

if TYPE_CHECKING:
    from coterie.sources.duckdb import DuckDB

AS_OF = shops.FIRST + dt.timedelta(days=100)


def test_pauses_are_counted_between_active_days(warehouse: DuckDB) -> None:
    shops.fill(
        warehouse,
        [event("a", 0), event("a", 0), event("a", 3), event("a", 10), event("b", 98), event("c", 120)],
    )
    found = gaps(warehouse, AS_OF, "any")
    assert dict(zip(found.days, found.ended, strict=True)) == {1: 0, 3: 1, 7: 1, 89: 0}
    assert dict(zip(found.days, found.going_on, strict=True)) == {1: 1, 3: 0, 7: 0, 89: 1}


def test_a_pause_of_a_kind_ends_with_that_kind(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [event("a", 0, "order"), event("a", 3), event("a", 10, "order")])
    found = gaps(warehouse, AS_OF, "order")
    assert (found.days, found.ended, found.going_on) == ((10, 89), (1, 0), (0, 1))


def test_of_few_pauses_nothing_is_read(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [event("a", 0), event("a", 3)])
    found = gaps(warehouse, AS_OF, "any")
    assert (found.horizon, found.too_few) == (WITHOUT_PAUSES, True)
    assert found.caption().startswith("Only 1 pauses have ended")
    assert gaps(warehouse, shops.FIRST, "any").quantile(0.5) is None


def test_the_horizon_is_where_nearly_all_who_come_back_are_back(warehouse: DuckDB) -> None:
    """Who visits every third day and at last after eleven: 95 % of pauses are of three days."""
    visits = [event(f"u{user}", 3 * visit) for user in range(3) for visit in range(32)]
    shops.fill(warehouse, [*visits, *(event(f"u{user}", 93 + 5 + user) for user in range(2))])
    found = gaps(warehouse, AS_OF, "any")
    assert found.horizon == 3
    assert found.quantile(0.5) == 3
    assert found.back_within(2) == 0
    assert found.back_within(3) == pytest.approx(93 / 96)  # one more of 6 days still goes on
    assert found.end_after(3) == pytest.approx(2 / 3)
    assert found.end_after(200) is None
    assert "of those who come back are back within 3 days" in found.caption()


def test_kaplan_and_meier_ask_of_those_who_lasted_until_then() -> None:
    """Worked out by hand: 10 pauses, of which 4 end after a day, 2 are cut off at two, 2 end after three."""
    found = Gaps((1, 2, 3, 5), (4, 0, 2, 0), (0, 2, 0, 2), 7, too_few=False)
    assert found.back_within(0) == 0
    assert found.back_within(1) == pytest.approx(0.4)
    assert found.back_within(2) == pytest.approx(0.4)
    assert found.back_within(3) == pytest.approx(1 - 0.6 * 0.5)
    assert found.back_within(99) == pytest.approx(0.7)


def test_horizons_of_a_week_and_more_are_whole_weeks(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [event(f"u{user}", 9 * visit) for user in range(5) for visit in range(11)])
    assert gaps(warehouse, AS_OF, "any").horizon == 14


def test_the_curve_is_a_table() -> None:
    found = Gaps((1, 2, 3, 5), (4, 0, 2, 0), (0, 2, 0, 2), 4, too_few=False)
    table = found.to_arrow().to_pydict()
    assert table["days"] == [1, 2, 3, 4, 5]
    assert table["away"] == pytest.approx([0.6, 0.6, 0.3, 0.3, 0.3])
    assert table["longer_that_ended"] == [2 / 6, 2 / 4, 0, 0, None]
    assert Gaps((), (), (), 28, too_few=True).to_arrow().num_rows == 0
