from __future__ import annotations

import contextlib
import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from tests import warehouses

from coterie import errors
from coterie.sources import connect, lease, parts, server, spark, sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse


#: With tables in files alone, and in a catalogue of Iceberg.
SYSTEMS = ("spark", *warehouses.LAKES)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """An empty schema of the Spark Connect that `make services` starts."""
    with warehouses.opened("spark", tmp_path_factory.mktemp("spark")) as opened:
        yield opened


def row(warehouse: Warehouse, text: str) -> tuple[object, ...]:
    (found,) = warehouse.query(select(text)).to_pylist()
    return tuple(found.values())


def test_tables_are_made_changed_and_read(warehouse: Warehouse) -> None:
    warehouse.create("numbers", pa.table({"n": [1, 2, 3], "word": ["one", None, "it's \\ 3"]}))
    warehouse.append("numbers", pa.table({"n": [4]}))
    with warehouse.transaction():
        warehouse.execute(sql.sql("delete from numbers where word = 'one'"))
        warehouse.append("numbers", select("select 5 as n"))
    rows = warehouse.query(select("select n, word from numbers order by n")).to_pylist()
    assert [tuple(one.values()) for one in rows] == [(2, None), (3, "it's \\ 3"), (4, None), (5, None)]
    assert warehouse.columns("numbers") == {"n": "BIGINT", "word": "VARCHAR"}
    assert warehouse.columns("nothing") == {}
    warehouse.drop("numbers")
    assert warehouse.columns("numbers") == {}


def test_arithmetic_is_that_of_duckdb(warehouse: Warehouse) -> None:
    text = "select -7 // 2 as a, 7 // 2 as b, 5 % 3 as c, 1 / 4 as d, ln(1e0) as e, least(1, 2) as f"
    duck = connect.connect("duckdb://")
    with contextlib.closing(duck):
        assert row(warehouse, text) == row(duck, text)
    with pytest.raises(errors.WarehouseError, match="overflow"):
        row(warehouse, "select cast(9223372036854775807 as bigint) + cast(1 as bigint) as n")


def test_times_have_no_zone_and_are_in_utc(warehouse: Warehouse) -> None:
    found = warehouse.query(select("select make_timestamp(1000001) as at, cast('2026-01-02' as date) as day"))
    assert found.schema.field("at").type == pa.timestamp("us")
    assert str(found["at"][0]) == "1970-01-01 00:00:01.000001"
    assert str(found["day"][0]) == "2026-01-02"


def test_nulls_come_last(warehouse: Warehouse) -> None:
    values = "select n from (select 1 as n union all select null union all select 0) as v order by n desc"
    assert warehouse.query(select(values)).column("n").to_pylist() == [1, 0, None]


def test_a_mistake_is_one_sentence(warehouse: Warehouse) -> None:
    with pytest.raises(errors.WarehouseError) as caught:
        warehouse.query(select("select n from no_such_table"))
    told = str(caught.value)
    assert told.startswith("The query of table 'no_such_table' on Spark (spark://")
    assert " needs the table `no_such_table`, which isn't there; check its name. It says: [TABLE" in told
    assert "\n" not in told


def test_nobody_at_the_port_is_told_at_once() -> None:
    for place in ("127.0.0.1:1", "no-such-host.invalid"):
        with pytest.raises(
            errors.WarehouseGoneError, match=f"on Spark .*{place}.* broke off: .* or can't be reached"
        ):
            connect.connect(f"spark://{place}")


def test_a_server_that_went_away_is_told() -> None:
    for text in (
        'it ended with\nstatus = StatusCode.UNAVAILABLE\n\tdetails = "failed to connect to all addresses"',
        "[INVALID_HANDLE.SESSION_CLOSED] The handle is invalid. Session was closed.",
        "[NO_ACTIVE_SESSION] No active Spark session found.",
    ):
        told = spark.refused(RuntimeError(text), "the query", "spark://127.0.0.1:1")
        assert isinstance(told, errors.WarehouseGoneError)
        assert str(told).startswith(
            "The query on Spark (spark://127.0.0.1:1) broke off: the server went away"
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Java gateway: JAVA_HOME not found", "needs Java 17 or newer; install it, or set JAVA_HOME."),
        ("[PARSE] odd\nJVM stacktrace", "The start on Spark (spark://here) failed: [PARSE] odd"),
        ("", "The start on Spark (spark://here) failed: ValueError"),
        (
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, or variable with name `price` cannot be resolved.",
            "needs the column `price`, which isn't there any more; has the table changed?",
        ),
        ("Permission denied: user=ann, access=WRITE", "isn't permitted to this user; grant it"),
    ],
)
def test_what_spark_refuses_is_told(text: str, said: str) -> None:
    assert said in str(spark.refused(ValueError(text), "the start", "spark://here"))


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyspark.sql", "pyspark.sql.connect.session"):
        monkeypatch.setitem(sys.modules, name, None)
    for place in ("local[1]", "127.0.0.1:1"):
        with pytest.raises(errors.UsageError, match=r"pip install 'coterie\[spark\]'"):
            spark.Spark(place, {}, Path(), "spark://here")


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(errors.UsageError, match=r"unknown option 'warehose'.*warehouse"):
        connect.connect("spark://local?warehose=x")


def test_rows_come_in_types_that_spark_takes() -> None:
    rows = pa.table(
        {"a": pa.nulls(1), "b": pa.array(["x"], pa.large_string()), "c": pa.array([1], pa.int64())}
    )
    plain = spark._plain(rows.append_column("d", pa.array([0], pa.timestamp("ns"))))
    assert plain.schema.types == [pa.string(), pa.string(), pa.int64(), pa.timestamp("us")]


@pytest.mark.slow
def test_spark_in_this_process_keeps_its_tables(tmp_path: Path) -> None:
    place = "spark://local[2]?warehouse=lake"
    with contextlib.closing(connect.connect(place, tmp_path)) as warehouse:
        warehouse.create("numbers", pa.table({"n": [1, 2]}))
        assert row(warehouse, "select sum(n) as n from numbers") == (3,)
    with contextlib.closing(connect.connect(place, tmp_path)) as warehouse:
        assert row(warehouse, "select count(*) as n from numbers") == (2,)
    assert {"tables", "catalogue"} <= {path.name for path in (tmp_path / "lake").iterdir()}
    with pytest.raises(errors.WarehouseError, match="already runs in this process"):
        connect.connect("spark://local[2]?warehouse=other", tmp_path)


@pytest.mark.parametrize("system", SYSTEMS)
def test_one_run_writes_at_a_time(system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PATIENCE_S", 1.0)
    place = warehouses.url(system, tmp_path)
    with (
        warehouses.removed(place),
        contextlib.closing(connect.connect(place)) as one,
        contextlib.closing(connect.connect(place)) as other,
    ):
        with (
            one.alone("run 1"),
            pytest.raises(
                errors.WarehouseError, match=r"being written by run 1; wait until .*'[\w.]*t_\w+.writer'"
            ),
            other.alone("run 2"),
        ):
            pass
        with other.alone("run 3"):
            other.create("numbers", pa.table({"n": [1]}))
            monkeypatch.setattr(lease, "LASTS", dt.timedelta(seconds=-1))
            other.create("numbers", pa.table({"n": [1]}))
            with one.alone("run 4"), pytest.raises(errors.WarehouseError, match="taken over by another run"):
                other.create("numbers", pa.table({"n": [1, 2]}))
        assert row(one, "select count(*) as n from numbers") == (1,)


@pytest.mark.parametrize("system", SYSTEMS)
def test_parts_that_nothing_shows_are_swept_by_a_later_run(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouses.opened(system, tmp_path) as warehouse:
        warehouse.create("numbers", pa.table({"n": [1]}))
        warehouse.create("numbers", pa.table({"n": [2]}))
        tables = warehouses.adapter(warehouse)._tables
        assert len([name for name in tables() if parts.made_at(name)]) == 2
        monkeypatch.setattr(parts, "KEPT", dt.timedelta(0))
        assert len(warehouse.sweep()) == 1
        assert len([name for name in tables() if parts.made_at(name)]) == 1
        assert row(warehouse, "select n from numbers") == (2,)
