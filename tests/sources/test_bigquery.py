from __future__ import annotations

import contextlib
import datetime as dt
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from tests import warehouses

from coterie import errors
from coterie.project.limits import LimitSettings
from coterie.sources import bigquery, connect, guarded, lease, server, sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """An empty dataset of the emulator that `make services` starts."""
    with warehouses.opened("bigquery", tmp_path_factory.mktemp("bigquery")) as opened:
        yield opened


def test_tables_are_made_changed_and_read(warehouse: Warehouse) -> None:
    at = dt.datetime(2026, 1, 2, 3, 4, 5, 6)  # noqa: DTZ001 - UTC, as all times
    rows = pa.table(
        {"n": [1, 2], "word": ["one", "it's \\ 2"], "at": pa.array([at, None], pa.timestamp("us"))}
    )
    warehouse.create("numbers", rows)
    warehouse.append("numbers", pa.table({"n": [4]}))
    with warehouse.transaction():
        warehouse.execute(sql.sql("delete from numbers where n = 2"))
        warehouse.append("numbers", select("select 5 as n"))
    found = warehouse.query(select("select n, word, at from numbers order by n"))
    assert found.to_pylist() == [
        {"n": 1, "word": "one", "at": at},
        {"n": 4, "word": None, "at": None},
        {"n": 5, "word": None, "at": None},
    ]
    types = {"n": "BIGINT", "word": "VARCHAR", "at": "TIMESTAMP"}
    assert warehouse.columns("numbers") == types
    warehouse.create("empty", rows.slice(0, 0))
    assert warehouse.columns("empty") == types
    warehouse.drop("numbers")
    assert warehouse.columns("numbers") == {}


def test_a_view_gives_back_its_words(warehouse: Warehouse) -> None:
    warehouse.create("words", pa.table({"n": [1]}))
    warehouse.execute(
        sql.sql("create or replace view quoted as select 'it''s \\ \"x\"' as word, n from words")
    )
    with warehouse.transaction():
        warehouse.append("words", pa.table({"n": [2]}))
        found = warehouse.query(select("select word, n from quoted order by n")).to_pylist()
    assert found == [{"word": 'it\'s \\ "x"', "n": 1}, {"word": 'it\'s \\ "x"', "n": 2}]


def test_bytes_are_asked_for_before_anything_runs(warehouse: Warehouse) -> None:
    warehouse.create("numbers", pa.table({"n": [1]}))
    assert warehouse.estimate(select("select n from numbers")).bytes is not None


def test_tables_of_the_project_are_bounded_without_a_dry_run(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    dry: list[str] = []
    adapter = warehouses.adapter(warehouse)
    asks = adapter._dry

    def counted(text: str) -> object:
        dry.append(text)
        return asks(text)

    monkeypatch.setattr(adapter, "_dry", counted)
    warehouse.create("numbers", pa.table({"n": [1]}))
    careful = guarded.guarded(warehouse, LimitSettings())
    assert careful.query(select("select n from numbers"))["n"].to_pylist() == [1]
    assert dry == []
    assert warehouse.bound(select("select n from numbers")).bytes is not None
    elsewhere = select("select n from :table", table=sql.table("numbers", warehouse.schema))
    assert warehouse.bound(elsewhere).bytes is None
    assert careful.query(elsewhere)["n"].to_pylist() == [1]
    assert len(dry) == 1


def test_a_mistake_is_one_sentence(warehouse: Warehouse) -> None:
    with pytest.raises(errors.WarehouseError) as caught:
        warehouse.query(select("select n from no_such_table"))
    told = str(caught.value)
    assert told.startswith("The query of table 'no_such_table'")
    assert "\n" not in told


def test_a_real_table_is_no_table_of_the_project(warehouse: Warehouse) -> None:
    warehouse.create("made", pa.table({"n": [1]}), temporary=True)
    adapter = warehouses.adapter(warehouse)
    made = adapter._temporary["made"]
    assert adapter._definition(made) is None
    assert made in adapter._tables()
    assert warehouse.sweep() == ()


@pytest.fixture
def other(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """A second connection to the same dataset, in haste."""
    monkeypatch.setattr(server, "PATIENCE_S", 0.1)
    monkeypatch.setattr(server, "PAUSE_S", 0.05)
    with contextlib.closing(connect.connect(warehouse.url)) as opened:
        yield opened


def test_a_second_run_waits_and_then_refuses_by_name(warehouse: Warehouse, other: Warehouse) -> None:
    with (
        warehouse.alone("run 1"),
        pytest.raises(
            errors.WarehouseError, match=r"is being written by run 1; wait .* or drop the table '\S+\.writer'"
        ),
        other.alone("run 2"),
    ):
        pass
    with other.alone("run 3"):
        other.create("alone", pa.table({"n": [3]}))
    assert warehouse.columns("writer") == {}


def test_a_run_that_was_silent_for_too_long_is_taken_over_and_shows_nothing(
    warehouse: Warehouse, other: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = select("select n from slept")
    warehouse.create("slept", pa.table({"n": [0]}))
    with warehouse.alone("run 1"):
        monkeypatch.setattr(lease, "LASTS", dt.timedelta(seconds=-1))
        warehouse.query(query)  # renews it for no time at all
        monkeypatch.undo()
        with other.alone("run 2"):
            other.create("slept", pa.table({"n": [2]}))
            with pytest.raises(errors.WarehouseError, match="taken over by another run while this one"):
                warehouse.create("slept", pa.table({"n": [1]}))
    assert warehouse.query(query)["n"].to_pylist() == [2]
    assert other.query(query)["n"].to_pylist() == [2]


class Forbidden(Exception):  # noqa: N818 - named as Google's
    """Refused."""


class ServiceUnavailable(Exception):  # noqa: N818 - named as Google's
    """Nobody there."""


def test_what_bigquery_refuses_is_told() -> None:
    def said(error: Exception) -> errors.WarehouseError:
        return bigquery.refused(error, "the query", "bigquery://shop")

    assert "Data Editor on the dataset" in str(said(Forbidden("403")))
    gone = said(ServiceUnavailable("503\nmore"))
    assert isinstance(gone, errors.WarehouseGoneError)
    assert str(gone).startswith("The query on BigQuery (bigquery://shop) broke off: the server went away")
    assert str(said(ValueError("odd"))) == "The query on BigQuery (bigquery://shop) failed: odd"
    assert "needs the table shop:data.clicks, which isn't there" in str(
        said(
            ValueError("404 Not found: Table shop:data.clicks was not found in location EU; reason: notFound")
        )
    )


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud", None)
    with pytest.raises(errors.UsageError, match=r"pip install 'coterie\[bigquery\]'"):
        connect.connect("bigquery://shop/results")


def test_a_url_names_a_project(tmp_path: Path) -> None:
    with pytest.raises(errors.UsageError, match="names no project"):
        connect.connect("bigquery://")
    with pytest.raises(errors.UsageError, match="unknown option"):
        connect.connect("bigquery://shop?endpont=x")
    with pytest.raises(errors.WarehouseError, match=r"credentials|No such file"):
        connect.connect("bigquery://shop/data?credentials=missing.json", tmp_path)
