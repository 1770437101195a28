from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import duckdb as driver
import pyarrow as pa
import pytest

from coterie.errors import WarehouseError
from coterie.sources import duckdb, sql
from coterie.sources.connect import connect
from coterie.sources.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""

LONG = """
import pathlib, signal, sys
# Whoever runs the tests in the background may have made them deaf to it.
signal.signal(signal.SIGINT, signal.default_int_handler)
from coterie.sources import connect, sql
warehouse = connect.connect("duckdb:///long.duckdb?threads=1", pathlib.Path(sys.argv[1]))
warehouse.create("kept", sql.sql("select 1 as a"))
try:
    with warehouse.transaction():
        warehouse.append("kept", sql.sql("select 2 as a"))
        print("started", flush=True)
        long = "select sum(a.range * b.range) as s from range(10000000) as a, range(1000000) as b"
        warehouse.query(sql.sql(long))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    opened = connect("duckdb://?threads=1")
    yield opened
    opened.close()


def values(warehouse: Warehouse, text: str) -> list[object]:
    return [next(iter(row.values())) for row in warehouse.query(sql.sql(text)).to_pylist()]


def test_keeps_the_protocol(warehouse: Warehouse) -> None:
    assert isinstance(warehouse, Warehouse)
    assert (warehouse.dialect, warehouse.schema) == ("duckdb", "coterie")
    assert warehouse.url == "duckdb://?threads=1"


def test_tables_live_in_the_schema(warehouse: Warehouse) -> None:
    warehouse.create("numbers", sql.sql("select 1 as a, 'x' as order"))
    assert values(warehouse, "select a from coterie.numbers") == [1]
    assert warehouse.columns("numbers") == {"a": "INTEGER", "order": "VARCHAR"}


def test_an_unknown_table_has_no_columns(warehouse: Warehouse) -> None:
    assert warehouse.columns("nothing") == {}


def test_create_replaces_from_arrow(warehouse: Warehouse) -> None:
    warehouse.create("numbers", sql.sql("select 1 as a"))
    warehouse.create("numbers", pa.table({"b": ["it's", None]}))
    assert values(warehouse, "select b from numbers order by b nulls last") == ["it's", None]


def test_a_temporary_table_is_gone_with_the_session(tmp_path: Path) -> None:
    first = connect("duckdb:///x.duckdb", tmp_path)
    first.create("passing", sql.sql("select 1 as a"), temporary=True)
    assert first.columns("passing") == {"a": "INTEGER"}
    first.close()
    second = connect("duckdb:///x.duckdb", tmp_path)
    assert second.columns("passing") == {}
    second.close()


def test_append_matches_names_and_fills_with_null(warehouse: Warehouse) -> None:
    warehouse.create("numbers", sql.sql("select 1 as a, 'x' as b"))
    warehouse.append("numbers", pa.table({"b": ["y"]}))
    schema = pa.schema({"b": pa.string(), "a": pa.int32()})
    batch = pa.record_batch([["z"], pa.array([3], pa.int32())], schema=schema)
    warehouse.append("numbers", pa.RecordBatchReader.from_batches(schema, [batch]))
    assert warehouse.query(sql.sql("select a, b from numbers order by b")).to_pylist() == [
        {"a": 1, "b": "x"},
        {"a": None, "b": "y"},
        {"a": 3, "b": "z"},
    ]


def test_drop_is_fine_without_the_table(warehouse: Warehouse) -> None:
    warehouse.drop("nothing")
    warehouse.create("numbers", sql.sql("select 1 as a"))
    warehouse.drop("numbers")
    assert warehouse.columns("numbers") == {}


def test_a_failed_transaction_changes_nothing(warehouse: Warehouse) -> None:
    warehouse.create("numbers", sql.sql("select 1 as a"))
    with pytest.raises(WarehouseError, match="'nothing'"):
        _replace_and_fail(warehouse)
    assert values(warehouse, "select a from numbers") == [1]


def _replace_and_fail(warehouse: Warehouse) -> None:
    with warehouse.transaction():
        warehouse.append("numbers", sql.sql("select 2 as a"))
        with warehouse.transaction():
            warehouse.create("numbers", sql.sql("select 3 as b"))
            warehouse.query(sql.sql("select a from nothing"))


def _append_and_raise(warehouse: Warehouse) -> None:
    with warehouse.transaction():
        with warehouse.transaction():
            warehouse.append("numbers", sql.sql("select 2 as a"))
        raise ZeroDivisionError


def test_an_inner_transaction_joins_the_outer(warehouse: Warehouse) -> None:
    warehouse.create("numbers", sql.sql("select 1 as a"))
    with pytest.raises(ZeroDivisionError):
        _append_and_raise(warehouse)
    with warehouse.transaction(), warehouse.transaction():
        warehouse.append("numbers", sql.sql("select 3 as a"))
    assert values(warehouse, "select a from numbers order by a") == [1, 3]


def test_results_are_utc(warehouse: Warehouse) -> None:
    assert values(warehouse, "select epoch_us(timestamptz '2026-01-01 00:00:00') as us") == [1767225600000000]


def test_python_variables_are_no_tables(warehouse: Warehouse) -> None:
    numbers = pa.table({"a": [1]})
    assert numbers.num_rows == 1
    with pytest.raises(WarehouseError, match="numbers"):
        warehouse.query(sql.sql("select a from numbers"))


def test_a_failing_statement_names_its_table_and_no_sql(warehouse: Warehouse) -> None:
    warehouse.create("numbers", sql.sql("select 'x' as a"))
    with pytest.raises(WarehouseError) as caught:
        warehouse.query(sql.sql("select cast(a as bigint) as b from numbers"))
    assert str(caught.value).startswith("The query of table 'numbers' failed: Conversion Error")
    assert "\n" not in str(caught.value)


def test_a_statement_without_a_table_fails_clearly(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="The query failed: "):
        warehouse.query(sql.sql("select cast('x' as bigint) as b"))


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("IO Error: No space left on device", "more space than the disk has"),
        ("Out of Memory Error: could not allocate block", "memory_limit=4GB"),
        ("IO Error: file with version number 99", "pip install -U duckdb"),
        ("IO Error: Permission denied", "ask for permission"),
        ("IO Error: Is a directory", "is a folder"),
    ],
)
def test_what_the_driver_says_becomes_what_to_do(said: str, meaning: str) -> None:
    assert meaning in str(duckdb.refused(driver.Error(said), "the warehouse x"))


def test_too_little_memory_says_so(tmp_path: Path) -> None:
    warehouse = connect(f"duckdb://?memory_limit=20MB&threads=1&temp_directory={tmp_path}/spill")
    warehouse.execute(sql.sql("set max_temp_directory_size = '1KB'"))
    with pytest.raises(WarehouseError, match=r"temp_directory|memory_limit"):
        warehouse.query(sql.sql("select list(range) as l from range(20000000)"))
    warehouse.close()


def test_a_locked_file_says_who_holds_it(tmp_path: Path) -> None:
    file = tmp_path / "held.duckdb"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            with pytest.raises(WarehouseError, match=rf"in use by another process \(process {holder.pid}\)"):
                connect("duckdb:///held.duckdb", tmp_path)
        finally:
            holder.kill()


def test_ctrl_c_leaves_the_file_clean(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LONG, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(0.3)
        running.send_signal(signal.SIGINT)
        try:
            assert running.wait(20) == 130
        finally:
            running.kill()
    warehouse = connect("duckdb:///long.duckdb", tmp_path)
    assert values(warehouse, "select a from kept") == [1]
    warehouse.close()


def test_kill_leaves_the_file_clean(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LONG, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.kill()
    warehouse = connect("duckdb:///long.duckdb", tmp_path)
    assert values(warehouse, "select a from kept") == [1]
    warehouse.close()


def test_an_interrupt_is_no_failure_of_the_warehouse(warehouse: Warehouse) -> None:
    assert isinstance(warehouse, duckdb.DuckDB)
    timer = threading.Timer(0.3, warehouse._connection.interrupt)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        warehouse.execute(
            sql.sql("select sum(a.range * b.range) as s from range(10000000) a, range(1000000) b")
        )
    timer.join()


@pytest.mark.parametrize("options", ["", "?memory_limit=500MB"])
def test_released_memory_is_given_back_and_the_limit_stays(tmp_path: Path, options: str) -> None:
    held = sql.sql("select sum(memory_usage_bytes) as n from duckdb_memory()")
    limit = sql.sql("select current_setting('memory_limit') as n")
    with contextlib.closing(connect(f"duckdb:///{tmp_path}/a.duckdb{options}")) as warehouse:
        before = warehouse.query(limit)
        numbers = sql.sql("select range as n, hash(range) as code from range(20000000)")
        warehouse.create("numbers", numbers, temporary=True)
        full = warehouse.query(held).column("n")[0].as_py()
        warehouse.release()
        assert warehouse.query(held).column("n")[0].as_py() < full / 2
        assert warehouse.query(limit).equals(before)
        assert warehouse.query(sql.sql("select count(*) as n from numbers")).to_pylist() == [
            {"n": 20_000_000}
        ]


def test_a_warehouse_in_memory_has_nothing_to_release(warehouse: Warehouse) -> None:
    warehouse.create("numbers", sql.sql("select 1 as n"))
    warehouse.release()
    assert warehouse.query(sql.sql("select n from numbers")).num_rows == 1
