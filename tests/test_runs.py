from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from coterie import runs
from coterie.project.settings import Project
from coterie.sources import connect, sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse

NOON = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    made = connect.connect("duckdb://")
    yield made
    made.close()


def statuses(warehouse: Warehouse) -> dict[str, str]:
    rows = warehouse.query(sql.sql("select run_id, status from runs")).to_pylist()
    return {row["run_id"]: row["status"] for row in rows}


def test_later_runs_have_later_ids() -> None:
    ids = [runs.new_id(NOON + dt.timedelta(microseconds=i)) for i in range(5)]
    assert ids == sorted(ids)
    assert len({runs.new_id(NOON) for _ in range(100)}) == 100


def test_the_id_of_a_run_is_in_utc() -> None:
    vienna = dt.timezone(dt.timedelta(hours=2))
    assert runs.new_id(NOON.astimezone(vienna)).startswith("20260331T120000.000000Z-")


def test_a_run_starts_ends_and_is_the_last(warehouse: Warehouse) -> None:
    assert runs.last(warehouse) is None
    runs.begin(warehouse, "a", NOON)
    assert runs.last(warehouse) is None
    runs.finish(warehouse, "a", {"started": NOON, "finished": NOON, "users": 3})
    runs.begin(warehouse, "b", NOON)
    last = runs.last(warehouse)
    assert last is not None
    assert (last["run_id"], last["users"], last["started"]) == ("a", 3, NOON)
    assert statuses(warehouse) == {"a": "done", "b": "started"}


def test_a_run_that_never_finished_is_broken_off_when_the_next_starts(warehouse: Warehouse) -> None:
    runs.begin(warehouse, "a", NOON)
    runs.begin(warehouse, "b", NOON)
    assert statuses(warehouse) == {"a": "broken_off", "b": "started"}


def test_a_run_that_did_nothing_is_forgotten(warehouse: Warehouse) -> None:
    runs.begin(warehouse, "a", NOON)
    runs.forget(warehouse, "a")
    assert statuses(warehouse) == {}


def test_the_data_has_another_fingerprint_when_something_was_loaded(warehouse: Warehouse) -> None:
    ledger = {"source": ["a"], "unit": ["x.csv"], "fingerprint": ["1"]}
    warehouse.create("units", pa.table(ledger))
    before = runs.data_fingerprint(warehouse)
    assert before == runs.data_fingerprint(warehouse)
    warehouse.append("units", pa.table({**ledger, "unit": ["y.csv"]}))
    assert runs.data_fingerprint(warehouse) != before


def test_settings_have_another_fingerprint_when_one_is_changed() -> None:
    sources = [{"name": "a", "table": "a.csv", "users": {}}]
    one, other = (Project.model_validate({"name": name, "sources": sources}) for name in ("one", "other"))
    assert runs.settings_fingerprint(one) == runs.settings_fingerprint(one)
    assert runs.settings_fingerprint(one) != runs.settings_fingerprint(other)
    assert runs.version()
