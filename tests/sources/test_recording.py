from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from coterie.sources import connect, sql
from coterie.sources.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with contextlib.closing(connect.connect("duckdb://")) as made:
        made.create("events", pa.table({"n": range(5)}))
        yield made


def test_reads_are_answered_and_writes_are_noted(warehouse: Warehouse) -> None:
    recording = Recording(warehouse)
    recording.begin("one")
    with recording.transaction(), recording.alone("me"):
        assert recording.query(sql.sql("select max(n) as n from events where n < 3")).to_pylist() == [
            {"n": 2}
        ]
        recording.create("copy", sql.sql("select n from events"), temporary=True)
        recording.execute(sql.sql("delete from events"))
        recording.append("events", pa.table({"n": [1]}))
        recording.widen("events", pa.schema([("m", pa.float64())]))
        recording.drop("events")
        recording.drop("nowhere")
    told = [(one.step, one.table, one.writes, one.depends, one.reads.rows) for one in recording.noted]
    assert told == [
        ("one", "events", False, False, 5),
        ("one", "copy", True, False, 5),
        ("one", "events", True, False, None),
        ("one", "events", True, False, None),
        ("one", "events", True, False, None),
        ("one", "events", True, False, None),
    ]
    assert (
        recording.noted[1].tree.sql(dialect="duckdb").startswith('CREATE OR REPLACE TEMPORARY TABLE "copy"')
    )
    assert warehouse.columns("events") == {"n": "BIGINT"}
    assert warehouse.columns("copy") == {}


def test_a_table_that_was_to_be_made_has_columns_and_no_rows(warehouse: Warehouse) -> None:
    recording = Recording(warehouse)
    recording.create("made", sql.sql("select n, n * 2 as m from events"))
    assert recording.columns("made") == {"n": "", "m": ""}
    for text in ("select n, m from made", "select * from made"):
        with recording.stream(sql.sql(text)) as rows:
            found = rows.read_all()
        assert (found.column_names, found.num_rows) == (["n", "m"], 0)
    recording.append("events", sql.sql("select m as n from made"))
    assert [one.depends for one in recording.noted] == [False, True, True, True]
    recording.drop("made")
    assert recording.columns("made") == {}
    recording.begin("next")
    assert recording.step == "next"


def test_what_only_prepares_the_session_is_run(warehouse: Warehouse) -> None:
    recording = Recording(warehouse)
    recording.execute(sql.sql("set threads = 1"))
    assert recording.noted == ()
    assert recording.query(sql.sql("select current_setting('threads') as n")).to_pylist() == [{"n": 1}]
