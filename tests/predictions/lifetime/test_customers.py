from __future__ import annotations

import contextlib
import datetime as dt

import numpy as np
import pytest
from tests.predictions.lifetime import cdnow, shops

from coterie.predictions.lifetime import customers
from coterie.sources.sqlite_warehouse import SQLite

EVENTS = [
    ("a", dt.date(2026, 1, 5), "order", 10.0, None),
    ("a", dt.date(2026, 1, 5), "order", 5.0, None),
    ("a", dt.date(2026, 1, 19), "order", 20.0, None),
    ("a", dt.date(2026, 1, 20), "refund", 7.0, None),
    ("a", dt.date(2026, 2, 10), "order", 40.0, None),
    ("b", dt.date(2026, 1, 12), "order", 8.0, None),
    ("b", dt.date(2026, 1, 13), "order", -10.0, None),
    ("c", dt.date(2026, 1, 13), "refund", 3.0, None),
    ("d", dt.date(2026, 2, 2), "order", None, None),
    ("e", dt.date(2026, 1, 2), "view", None, None),
]
DAY = shops.day(dt.date(2026, 2, 1))


def test_purchases_are_days_and_refunds_are_taken_off() -> None:
    with shops.warehouse(EVENTS) as warehouse:
        found = customers.read(warehouse, "order", DAY, 7.0, DAY + 28)
    assert found.users.to_pylist() == ["a", "b"]
    assert found.repeats.tolist() == [1, 0]
    assert found.last.tolist() == [2, 0]
    assert found.until.tolist() == pytest.approx([26 / 7, 19 / 7])
    assert found.orders.tolist() == [3, 1]
    assert found.net.tolist() == [28, -2]
    assert found.kept.tolist() == [28 / 35, 0]
    assert found.mean.tolist() == [20 * 28 / 35, 0]
    assert found.later_purchases.tolist() == [1, 0]
    assert found.later_spend.tolist() == [40, 0]


def test_a_date_sees_nothing_of_what_follows() -> None:
    with shops.warehouse(EVENTS) as warehouse:
        full = customers.read(warehouse, "order", DAY, 1.0)
    with shops.warehouse([one for one in EVENTS if one[1] < dt.date(2026, 2, 1)]) as warehouse:
        blind = customers.read(warehouse, "order", DAY, 1.0)
    for name in ("repeats", "last", "until", "orders", "spend", "refunded", "repeat_spend"):
        assert getattr(full, name).tolist() == getattr(blind, name).tolist()
    assert full.later_purchases.tolist() == [0, 0]


def test_another_engine_says_the_same() -> None:
    query = customers.statement("order", DAY, DAY + 28).order_by("firsts.user_id")
    with shops.warehouse(EVENTS) as warehouse, contextlib.closing(SQLite()) as lite:
        for name, table in shops.tables(EVENTS).items():
            lite.create(name, table)
        assert lite.query(query).to_pylist() == warehouse.query(query).to_pylist()


def test_raw_purchases_of_cdnow_give_the_published_summary() -> None:
    x, last, until = cdnow.summary()
    with shops.warehouse(shops.of_cdnow(cdnow.sample())) as warehouse:
        day = shops.day(shops.CALIBRATED)
        found = customers.read(warehouse, "order", day, 7.0, shops.day(shops.END))
        gathered = customers.alike(warehouse, customers.statement("order", day), 7.0)
    published = np.array(sorted(zip(x, np.round(last, 2), np.round(until, 2), strict=True)))
    mine = np.array(
        sorted(zip(found.repeats, np.round(found.last, 2), np.round(found.until, 2), strict=True))
    )
    assert np.allclose(published, mine, atol=0.011)
    assert found.later_purchases.sum() == 1882
    alike = found.alike()
    assert len(alike.repeats) == len(gathered.repeats) < len(x) / 2
    assert gathered.total == alike.total == 2357
    assert np.allclose(gathered.last, alike.last)
