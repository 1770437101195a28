from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.events.loaded import (
    column,
    events_source,
    reasons,
    rows,
    run,
    users_source,
    write_csv,
    write_lines,
)

from coterie.errors import ProjectError, SourceError, WarehouseError
from coterie.events import ledger
from coterie.sources.connect import connect
from coterie.sources.relation import Counted

if TYPE_CHECKING:
    from pathlib import Path


HEADER = "user,at,kind"
ANYTHING = "select event_id, user_id, at_us, kind, item, value from events order by all"
KILLED = """
import datetime, os, pathlib, sys
from coterie.events import ledger, load
from coterie.project.settings import Project
from coterie.sources import connect
folder = pathlib.Path(sys.argv[1])
project = Project.model_validate({"name": "t", "folder": folder, "sources": [
    {"name": "clicks", "table": "events.csv", "events": {"user_id": "user", "at": "at", "kind": "kind"}}]})
ledger.check = lambda *given: os.kill(os.getpid(), 9)
load.load(connect.connect("duckdb:///x.duckdb", folder), project, run_id="r",
          now=datetime.datetime.now(datetime.UTC))
"""


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


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view", ",2026-01-01,view")
    write_csv(tmp_path / "users.csv", "id,city", "a,Vienna", "b,Graz")
    sources = (events_source(), users_source(users={"attributes": ["city"]}))
    warehouse, first = run(tmp_path, *sources)
    before = rows(warehouse, "from units order by all") + rows(warehouse, "from set_aside")
    _, second = run(tmp_path, *sources, warehouse=warehouse, run_id="run-2")
    assert (first.changed, second.changed) == (True, False)
    assert [unit.was_new for unit in second.units] == [False, False]
    assert (second.events, second.users) == (first.events, first.users) == (1, 2)
    assert rows(warehouse, "from units order by all") + rows(warehouse, "from set_aside") == before


def test_a_changed_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view", ",2026-01-01,view")
    warehouse, _ = run(tmp_path, events_source())
    write_csv(tmp_path / "events.csv", HEADER, "b,2026-01-01,view", "c,2026-01-01,view")
    _, loading = run(tmp_path, events_source(), warehouse=warehouse, run_id="run-2")
    assert column(warehouse, "select user_id from events order by 1") == ["b", "c"]
    assert (reasons(loading), loading.users) == ({}, 2)


def test_a_changed_mapping_loads_anew(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view")
    warehouse, _ = run(tmp_path, events_source())
    changed = events_source(events={"kind": {"value": "open"}})
    _, loading = run(tmp_path, changed, warehouse=warehouse)
    assert loading.changed
    assert column(warehouse, "select kind from events") == ["open"]


def test_a_source_keeps_only_what_its_mapping_fills(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", "user,at,kind,what", "a,2026-01-01,view,lamp")
    write_csv(tmp_path / "mails.csv", "user,at,kind,paid", "b,2026-01-01,open,2.5")
    clicks = events_source(events={"item": "what"})
    mails = events_source("mails.csv", "mails", events={"value": "paid"})
    warehouse, _ = run(tmp_path, clicks, mails)
    always = ["user_id", "at_us", "kind", "unit", "row_number"]
    assert sorted(warehouse.columns("events_from_clicks")) == sorted([*always, "item"])
    found = rows(
        warehouse, "select source, user_id, item, value, query, event_id from events order by source"
    )
    assert [tuple(row.values()) for row in found] == [
        ("clicks", "a", "lamp", None, None, None),
        ("mails", "b", None, 2.5, None, None),
    ]
    assert list(warehouse.columns("events"))[:4] == ["event_id", "user_id", "at", "at_us"]
    run(tmp_path, mails, warehouse=warehouse)
    assert column(warehouse, "select source from events") == ["mails"]
    assert warehouse.columns("events_from_clicks") == {}


def test_events_of_a_vanished_file_are_there_beside_those_of_a_wider_mapping(tmp_path: Path) -> None:
    for name, item in (("1.csv", "lamp"), ("2.csv", "chair")):
        write_csv(tmp_path / name, "user,at,kind,what", f"a,2026-01-01,view,{item}")
    warehouse, _ = run(tmp_path, events_source("*.csv"))
    (tmp_path / "1.csv").unlink()
    run(tmp_path, events_source("*.csv", events={"item": "what"}), warehouse=warehouse)
    found = rows(warehouse, "select unit, item from events order by unit")
    assert [tuple(row.values()) for row in found] == [("1.csv", None), ("2.csv", "chair")]


def test_a_file_that_vanished_keeps_its_events(tmp_path: Path) -> None:
    for name in ("1.csv", "2.csv"):
        write_csv(tmp_path / name, HEADER, f"{name},2026-01-01,view")
    warehouse, _ = run(tmp_path, events_source("*.csv"))
    (tmp_path / "1.csv").unlink()
    _, loading = run(tmp_path, events_source("*.csv"), warehouse=warehouse)
    assert (loading.events, loading.changed, loading.vanished) == (2, False, (("clicks", "1.csv"),))
    (tmp_path / "2.csv").unlink()
    _, loading = run(tmp_path, events_source("*.csv"), warehouse=warehouse)
    assert (loading.events, len(loading.vanished)) == (2, 2)


def test_a_source_that_left_the_project_leaves_the_warehouse(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view", ",2026-01-01,view")
    write_csv(tmp_path / "users.csv", "id,city", "b,Graz")
    warehouse, _ = run(tmp_path, events_source(), users_source(users={"attributes": ["city"]}))
    _, renamed = run(tmp_path, events_source(name="acts"), warehouse=warehouse)
    assert (renamed.events, renamed.users, renamed.changed) == (1, 1, True)
    assert column(warehouse, "select source from set_aside") == ["acts"]
    assert rows(warehouse, "from users") == []


def test_a_source_may_turn_from_events_to_users(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view")
    warehouse, _ = run(tmp_path, events_source())
    source = {"name": "clicks", "table": "events.csv", "users": {"user_id": "user"}}
    _, loading = run(tmp_path, source, warehouse=warehouse)
    assert (loading.events, loading.users) == (0, 1)
    _, loading = run(tmp_path, events_source(), warehouse=warehouse)
    assert (loading.events, loading.users) == (1, 1)
    assert rows(warehouse, "from users") == []


def test_repeated_event_ids(tmp_path: Path) -> None:
    header = "id," + HEADER
    write_csv(tmp_path / "1.csv", header, "1,a,2026-01-01,view", "2,a,2026-01-01,view", "1,b,2026-01-01,view")
    write_csv(tmp_path / "2.csv", header, "2,c,2026-01-01,view", ",d,2026-01-01,view", ",d,2026-01-01,view")
    write_csv(tmp_path / "3.csv", header, "1,,2026-01-01,view", "3,e,2026-01-01,view")
    source = events_source("*.csv", events={"event_id": "id"})
    warehouse, loading = run(tmp_path, source)
    assert reasons(loading) == {"duplicate event id": 2, "no user": 1}
    assert rows(warehouse, "select event_id, user_id from events order by all") == [
        {"event_id": "1", "user_id": "a"},
        {"event_id": "2", "user_id": "a"},
        {"event_id": "3", "user_id": "e"},
        {"event_id": None, "user_id": "d"},
        {"event_id": None, "user_id": "d"},
    ]
    write_csv(tmp_path / "4.csv", header, "3,f,2026-01-01,view", "5,f,2026-01-01,view", "5,f,2026-01-01,view")
    _, loading = run(tmp_path, source, warehouse=warehouse)
    assert reasons(loading) == {"duplicate event id": 4, "no user": 1}
    again = rows(warehouse, "select unit, row_number from set_aside where unit = '4.csv' order by all")
    assert again == [{"unit": "4.csv", "row_number": 1}, {"unit": "4.csv", "row_number": 3}]


def test_a_repeated_id_comes_back_when_the_first_goes(tmp_path: Path) -> None:
    header = "id," + HEADER
    write_csv(tmp_path / "1.csv", header, "1,a,2026-01-01,view")
    write_csv(tmp_path / "2.csv", header, "1,b,2026-01-01,view")
    source = events_source("*.csv", events={"event_id": "id"})
    warehouse, _ = run(tmp_path, source)
    write_csv(tmp_path / "1.csv", header, "7,a,2026-01-01,view")
    _, loading = run(tmp_path, source, warehouse=warehouse)
    assert reasons(loading) == {}
    assert column(warehouse, "select user_id from events order by 1") == ["a", "b"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_exact_duplicates(tmp_path: Path, form: str) -> None:
    records: list[dict[str, Any]] = [
        {"user": "a", "at": "2026-01-01", "kind": "view", "more": None},
        {"user": "a", "at": "2026-01-01", "kind": "view", "more": "x"},
        {"user": "a", "at": "2026-01-01", "kind": "view", "more": None},
    ]

    def write(name: str, some: list[dict[str, Any]]) -> None:
        if form == "csv":
            lines = [",".join(str(value or "") for value in record.values()) for record in some]
            write_csv(tmp_path / f"{name}.csv", "user,at,kind,more", *lines)
        elif form == "jsonl":
            write_lines(tmp_path / f"{name}.jsonl", some)
        else:
            schema = pa.schema([(key, pa.string()) for key in records[0]])
            pq.write_table(pa.Table.from_pylist(some, schema), tmp_path / f"{name}.parquet")

    write("1", records)
    source = events_source(f"*.{form}", duplicates="set_aside")
    warehouse, loading = run(tmp_path, source)
    assert reasons(loading) == {"exact duplicate": 1}
    assert column(warehouse, "select row_number from set_aside") == [3]
    write("2", records[1:])
    _, loading = run(tmp_path, source, warehouse=warehouse)
    assert reasons(loading) == {"exact duplicate": 3}
    _, loading = run(tmp_path, events_source(f"*.{form}"), warehouse=warehouse)
    assert (reasons(loading), loading.events) == ({}, 5)


LINES = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", ""]),
        st.sampled_from(["a", "b", "", "it's 😀", '"q""x"', "'; drop table events; --"]),
        st.sampled_from(["2026-01-01", "2026-02-01T03:04:05Z", "never", "1970-01-01", "2099-01-01"]),
        st.sampled_from(["VIEW", "LIKE", ""]),
        st.sampled_from(["", ",extra", "broken"]),
    ),
    max_size=25,
)
LAW = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EVERYTHING = events_source(
    "*.csv", strict=True, events={"event_id": "id", "kind": {"column": "kind", "map": {"VIEW": "view"}}}
)


def _line(parts: tuple[str, str, str, str, str]) -> str:
    number, user, at, kind, tail = parts
    return f"{number},{user}" if tail == "broken" else f"{number},{user},{at},{kind}{tail}"


def _empty(folder: Path) -> None:
    for file in folder.glob("*.csv"):
        file.unlink()


@LAW
@given(lines=LINES)
def test_no_row_is_lost(tmp_path: Path, lines: list[tuple[str, str, str, str, str]]) -> None:
    write_csv(tmp_path / "events.csv", "id," + HEADER, *map(_line, lines))
    warehouse, loading = run(tmp_path, EVERYTHING)
    (unit,) = loading.units
    assert unit.read == len(lines) == unit.used + sum(count for _, count in unit.set_aside)
    assert column(warehouse, "select count(*) from events") == [unit.used]
    assert column(warehouse, "select count(*) from set_aside") == [unit.read - unit.used]
    assert len(column(warehouse, "select distinct event_id from events where event_id is not null")) == len(
        column(warehouse, "select event_id from events where event_id is not null")
    )
    warehouse.close()


@LAW
@given(lines=LINES, cut=st.integers(0, 25))
def test_two_halves_equal_one(tmp_path: Path, lines: list[tuple[str, str, str, str, str]], cut: int) -> None:
    _empty(tmp_path)
    halves = {"1.csv": lines[:cut], "2.csv": lines[cut:]}
    in_turn = connect("duckdb://?threads=1")
    for name, half in halves.items():
        write_csv(tmp_path / name, "id," + HEADER, *map(_line, half))
        run(tmp_path, EVERYTHING, warehouse=in_turn)
    at_once, _ = run(tmp_path, EVERYTHING)
    for text in (ANYTHING, "select unit, row_number, reason, record from set_aside order by all"):
        assert rows(in_turn, text) == rows(at_once, text)
    in_turn.close()
    at_once.close()


@LAW
@given(lines=LINES, order=st.randoms(use_true_random=False))
def test_row_order_is_irrelevant(
    tmp_path: Path, lines: list[tuple[str, str, str, str, str]], order: Any
) -> None:
    without_ids = events_source(
        strict=True, duplicates="set_aside", events={"kind": {"column": "kind", "map": {"VIEW": "view"}}}
    )
    found = []
    for _ in range(2):
        write_csv(tmp_path / "events.csv", "id," + HEADER, *map(_line, lines))
        warehouse, _ = run(tmp_path, without_ids)
        found.append(
            (rows(warehouse, ANYTHING), column(warehouse, "select reason from set_aside order by 1"))
        )
        warehouse.close()
        order.shuffle(lines)
    assert found[0] == found[1]


def test_lost_rows_are_noticed() -> None:
    with pytest.raises(SourceError, match=r"'u' has 3 rows, but 1 were used and 1 set aside"):
        ledger.check("s", Counted({"u": 2}, {"u": 1}), {"u": 1}, {"u": {"no user": 1}})


def test_a_wrong_column_stops_before_anything_is_loaded(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view")
    write_csv(tmp_path / "more.csv", "usr,at,knd", "a,2026-01-01,view")
    warehouse = connect("duckdb://")
    with pytest.raises(ProjectError) as caught:
        run(tmp_path, events_source(), events_source("more.csv", name="more"), warehouse=warehouse)
    assert [mistake.split(" Allowed")[0] for mistake in caught.value.mistakes] == [
        "Source 'more' has no column 'user' in 'more.csv'. Did you mean 'usr'?",
        "Source 'more' has no column 'kind' in 'more.csv'. Did you mean 'knd'?",
    ]
    assert rows(warehouse, "from units") == []


def test_a_failing_source_leaves_the_others(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, "a,2026-01-01,view")
    (tmp_path / "more.csv").write_bytes(
        b"user,at,kind\n" + b"a,2026-01-01,view\n" * 20_000 + b"\xfc,2026-01-01,x\n"
    )
    warehouse = connect("duckdb://")
    with pytest.raises(SourceError, match=r"more\.csv is not UTF-8"):
        run(tmp_path, events_source(), events_source("more.csv", name="more"), warehouse=warehouse)
    assert column(warehouse, "select unit from units") == ["events.csv"]
    write_csv(tmp_path / "more.csv", HEADER, "b,2026-01-01,view")
    _, loading = run(tmp_path, events_source(), events_source("more.csv", name="more"), warehouse=warehouse)
    assert (loading.events, loading.users) == (2, 2)


def test_kill_in_the_middle_leaves_a_clean_start(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", HEADER, *["a,2026-01-01,view"] * 1000)
    died = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, capture_output=True)
    assert died.returncode == -9, died.stderr
    warehouse = connect("duckdb:///x.duckdb", tmp_path)
    assert rows(warehouse, "from events") == rows(warehouse, "from units") == []
    _, loading = run(tmp_path, events_source(), warehouse=warehouse)
    assert loading.events == 1000
    warehouse.close()


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


def test_an_unreadable_json_line_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "e.jsonl").write_text(
        '{"user": "a", "at": "2026-01-01", "kind": "view"}\n{"user": \n', encoding="utf-8"
    )
    warehouse, loading = run(tmp_path, events_source("e.jsonl"))
    assert reasons(loading) == {"unreadable row": 1}
    assert column(warehouse, "select record from set_aside") == ['"{\\"user\\": "']


def test_a_broken_json_array(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text('[{"user": "a"},\n {"user": ', encoding="utf-8")
    with pytest.raises((SourceError, WarehouseError), match=r"e\.json"):
        run(tmp_path, events_source("e.json"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(WarehouseError, match="may not be read or written"):
        connect("duckdb:///closed/x.duckdb", tmp_path)
