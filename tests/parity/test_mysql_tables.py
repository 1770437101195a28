"""What only MySQL has: dates of zeros, text in latin1, bits, views over tables that are gone."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Any

import pytest
from tests import warehouses
from tests.events import loaded

from coterie.errors import SourceError
from coterie.events import days
from coterie.features import build
from coterie.project.settings import FeatureSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse

AS_OF = dt.date(2026, 2, 1)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with warehouses.opened("mysql", tmp_path) as opened:
        yield opened


def source(warehouse: Warehouse, table: str) -> dict[str, Any]:
    events: dict[str, Any] = {
        "user_id": "who",
        "at": "at",
        "kind": {"column": "paid", "map": {"1": "order", "0": "view"}},
    }
    return {"name": "odd", "table": f"{warehouse.schema}.{table}", "events": events}


def test_zero_dates_are_set_aside_and_latin1_is_read(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouses.run(
        warehouse,
        """create table odd (who varchar(40) character set latin1 collate latin1_swedish_ci, at datetime,
        paid tinyint(1))""",
    )
    warehouses.run(warehouse, "set sql_mode = ''")
    warehouses.run(
        warehouse,
        """insert into odd values ('Zoë', '2026-01-05 10:00:00', 1), ('zoe', '2026-01-05 10:00:00', 0),
        ('ann', '0000-00-00 00:00:00', 1), (null, '2026-01-05 10:00:00', 1)""",
    )
    warehouses.run(warehouse, "set sql_mode = 'STRICT_ALL_TABLES'")
    _, loading = loaded.run(tmp_path, source(warehouse, "odd"), warehouse=warehouse)
    assert loaded.reasons(loading) == {"no user": 1, "unreadable time": 1}
    assert loaded.rows(warehouse, "select user_id, kind from events order by user_id") == [
        {"user_id": "Zoë", "kind": "order"}, {"user_id": "zoe", "kind": "view"},
    ]  # fmt: skip


def test_a_view_over_a_table_that_is_gone(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouses.run(warehouse, "create table under (who varchar(40), at datetime, paid tinyint(1))")
    warehouses.run(warehouse, "create view seen as select * from under")
    warehouses.run(warehouse, "drop table under")
    with pytest.raises(SourceError, match=r"Source 'odd': .* on MySQL .* reads a view that no longer works"):
        loaded.run(tmp_path, source(warehouse, "seen"), warehouse=warehouse)


def test_columns_are_as_long_as_their_text_and_grow_with_it(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouses.run(warehouse, "create table odd (who varchar(200), at datetime, paid tinyint(1), page text)")
    warehouses.run(warehouse, "insert into odd values ('ann', '2026-01-05 10:00:00', 1, '/a')")
    there = source(warehouse, "odd")
    there["events"] = {**there["events"], "item": "page", "channel": "page"}
    settings = FeatureSettings()

    def again() -> dict[str, str]:
        loaded.run(tmp_path, there, warehouse=warehouse)
        days.refresh(warehouse)
        found = build.build(warehouse, settings, AS_OF).rows.select(["user_id", "acquisition_channel"])
        return dict(zip(*found.to_pydict().values(), strict=True))

    assert again() == {"ann": "/a"}
    assert declared(warehouse) == {"user_id": 8, "kind": 8, "item": 8, "channel": 8}
    long_id, page, longer = "é" * 100, "/b" * 50, "/c" * 200
    warehouses.run(
        warehouse,
        f"insert into odd values ('{long_id}', '2026-01-06', 1, '{page}'), ('ann', '2026-01-07', 1, '/d')",
    )
    assert again() == {"ann": "/a", long_id: page}
    assert declared(warehouse) == {"user_id": 104, "kind": 8, "item": 104, "channel": 104}
    del there["events"]["channel"]
    warehouses.run(warehouse, f"insert into odd values ('bob', '2026-01-08', 1, '{longer}')")
    loaded.run(tmp_path, there, warehouse=warehouse)
    assert declared(warehouse)["item"] > len(longer)
    assert loaded.rows(warehouse, "select max(length(item)) as most from events") == [{"most": len(longer)}]


def declared(warehouse: Warehouse) -> dict[str, int]:
    """How many letters the columns of the events of 'odd' may hold."""
    found = loaded.rows(
        warehouse,
        f"""select column_name as name, character_maximum_length as most from information_schema.columns
        where table_schema = '{warehouse.schema}' and table_name = 'events_from_odd'
        and column_name in ('user_id', 'kind', 'item', 'channel')""",
    )
    return {row["name"]: row["most"] for row in found}


@pytest.mark.parametrize("connection", ["warehouse", "server"])
def test_bytes_are_digits_bits_are_numbers_and_less_than_nothing_is_one(
    connection: str, warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouses.run(
        warehouse,
        """create table odd (who binary(4), at int unsigned, paid bit(1), spent int unsigned, place point,
        item varbinary(9))""",
    )
    warehouses.run(
        warehouse,
        """insert into odd values (x'ff00ee01', 1767607200, b'1', 5, point(1, 2), 'abc'),
        (x'20202020', 1767607201, b'0', 30, null, x'00ff')""",
    )
    there = source(warehouse, "odd")
    there["events"] = {
        "user_id": "who", "at": {"column": "at", "unit": "s"}, "item": "item", "value": {"sql": "spent - 10"},
        "kind": {"column": "paid", "map": {"1": "order", "0": "view"}},
    }  # fmt: skip
    if connection == "server":
        there["connection"] = os.environ[warehouses.SERVERS["mysql"]]
    target = warehouse if connection == "warehouse" else None
    found, loading = loaded.run(tmp_path, there, warehouse=target)
    assert loaded.reasons(loading) == {}
    assert loaded.rows(found, "select user_id, kind, item, value from events order by at_us") == [
        {"user_id": "ff00ee01", "kind": "order", "item": "616263", "value": -5},
        {"user_id": "20202020", "kind": "view", "item": "00ff", "value": 20},
    ]
