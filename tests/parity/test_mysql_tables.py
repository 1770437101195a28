"""What only MySQL has: dates of zeros, text in latin1, bits, views over tables that are gone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests import warehouses
from tests.events import loaded

from coterie.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with warehouses.opened("mysql", tmp_path) as opened:
        yield opened


def source(warehouse: Warehouse, table: str) -> dict[str, object]:
    events = {"user_id": "who", "at": "at", "kind": {"column": "paid", "map": {"1": "order", "0": "view"}}}
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
