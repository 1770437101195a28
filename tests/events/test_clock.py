from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.events.loaded import events_source, reasons, rows, run, write_csv

from coterie.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = [1_465_413_032, 1_465_416_190, 1_488_309_711]


@pytest.mark.parametrize(
    ("given", "factor", "right"), [("s", 1000, "ms"), ("ms", 1, "s"), ("us", 1000, "ns")]
)
def test_a_wrong_unit_is_named(tmp_path: Path, given: str, factor: int, right: str) -> None:
    scale = {"s": 1, "ms": 1, "us": 10**6}[given] * factor
    lines = [f"a,{second * scale},view" for second in SECONDS]
    write_csv(tmp_path / "events.csv", "user,at,kind", *lines)
    with pytest.raises(
        SourceError, match=rf"as counts of {right} they lie between 2016-06-08 .* unit: {right}}}"
    ):
        run(tmp_path, events_source(events={"at": {"column": "at", "unit": given}}))


@pytest.mark.parametrize("typed", [True, False])
def test_a_missing_unit_is_named(tmp_path: Path, typed: bool) -> None:
    times = pa.array(SECONDS) if typed else pa.array([str(second) for second in SECONDS])
    pq.write_table(pa.table({"user": ["a"] * 3, "at": times, "kind": ["view"] * 3}), tmp_path / "e.parquet")
    with pytest.raises(SourceError, match=r"can't be right as they are mapped; as counts of s .*unit: s"):
        run(tmp_path, events_source("e.parquet", events={"at": {"sql": '"at"'}}))


def test_a_few_wrong_times_are_set_aside(tmp_path: Path) -> None:
    lines = [f"a,{second},view" for second in SECONDS]
    write_csv(tmp_path / "events.csv", "user,at,kind", *lines, f"a,{SECONDS[0] * 1000},view", "a,never,view")
    _, loading = run(tmp_path, events_source(events={"at": {"column": "at", "unit": "s"}}))
    assert reasons(loading) == {"time in the future": 1, "unreadable time": 1}


def test_times_that_fit_no_unit_are_set_aside(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", "user,at,kind", "a,1,view", "a,2,view")
    _, loading = run(tmp_path, events_source(events={"at": {"column": "at", "unit": "s"}}))
    assert reasons(loading) == {"time before 1990": 2}


@pytest.mark.parametrize("at", [{"column": "at", "format": "%Y-%m-%d"}, "at"])
def test_dates_of_another_kind_are_set_aside(tmp_path: Path, at: object) -> None:
    write_csv(tmp_path / "events.csv", "user,at,kind", "a,12/31/2025,view", "a,12/30/2025,view")
    warehouse, loading = run(tmp_path, events_source(events={"at": at}))
    assert reasons(loading) == {"unreadable time": 2}
    assert rows(warehouse, "from events") == []
