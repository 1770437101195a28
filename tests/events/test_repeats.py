from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.events.loaded import HEADER, column, events_source, reasons, rows, run, write_csv, write_lines

if TYPE_CHECKING:
    from pathlib import Path


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
