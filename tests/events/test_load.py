from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from tests.events.loaded import (
    ANYTHING,
    HEADER,
    column,
    events_source,
    reasons,
    rows,
    run,
    write_csv,
    write_lines,
)

from coterie.sources.connect import connect

if TYPE_CHECKING:
    from pathlib import Path


def test_every_row_is_used_or_set_aside_with_its_reason(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "events.csv",
        HEADER,
        "a,2026-01-01T10:00:00+02:00,view",
        ",2026-01-01,view",
        '" ",2026-01-01,view',
        "a,yesterday,view",
        "a,,view",
        "a,1989-12-31 23:59:59,view",
        "a,2026-06-02 12:00:01,view",
        "a,2026-06-02 12:00:00,view",
        "a,2026-01-01,",
        "a,2026-01-01",
    )
    warehouse, loading = run(tmp_path, events_source())
    assert reasons(loading) == {
        "no user": 2,
        "unreadable time": 2,
        "time before 1990": 1,
        "time in the future": 1,
        "no kind": 1,
        "unreadable row": 1,
    }
    (unit,) = loading.units
    assert (unit.source, unit.unit, unit.read, unit.used, unit.was_new) == (
        "clicks",
        "events.csv",
        10,
        2,
        True,
    )
    assert (loading.events, loading.users, loading.changed) == (2, 1, True)
    assert "10 rows read = 2 used + 8 set aside; 2 events of 1 users" in loading.to_text()
    kept = rows(warehouse, "select row_number, record, run_id from set_aside where reason = 'no kind'")
    assert kept == [
        {"row_number": 9, "record": '{"user":"a","at":"2026-01-01","kind":null}', "run_id": "run-1"}
    ]
    assert column(warehouse, "select record from set_aside where reason = 'unreadable row'") == [
        '"a,2026-01-01"'
    ]
    assert column(warehouse, "select at_us from events order by 1")[0] == 1767254400000000
    assert rows(warehouse, "select rows_read, rows_used, rows_set_aside, run_id from units") == [
        {"rows_read": 10, "rows_used": 2, "rows_set_aside": 8, "run_id": "run-1"}
    ]


def test_the_first_reason_that_fits_is_given(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "events.csv", HEADER, ",never,", "a,never,", "a,1980-01-01,LIKE", "a,2026-01-01,LIKE"
    )
    source = events_source(strict=True, events={"kind": {"column": "kind", "map": {"VIEW": "view"}}})
    _, loading = run(tmp_path, source)
    assert reasons(loading) == {
        "no user": 1, "unreadable time": 1, "time before 1990": 1, "unmapped kind": 1
    }  # fmt: skip


def test_reserved_words_and_sql_in_names(tmp_path: Path) -> None:
    header = '"select","at","or""der","x; drop table events","😀"'
    write_csv(tmp_path / "it's.csv", header, '"u\'""1",2026-01-01,"\'; drop table events; --",a,b')
    mapping = {
        "user_id": "select", "at": "at", "kind": {"column": 'or"der'}, "item": "x; drop table events",
        "properties": ["😀", "select"],
    }  # fmt: skip
    warehouse, _ = run(tmp_path, {"name": "order", "table": "it's.csv", "events": mapping})
    (found,) = rows(warehouse, "select user_id, kind, item, properties, unit from events")
    assert json.loads(found.pop("properties")) == {"😀": "b", "select": "u'\"1"}
    assert found == {"user_id": "u'\"1", "kind": "'; drop table events; --", "item": "a", "unit": "it's.csv"}


def test_all_formats_give_the_same_events(tmp_path: Path) -> None:
    records = [
        {"user": "a", "at": "2026-01-01 10:00:00", "kind": "view"},
        {"user": "b", "at": "2026-01-02 10:00:00", "kind": "order"},
        {"user": "", "at": "2026-01-02 10:00:00", "kind": "order"},
    ]
    write_csv(tmp_path / "e.csv", HEADER, *(",".join(record.values()) for record in records))
    write_lines(tmp_path / "e.jsonl", records)
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "e.parquet")
    with closing(sqlite3.connect(tmp_path / "e.db")) as connection, connection:
        connection.execute('create table e ("user", "at", kind)')
        connection.executemany("insert into e values (:user, :at, :kind)", records)
    with duckdb.connect(str(tmp_path / "e.duckdb")) as connection2:
        connection2.execute("create table e as from read_json(?)", [str(tmp_path / "e.jsonl")])
    sources = [
        events_source("e.csv"),
        events_source("e.jsonl"),
        events_source("e.parquet"),
        events_source("e", connection="sqlite:///e.db"),
        events_source("e", connection="duckdb:///e.duckdb"),
        {**events_source(), "table": None, "query": "select \"user\", at, kind from 'e.jsonl'"},
    ]
    expected = None
    for source in sources:
        warehouse, loading = run(tmp_path, source)
        found = rows(warehouse, ANYTHING)
        expected = expected or found
        assert found == expected
        assert reasons(loading) == {"no user": 1}
        _, again = run(tmp_path, source, warehouse=warehouse)
        assert not again.changed
        warehouse.close()


def test_a_query_without_files_is_read_on_each_run(tmp_path: Path) -> None:
    source = {
        **events_source(),
        "table": None,
        "query": "select 'a' as user, date '2026-01-01' as at, 'view' as kind",
    }
    warehouse, _ = run(tmp_path, source)
    _, again = run(tmp_path, source, warehouse=warehouse, run_id="run-2")
    assert (again.changed, again.events) == (True, 1)


def test_files_of_several_shapes(tmp_path: Path) -> None:
    write_csv(tmp_path / "1.csv", "id,user,at,kind", "1,a,2026-01-01,view", "2,a,2026-01-01,view")
    write_csv(tmp_path / "2.csv", "kind;at;user;id", "view;2026-01-01;b;2", "view;2026-01-01;b;3")
    warehouse, loading = run(tmp_path, events_source("*.csv", events={"event_id": "id"}))
    assert reasons(loading) == {"duplicate event id": 1}
    assert column(warehouse, "select user_id from events order by 1") == ["a", "a", "b"]


def test_progress_names_each_source(tmp_path: Path) -> None:
    from tests.events.loaded import NOW

    from coterie.events import load
    from coterie.project.settings import Project

    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view")
    project = Project.model_validate({"name": "t", "folder": tmp_path, "sources": [events_source()]})
    told: list[tuple[str, int, int]] = []
    load.load(connect("duckdb://"), project, run_id="r", now=NOW, progress=lambda *given: told.append(given))
    assert told == [("loading clicks", 0, 1), ("loaded", 1, 1)]
