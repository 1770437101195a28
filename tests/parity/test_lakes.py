"""Folders of files that a cluster reads by itself, as sources."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import compute, orc, parquet
from tests import warehouses
from tests.events import loaded
from tests.parity.alike import assert_alike

from coterie.errors import SourceError
from coterie.events import in_database
from coterie.project.sourcing import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse

START = dt.datetime(2026, 1, 5, 23, 50)  # noqa: DTZ001 - a column without zone
SCHEMA = pa.schema(
    [("id", pa.int64()), ("Who", pa.string()), ("at", pa.timestamp("us")), ("price", pa.float64()),
     ("act", pa.string())]
)  # fmt: skip


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with warehouses.opened("spark", tmp_path) as opened:
        yield opened


def events(first: int, count: int) -> pa.Table:
    rows = [
        {"id": i, "Who": ("ann", "bob", None, " ")[i % 4], "at": START + dt.timedelta(hours=i),
         "price": i * 1.5 if i % 3 else None, "act": ("buy", "look")[i % 2]}
        for i in range(first, first + count)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def written(folder: Path, rows: pa.Table, kind: str, name: str) -> None:
    """Add files to a folder, one for each act, as engines of clusters write them."""
    for act in ("buy", "look"):
        part = folder / f"act={act}"
        part.mkdir(parents=True, exist_ok=True)
        some = rows.filter(compute.equal(rows["act"], act)).drop_columns(["act"])
        write = orc.write_table if kind == "orc" else parquet.write_table
        write(some, str(part / f"{name}.{kind}"))


def source(table: str) -> dict[str, Any]:
    mapping = {
        "event_id": "id", "user_id": "Who", "at": "at", "value": "price",
        "kind": {"column": "act", "map": {"buy": "order", "look": "view"}},
    }  # fmt: skip
    return {"name": "acts", "table": table, "connection": "warehouse", "events": mapping}


def test_a_folder_is_mapped_by_the_cluster(warehouse: Warehouse, duck: Warehouse, tmp_path: Path) -> None:
    lake = tmp_path / "a lake" / "acts"
    written(lake, events(0, 40), "parquet", "first")
    (lake / "act=share").mkdir()
    parquet.write_table(events(0, 0).drop_columns(["act"]), str(lake / "act=share" / "empty.parquet"))
    (lake / "act=nothing").mkdir()
    duck.create("acts_raw", events(0, 40))
    _, expected = loaded.run(tmp_path, source("coterie.acts_raw"), warehouse=duck)
    _, found = loaded.run(tmp_path, source(str(lake)), warehouse=warehouse)
    assert loaded.reasons(found) == loaded.reasons(expected) == {"no user": 20}
    but = ["unit", "row_number"]
    assert_alike(duck, warehouse, "events", "event_id", but)
    written(lake, events(40, 8), "parquet", "second")
    duck.create("acts_raw", events(0, 48))
    loaded.run(tmp_path, source("coterie.acts_raw"), warehouse=duck, run_id="run-2")
    _, again = loaded.run(tmp_path, source(str(lake)), warehouse=warehouse, run_id="run-2")
    assert {unit.unit[-10:] for unit in again.units if unit.was_new} == {"2026-01-07"}
    assert_alike(duck, warehouse, "events", "event_id", but)
    assert not loaded.run(tmp_path, source(str(lake)), warehouse=warehouse, run_id="run-3")[1].changed


def test_files_of_another_kind_are_named_before_the_path(warehouse: Warehouse, tmp_path: Path) -> None:
    written(tmp_path / "acts", events(0, 4), "orc", "first")
    table = in_database.Table(Source.model_validate(source(f"orc.{tmp_path}/acts")), warehouse)
    assert [unit.name[-10:] for unit in table.units({})] == ["2026-01-05", "2026-01-06"]


@pytest.mark.parametrize(
    ("table", "said"),
    [("/no/such/lake", r"Source 'acts': .*PATH_NOT_FOUND"), ("data/lake", "'data/lake' is a relative path")],
)
def test_a_folder_that_is_not_there(table: str, said: str, warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=said):
        loaded.run(tmp_path, source(table), warehouse=warehouse)
