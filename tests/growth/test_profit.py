from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.features.made import Event, User
from tests.growth import asked

from coterie.growth import people, profit
from coterie.growth.bootstrap import Estimate

EVENTS = [
    Event("a", asked.at(0), "view", category="shoes"),
    Event("a", asked.at(1), "order", value=30.0, category="shoes"),
    Event("a", asked.at(2), "refund", value=10.0, category="shoes"),
    Event("b", asked.at(2), "order", value=5.0, category="books"),
]
USERS = [User("a", country="at"), User("b", country="ng"), User("c", country="at")]


def test_revenue_is_net_of_refunds_and_has_three_denominators() -> None:
    warehouse = asked.filled(EVENTS, USERS)
    with asked.everyone(warehouse, 5, ["country", "category"]) as everyone:
        country, category = profit.profits(warehouse, everyone, seed=1)
        top = profit.top_users(warehouse, everyone, 1)
    at, ng = country.rows
    assert (at.value, at.users, at.active, at.payers, at.orders) == ("at", 2, 1, 1, 1)
    assert (at.spend, at.refunded, at.revenue, at.share) == (30, 10, 20, 20 / 25)
    assert (at.per_user.value, at.per_active.value) == (10, 20)
    assert at.per_event.value == pytest.approx(20 / 3)
    assert at.per_user.low == 0
    assert at.per_user.high == 20
    assert at.few
    assert (ng.per_user.value, ng.revenue) == (5, 5)
    assert {row.value: row.revenue for row in category.rows} == {"shoes": 20, "books": 5}
    [best] = top.rows
    assert (best.user_id, best.revenue, best.by) == ("a", 20, {"country": "at", "category": "shoes"})
    assert top.to_arrow().to_pylist()[0]["by_country"] == "at"
    assert top.caption() == "The 1 most profitable users"
    assert country.to_arrow().to_pylist()[0]["per_user_low"] == 0
    assert country.caption() == "Revenue by country, net of refunds"


def test_refunds_beyond_sales_have_no_shares() -> None:
    warehouse = asked.filled([*EVENTS, Event("b", asked.at(3), "refund", value=90.0)], USERS)
    with asked.everyone(warehouse, 5, ["country"]) as everyone:
        [country] = profit.profits(warehouse, everyone, seed=1)
    assert [(row.value, row.revenue, row.share) for row in country.rows] == [
        ("at", 20, None),
        ("ng", -85, None),
    ]


def test_what_nobody_did_has_no_rate() -> None:
    warehouse = asked.filled(EVENTS, [User("c", country="at")])
    with asked.everyone(warehouse, 5, ["country"]) as everyone:
        [country] = profit.profits(warehouse, everyone, seed=1)
    at = next(row for row in country.rows if row.value == "at")
    assert at.per_event == Estimate(None, None, None)
    assert at.per_user.value == 0


def test_a_group_of_any_size_is_few_points_that_keep_the_highest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profit, "TAIL", 10)
    events = [Event(f"u{n}", asked.at(0), "order", value=float(n)) for n in range(100)]
    warehouse = asked.filled(events, [User(f"u{n}", country="at") for n in range(100)])
    with asked.everyone(warehouse, 5, ["country"]) as everyone:
        [country] = everyone.dimensions
        points = profit.read_points(warehouse, people.rows(country))["at"]
    assert len(points.users) == 20
    assert points.users.sum() == 100
    assert points.values[:10, 0].tolist() == [99.0 - n for n in range(10)]
    assert (points.users @ points.values[:, 0]) == sum(range(100))


@settings(max_examples=5)
@given(events=asked.many_events, users=asked.many_users)
def test_revenue_adds_up_and_the_order_of_rows_is_nothing(events: list[Event], users: list[User]) -> None:
    found = []
    for order in (events, events[::-1]):
        warehouse = asked.filled(order, users)
        with asked.everyone(warehouse, 30, ["channel", "country"]) as everyone:
            found.append([one.to_arrow().to_pylist() for one in profit.profits(warehouse, everyone, seed=1)])
        warehouse.close()
    assert found[0] == found[1]
    sums = [sum(row["revenue"] for row in one) for one in found[0]]
    assert all(abs(one - sums[0]) < 1e-9 for one in sums)
