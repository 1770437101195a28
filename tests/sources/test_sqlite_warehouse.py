from __future__ import annotations

import contextlib
import datetime as dt
import math
import sqlite3
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from coterie.errors import WarehouseError
from coterie.sources import connect, sql
from coterie.sources.sqlite_warehouse import SQLite
from coterie.sources.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def warehouse() -> Iterator[SQLite]:
    with contextlib.closing(SQLite()) as opened:
        yield opened


def values(warehouse: Warehouse, text: str) -> list[object]:
    return list(warehouse.query(sql.sql(text)).column(0).to_pylist())


def test_it_is_a_warehouse(warehouse: SQLite) -> None:
    assert isinstance(warehouse, Warehouse)


def test_values_come_back_as_they_went_in(warehouse: SQLite) -> None:
    rows = pa.table(
        {
            "day": [dt.date(2026, 1, 2), None],
            "at": pa.array([None, dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC)], pa.timestamp("us", tz="UTC")),
            "n": [1, None],
            "x": [0.5, math.nan],
            "word": ["a'b", None],
        }
    )
    warehouse.create("t", rows)
    found = warehouse.query(sql.sql("select * from t"))
    assert found.to_pylist() == [
        {"day": dt.date(2026, 1, 2), "at": None, "n": 1, "x": 0.5, "word": "a'b"},
        {"day": None, "at": dt.datetime(2026, 1, 2, 3), "n": None, "x": None, "word": None},  # noqa: DTZ001
    ]
    assert warehouse.columns("t") == {
        "day": "DATE", "at": "TIMESTAMP", "n": "BIGINT", "x": "DOUBLE", "word": "VARCHAR",
    }  # fmt: skip


def test_values_of_several_kinds_become_one(warehouse: SQLite) -> None:
    assert values(warehouse, "select 1 union all select 0.5") == [1.0, 0.5]
    assert values(warehouse, "select 1 union all select 'a'") == ["1", "a"]
    assert values(warehouse, "select null") == [None]


def test_a_table_may_be_replaced_from_itself(warehouse: SQLite) -> None:
    warehouse.create("t", pa.table({"n": [1]}))
    warehouse.create("t", sql.sql("select n + 1 as n from t"))
    warehouse.append("t", sql.sql("select * from t"))
    assert values(warehouse, "select n from t") == [2, 2]


def test_further_columns_are_null(warehouse: SQLite) -> None:
    warehouse.create("t", pa.table({"n": [1]}))
    warehouse.widen("t", pa.schema({"x": pa.float64(), "word": pa.string()}))
    assert warehouse.query(sql.sql("select * from t")).to_pylist() == [{"n": 1, "x": None, "word": None}]


def test_rows_stream_in_batches(warehouse: SQLite) -> None:
    warehouse.create("t", pa.table({"n": range(3)}))
    with warehouse.stream(sql.sql("select n from t")) as rows:
        assert [row for batch in rows for row in batch.column(0).to_pylist()] == [0, 1, 2]


def test_a_transaction_is_all_or_nothing(warehouse: SQLite) -> None:
    warehouse.create("t", pa.table({"n": [1]}))

    def changes_and_breaks() -> None:
        with warehouse.transaction():
            warehouse.create("t", pa.table({"n": [2]}))
            warehouse.append("t", sql.sql("select n from nowhere"))

    with pytest.raises(WarehouseError, match="The insert of table 't' failed on SQLite: no such table"):
        changes_and_breaks()
    assert values(warehouse, "select n from t") == [1]


def test_a_view_is_replaced(warehouse: SQLite) -> None:
    for n in (1, 2):
        warehouse.execute(sql.sql("create or replace view v as select :n as n", n=n))
    assert values(warehouse, "select n from v") == [2]


def test_what_sqlite_lacks_is_there(warehouse: SQLite) -> None:
    found = warehouse.query(
        sql.sql("select ln(1) as a, sqrt(4) as b, exp(0) as c, lower('É') as d, make_timestamp(1) as e")
    ).to_pylist()
    at = dt.datetime(1970, 1, 1, 0, 0, 0, 1)  # noqa: DTZ001
    assert found == [{"a": 0.0, "b": 2.0, "c": 1.0, "d": "é", "e": at}]
    assert values(warehouse, "select try_cast('x' as double)") == [None]
    for nothing in ("ln(null)", "sqrt(null)", "exp(null)", "lower(null)", "make_timestamp(null)"):
        assert values(warehouse, f"select {nothing}") == [None]
    assert values(warehouse, "select regexp_matches(null, 'a')") == [None]


def test_a_file_in_use_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.sources.sqlite_warehouse._PATIENCE_S", 0.01)
    with (
        contextlib.closing(connect.connect("sqlite:///w.db", tmp_path)) as warehouse,
        contextlib.closing(sqlite3.connect(tmp_path / "w.db")) as other,
    ):
        other.execute("begin immediate")
        with pytest.raises(WarehouseError, match="in use by another process; wait until it ends"):
            warehouse.create("t", pa.table({"n": [1]}))


def test_another_file_is_not_taken_for_a_database(tmp_path: Path) -> None:
    (tmp_path / "w.db").write_text("no database" * 100, encoding="utf-8")
    with pytest.raises(WarehouseError, match="it is no SQLite database; name another file"):
        connect.connect("sqlite:///w.db", tmp_path)
