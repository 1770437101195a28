from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from workload import Workload, make_workload

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> Workload:
    return make_workload(tmp_path_factory.mktemp("workload"), events=20_000, users=1_000, days=30)


def test_there_are_about_as_many_events_as_asked_for(workload: Workload) -> None:
    assert pq.read_metadata(workload.events).num_rows == pytest.approx(20_000, rel=0.05)
    assert pq.read_metadata(workload.more).num_rows == pytest.approx(200, rel=0.3)


def test_more_is_of_the_day_after_the_last(workload: Workload) -> None:
    next_day = dt.datetime.fromisoformat("2025-01-31")
    first, more = (pq.read_table(path).column("at") for path in (workload.events, workload.more))
    assert pc.max(first).as_py() < next_day <= pc.min(more).as_py()
    assert pc.max(more).as_py() < next_day + dt.timedelta(days=1)


def test_every_kind_and_column_is_there(workload: Workload) -> None:
    table = pq.read_table(workload.events)
    assert table.column_names == [
        "user_id", "at", "kind", "item", "category", "value", "duration", "channel", "device", "query",
    ]  # fmt: skip
    kinds = set(table.column("kind").to_pylist())
    assert kinds == {"view", "click", "search", "like", "share", "order", "video", "open"}


def test_a_seed_repeats_itself_and_files_are_kept(workload: Workload, tmp_path: Path) -> None:
    again = make_workload(tmp_path, events=20_000, users=1_000, days=30)
    assert pq.read_table(again.events).equals(pq.read_table(workload.events))
    before = again.events.stat().st_mtime_ns
    assert make_workload(tmp_path, events=5, users=5, days=1).events.stat().st_mtime_ns == before
