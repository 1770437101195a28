"""Tables of Iceberg on Spark: as sources that others change, and as those of coterie."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from tests import warehouses
from tests.events import loaded
from tests.parity import test_warehouses
from tests.parity.alike import assert_alike

from coterie import errors, run
from coterie.project import file as project_file
from coterie.sources import connect, parts, sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse

START = dt.datetime(2026, 1, 5, 22, 50)  # noqa: DTZ001 - a column without zone


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Warehouse]:
    with warehouses.opened("iceberg", tmp_path) as opened:
        yield opened


def change(warehouse: Warehouse, *texts: str) -> None:
    """Change a table as another user of the catalogue does."""
    for text in texts:
        warehouse._session.sql(text)  # type: ignore[attr-defined]


def counted(warehouse: Warehouse, text: str) -> int:
    found: int = warehouse._session.sql(text).collect()[0][0]  # type: ignore[attr-defined]
    return found


def acts(first: int, count: int) -> list[dict[str, Any]]:
    return [
        {"id": i, "Who": ("ann", "bob", None, " ")[i % 4], "at": START + dt.timedelta(hours=i),
         "price": i * 1.5 if i % 3 else None, "act": ("buy", "look")[i % 2]}
        for i in range(first, first + count)
    ]  # fmt: skip


def values(rows: list[dict[str, Any]]) -> str:
    shown = [", ".join(sql.literal(value).sql("spark") for value in row.values()) for row in rows]
    return ", ".join(f"({row})" for row in shown)


def source(table: str, who: str = "Who", **more: str) -> dict[str, Any]:
    mapping = {
        "event_id": "id", "user_id": who, "at": "at", "value": "price",
        "kind": {"column": "act", "map": {"buy": "order", "look": "view"}}, **more,
    }  # fmt: skip
    return {"name": "acts", "table": table, "connection": "warehouse", "events": mapping}


@pytest.mark.parametrize("kind", ["timestamp_ntz", "timestamp_ltz"])
def test_a_table_that_others_change_is_read_as_it_is_by_then(
    kind: str, lake: Warehouse, duck: Warehouse, tmp_path: Path
) -> None:
    """In days, with rows deleted beside the data, a column added and another renamed."""
    change(
        lake,
        "create namespace lake.shop",
        f"create table lake.shop.acts (id bigint, `Who` string, at {kind}, price double, act string)"
        " using iceberg partitioned by (days(at)) tblproperties ('format-version' = '2',"
        " 'write.delete.mode' = 'merge-on-read', 'write.update.mode' = 'merge-on-read')",
        f"insert into lake.shop.acts values {values(acts(0, 40))}",
    )
    rows = acts(0, 40)

    def both(rows: list[dict[str, Any]], run_id: str, **asked: str) -> set[str]:
        duck.create("acts_raw", pa.Table.from_pylist(rows))
        _, expected = loaded.run(tmp_path, source("coterie.acts_raw", **asked), warehouse=duck, run_id=run_id)
        _, found = loaded.run(tmp_path, source("lake.shop.acts", **asked), warehouse=lake, run_id=run_id)
        assert loaded.reasons(found) == loaded.reasons(expected)
        assert_alike(duck, lake, "events", "event_id", ["unit", "row_number"])
        return {unit.unit[-10:] for unit in found.units if unit.was_new}

    assert both(rows, "run-1") == {"2026-01-05", "2026-01-06", "2026-01-07"}
    change(
        lake,
        "delete from lake.shop.acts where id in (3, 4)",
        "update lake.shop.acts set price = 7 where id = 5",
        "alter table lake.shop.acts add column page string",
        "alter table lake.shop.acts rename column `Who` to visitor",
        f"insert into lake.shop.acts values {values([{**row, 'page': 'p'} for row in acts(60, 2)])}",
    )
    assert counted(lake, "select count(*) from lake.shop.acts.delete_files") > 0
    rows = [{**row, "price": 7.0 if row["id"] == 5 else row["price"], "page": None} for row in rows]
    rows = [row for row in rows if row["id"] not in (3, 4)]
    rows += [{**row, "page": "p"} for row in acts(60, 2)]
    rows = [{"visitor" if name == "Who" else name: value for name, value in row.items()} for row in rows]
    assert both(rows, "run-2", who="visitor", item="page") >= {"2026-01-08"}
    change(lake, "delete from lake.shop.acts where id = 60")
    assert both([row for row in rows if row["id"] != 60], "run-3", who="visitor", item="page") == {
        "2026-01-08"
    }


def test_what_coterie_makes_are_tables_of_the_catalogue(lake: Warehouse) -> None:
    lake.create("numbers", pa.table({"n": [1, 2], "at": pa.array([0, None], pa.timestamp("us"))}))
    lake.append("numbers", sql.sql("select 3 as n"))
    found = [name for name in lake._tables() if parts.made_at(name)]  # type: ignore[attr-defined]
    assert len(found) == 2
    for name in found:
        assert counted(lake, f"select count(*) from lake.{lake.schema}.{name}.snapshots") == 1
    files = f"select count(*) from lake.{lake.schema}.{found[0]}.files"
    assert counted(lake, files) == 1
    assert lake.columns("numbers") == {"n": "BIGINT", "at": "TIMESTAMP"}


def test_a_catalogue_that_keeps_no_views_is_told(tmp_path: Path) -> None:
    place = warehouses.lake(tmp_path).replace("&views=spark_catalog", "")
    with (
        warehouses.removed(place),
        contextlib.closing(connect.connect(place)) as warehouse,
        pytest.raises(errors.WarehouseError, match=r"a catalogue that keeps views; .*views=spark_catalog"),
    ):
        warehouse.create("numbers", pa.table({"n": [1]}))


def test_two_whole_runs_in_a_catalogue_that_keeps_views(tmp_path: Path) -> None:
    place = warehouses.lake(tmp_path, warehouses.IN_A_METASTORE)
    with warehouses.removed(place):
        expected = test_warehouses.run_twice(tmp_path / "duck", "duckdb:///coterie.duckdb")
        found = test_warehouses.run_twice(tmp_path / "lake_shop", place)
        test_warehouses.assert_compared_alike(expected, found)
        with (
            run.opened(project_file.read(tmp_path / "duck", {"PLACE": "duckdb:///coterie.duckdb"})) as duck,
            run.opened(project_file.read(tmp_path / "lake_shop", {"PLACE": place})) as warehouse,
        ):
            for table, order in test_warehouses.PROJECT_TABLES.items():
                assert_alike(duck, warehouse, table, order, but=["run_id"])
            assert counted(warehouse, f"select count(*) from lake.{warehouse.schema}.profiles") > 0
