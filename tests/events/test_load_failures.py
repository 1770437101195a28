from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.events.loaded import HEADER, column, events_source, reasons, rows, run, write_csv

from coterie.errors import ProjectError, SourceError, WarehouseError
from coterie.events import ledger
from coterie.sources.connect import connect
from coterie.sources.relation import Counted

if TYPE_CHECKING:
    from pathlib import Path


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
