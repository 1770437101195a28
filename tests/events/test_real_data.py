"""Counts of real files, to the row; set COTERIE_REAL_DATA to the folder that holds them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.events.loaded import column, reasons, rows, run

if TYPE_CHECKING:
    from coterie.events.loading import Loading
    from coterie.sources.warehouse import Warehouse

FOLDER = Path(os.environ.get("COTERIE_REAL_DATA", ""))
pytestmark = pytest.mark.skipif(
    "COTERIE_REAL_DATA" not in os.environ, reason="set COTERIE_REAL_DATA to the folder of the real files"
)


def load(*sources: dict[str, Any]) -> tuple[Warehouse, Loading]:
    return run(FOLDER, *sources)


def test_deskdrop() -> None:
    mapping = {
        "user_id": "personId",
        "at": {"column": "timestamp", "unit": "s"},
        "kind": {"column": "eventType", "map": {"VIEW": "view", "LIKE": "like"}, "default": "other"},
        "item": "contentId",
        "session_id": "sessionId",
        "device": {"column": "userAgent", "as": "device"},
    }
    warehouse, loading = load({"name": "i", "table": "deskdrop_interactions.csv.gz", "events": mapping})
    assert (loading.events, loading.users, reasons(loading)) == (72_312, 1_895, {})
    assert rows(
        warehouse,
        """select count(distinct item) as items, count(distinct session_id) as sessions,
        sum(case when device is null then 1 else 0 end)::int as unknown, min("at")::date::text as first,
        max("at")::date::text as last from events""",
    ) == [
        {"items": 2_987, "sessions": 28_740, "unknown": 15_394, "first": "2016-03-14", "last": "2017-02-28"}
    ]


@pytest.mark.parametrize(("duplicates", "repeated"), [("keep", 0), ("set_aside", 5_225)])
def test_online_retail(duplicates: str, repeated: int) -> None:
    mapping = {
        "user_id": "CustomerID",
        "at": "InvoiceDate",
        "kind": {"value": "order"},
        "value": {"sql": "Quantity * UnitPrice"},
    }
    source = {"name": "r", "table": "online_retail.parquet", "duplicates": duplicates, "events": mapping}
    warehouse, loading = load(source)
    (unit,) = loading.units
    assert (unit.read, unit.used, loading.users) == (541_909, 406_829 - repeated, 4_372)
    assert reasons(loading) == {"no user": 135_080, **({"exact duplicate": repeated} if repeated else {})}
    (total,) = column(
        warehouse,
        """select (select sum(value) from events) + (select sum(cast(record ->> 'Quantity' as double)
        * cast(record ->> 'UnitPrice' as double)) from set_aside) as total""",
    )
    assert total == pytest.approx(9_747_747.93, abs=0.01)
    assert column(warehouse, "select min(user_id) from events") == ["12346"]


def test_food_campaign() -> None:
    food = {"connection": "sqlite:///food_campaign_1.db"}
    query = """select e.id, e.User_Id, e.Type, e.date, m.Type as cuisine, m.price
    from Event e join Meal m on m.id = e.Meal_Id"""
    mapping = {
        "event_id": "id", "user_id": "User_Id", "at": "date", "category": "cuisine", "value": "price",
        "kind": {"column": "Type", "map": {"bought": "order"}},
    }  # fmt: skip
    people = {"user_id": "id", "since": "Created_Date", "acquisition_channel": "Campaign_ID"}
    warehouse, loading = load(
        {"name": "meals", "query": query, "events": mapping, **food},
        {"name": "people", "table": "Users", "users": people, **food},
    )
    assert (loading.events, loading.users, reasons(loading)) == (386, 879, {})
    assert rows(
        warehouse,
        """select count(*) as n, count(distinct user_id) as buyers, sum(value) as paid from events
        where kind = 'order'""",
    ) == [{"n": 111, "buyers": 60, "paid": 1093.0}]
    assert rows(
        warehouse, "select acquisition_channel as c, count(*) as n from users group by 1 order by 1"
    ) == [{"c": "FB", "n": 235}, {"c": "PI", "n": 217}, {"c": "RE", "n": 201}, {"c": "TW", "n": 226}]


def test_learning_platform() -> None:
    users = {"attributes": ["minutes_watched", "CLV", {"column": "region", "as": "category"}, "channel"]}
    warehouse, loading = load({"name": "l", "table": "learning_platform_customers.csv", "users": users})
    assert (loading.events, loading.users, reasons(loading)) == (0, 3_834, {})
    assert warehouse.columns("users")["minutes_watched"] == "DOUBLE"
    assert column(warehouse, "select max(minutes_watched) from users") == [288_508.0]
