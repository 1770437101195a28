from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3

import numpy as np
import pytest
from tests.predictions.lifetime import shops
from tests.segments.tables import real_data

from coterie.predictions.lifetime import simple
from coterie.sources import sql
from coterie.sources.sqlite_warehouse import SQLite

ALL = sql.literal("all")


def test_each_factor_is_counted() -> None:
    events = [
        ("a", dt.date(2026, 1, 31), "order", 10.0, None),
        ("a", dt.date(2026, 1, 30), "order", 20.0, None),
        ("a", dt.date(2026, 2, 1), "order", 30.0, None),
        ("a", dt.date(2026, 3, 3), "refund", 6.0, None),
        ("b", dt.date(2024, 2, 29), "order", 5.0, None),
        ("c", dt.date(2026, 1, 1), "refund", 5.0, None),
    ]
    with shops.warehouse(events) as warehouse:
        (found,) = simple.simple(warehouse, simple.buyers("order", shops.day(shops.AS_OF) + 30, ALL), 0.5)
    assert (found.buyers, found.orders, found.money) == (2, 4, 59)
    assert found.average_order == 0.5 * 59 / 4
    assert found.repeat_rate == pytest.approx((3 / 2 + 1) / 2)
    assert found.months == 1.5
    assert found.lifetime == pytest.approx(found.average_order * found.repeat_rate * found.months)


@pytest.mark.parametrize("start", ["1970-01-01", "2000-02-28", "2023-12-30", "2100-02-27"])
def test_months_are_those_of_the_calendar(start: str) -> None:
    first = dt.date.fromisoformat(start)
    dates = [first + dt.timedelta(days=n * 9) for n in range(90)]
    events = [("u", date, "order", 1.0, None) for date in dates]
    rows = simple.buyers("order", shops.day(dates[-1]) + 1, ALL)
    with shops.warehouse(events) as warehouse, contextlib.closing(SQLite()) as lite:
        lite.create("events", shops.tables(events)["events"])
        (here,), (there,) = (each.query(rows).to_pylist() for each in (warehouse, lite))
    months = len({(date.year, date.month) for date in dates})
    assert here["months"] == there["months"] == months


def test_the_interval_is_that_of_drawing_buyers_again() -> None:
    with shops.warehouse(shops.drawn(300)) as warehouse:
        rows = simple.buyers("order", shops.day(shops.AS_OF), ALL)
        (found,) = simple.simple(warehouse, rows)
        table = warehouse.query(rows)
    money, orders, months = (table.column(c).to_numpy().astype(float) for c in ("money", "orders", "months"))
    rng, drawn = np.random.default_rng(2), []
    for _ in range(600):
        at = rng.integers(len(money), size=len(money))
        drawn.append(
            money[at].sum() / orders[at].sum() * (orders[at] / months[at]).mean() * months[at].mean()
        )
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])), rel=0.05)


def test_a_single_buyer_has_no_interval_and_a_loss_none_either() -> None:
    lost = [
        ("u", shops.AS_OF, "order", 1.0, None),
        ("u", shops.AS_OF, "refund", 4.0, None),
        ("v", shops.AS_OF, "order", 1.0, None),
    ]
    for events, lifetime in ((lost[:1], 1.0), (lost, -1.0)):
        with shops.warehouse(events) as warehouse:
            rows = simple.buyers("order", shops.day(shops.AS_OF) + 1, ALL)
            (found,) = simple.simple(warehouse, rows)
        assert (found.low, found.high) == (None, None)
        assert found.lifetime == lifetime


@pytest.mark.parametrize(
    ("campaign", "rate", "months", "product"), [(1, 1.0776, 1.75, 1.8857), (2, 1.133, 1.5, 1.6995)]
)
def test_the_campaigns_of_the_food_site(campaign: int, rate: float, months: float, product: float) -> None:
    """Orders a buyer and month with orders, times such months, of the guests whom PI brought."""
    path = real_data(f"food_campaign_{campaign}.db")
    rows = read_bought(path.as_posix())
    events = [(str(user), date, "order", float(price), None) for user, date, price in rows]
    with shops.warehouse(events) as warehouse:
        (found,) = simple.simple(warehouse, simple.buyers("order", shops.day(dt.date(2015, 1, 1)), ALL))
    assert found.buyers == 52
    assert found.repeat_rate == pytest.approx(rate, abs=5e-5)
    assert found.months == months
    assert found.repeat_rate * found.months == pytest.approx(product, abs=5e-5)


def read_bought(path: str) -> list[tuple[int, dt.date, int]]:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        found = database.execute(
            """select e.User_Id, e.date, m.price from Event e join Meal m on m.id = e.Meal_Id
            join Users u on u.id = e.User_Id where e.Type = 'bought' and u.Campaign_ID = 'PI'"""
        ).fetchall()
    return [(user, dt.date.fromisoformat(date[:10]), price) for user, date, price in found]
