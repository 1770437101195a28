from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from tests.segments.over_time.hand import segmentation, step
from tests.segments.tables import table

from coterie import history
from coterie.errors import DataError, SegmentationError, UsageError
from coterie.history import Lineage, PastRun
from coterie.profiles import Named
from coterie.segments.over_time.change import Change
from coterie.segments.over_time.distribution import Distribution, distributions
from coterie.sources import sql
from coterie.sources.duckdb import DuckDB
from coterie.sources.sqlite_warehouse import SQLite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse

DAY = dt.date(2026, 3, 1)
TWO = segmentation([[0.0], [9.0]], [step("spend")], [1, 4])
NAMES = {1: 'People\'s "few"', 4: "Big \U0001f4b8"}
CHANGE = Change("split", (2,), (4, 5), (0.6, 0.4), 0.9, 0.8, 0.95, None)
COUNTED = distributions(
    table({"spend": [0.0, 3.5, None], "country": ["at", None, "ng"]}, spend={"unit": "money"})
)


@pytest.fixture(params=[DuckDB, SQLite])
def warehouse(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    with contextlib.closing(request.param()) as opened:
        yield opened


def note(
    warehouse: Warehouse, run: int, members: dict[str, int] | None = None, **more: Any
) -> tuple[str, ...]:
    """Note a run as of the day with its number; `more` goes to the lineage, and `kept` and `counted`."""
    mark = PastRun(f"r{run:02d}", DAY + dt.timedelta(days=run))
    found = members or {"a": 1, "b": 4}
    rows = [
        {"user_id": user, "segmentation": "habit", "segment": ident, **dataclasses.asdict(mark)}
        for user, ident in found.items()
    ]
    warehouse.create("membership", pa.Table.from_pylist(rows))
    counted: tuple[Distribution, ...] = more.pop("counted", ())
    kept = more.pop("kept", history.RUNS_KEPT)
    fields: dict[str, Any] = {"begun": "r01", "fitted": mark.run_id, "last_id": 4} | more
    return history.note(warehouse, [(Named(TWO, NAMES, "x"), Lineage(**fields))], counted, mark, kept)


def count(warehouse: Warehouse, of: str) -> int:
    found = warehouse.query(sql.sql("select count(*) as n from :table", table=sql.table(of)))
    return int(found.column("n")[0].as_py())


def test_before_the_first_run_there_is_nothing(warehouse: Warehouse) -> None:
    assert history.runs(warehouse) == ()
    assert history.last(warehouse, "habit") is None
    assert history.segmentations(warehouse, "r01") == ()
    assert history.distributions(warehouse, "r01") == ()
    with pytest.raises(DataError, match="make one with `coterie run`"):
        history.find(warehouse, "last")


def test_what_was_noted_is_read_back(warehouse: Warehouse) -> None:
    note(warehouse, 1, changes=(CHANGE,), reason="Because.", settings="s", made_from="m", counted=COUNTED)
    found = history.last(warehouse, "habit")
    assert found is not None
    assert found.segmentation == TWO
    assert found.names == NAMES
    assert found.lineage == Lineage("r01", "r01", 4, "m", "s", "Because.", (CHANGE,))
    assert history.segmentations(warehouse, "r01") == (found,)
    assert sorted(history.distributions(warehouse, "r01"), key=lambda one: one.feature) == sorted(
        COUNTED, key=lambda one: one.feature
    )
    rows = warehouse.query(history.members("r01", "habit")).to_pylist()
    assert {row["user_id"]: row["segment"] for row in rows} == {"a": 1, "b": 4}


def test_noting_a_run_again_replaces_it(warehouse: Warehouse) -> None:
    note(warehouse, 1, counted=COUNTED)
    rows = count(warehouse, "past_distributions")
    note(warehouse, 1, {"a": 1, "b": 1, "c": 1}, counted=COUNTED)
    assert [one.run_id for one in history.runs(warehouse)] == ["r01"]
    assert count(warehouse, "past_membership") == 3
    assert count(warehouse, "past_segmentations") == 1
    assert count(warehouse, "past_distributions") == rows


def test_the_last_is_that_of_the_last_run_that_had_one(warehouse: Warehouse) -> None:
    note(warehouse, 1)
    note(warehouse, 2)
    assert history.last(warehouse, "other") is None
    found = history.last(warehouse, "habit")
    assert found is not None
    assert found.run_id == "r02"


def test_only_so_many_runs_are_kept(warehouse: Warehouse) -> None:
    assert [note(warehouse, run, kept=2, counted=COUNTED) for run in range(1, 5)] == [
        (),
        (),
        ("r01",),
        ("r02",),
    ]
    assert [one.run_id for one in history.runs(warehouse)] == ["r03", "r04"]
    assert count(warehouse, "past_membership") == 4
    assert history.distributions(warehouse, "r02") == ()


def test_the_distributions_of_a_frozen_fit_outlive_its_run(warehouse: Warehouse) -> None:
    note(warehouse, 1, kept=2, counted=COUNTED)
    for run in range(2, 6):
        note(warehouse, run, kept=2, counted=COUNTED, fitted="r01")
    assert [one.run_id for one in history.runs(warehouse)] == ["r04", "r05"]
    assert len(history.distributions(warehouse, "r01")) == 2
    assert history.distributions(warehouse, "r02") == ()
    assert len(history.distributions(warehouse, "r05")) == 2


def test_sizes_are_told_run_by_run(warehouse: Warehouse) -> None:
    note(warehouse, 1)
    note(warehouse, 2, begun="r02")
    found = history.sizes(warehouse, "habit")
    assert [(one.run_id, one.segment, one.users, one.share, one.begun) for one in found] == [
        ("r01", 1, 10, 0.5, "r01"),
        ("r01", 4, 10, 0.5, "r01"),
        ("r02", 1, 10, 0.5, "r02"),
        ("r02", 4, 10, 0.5, "r02"),
    ]
    assert {one.name for one in found} == set(NAMES.values())


def test_what_another_version_has_kept_is_one_sentence(warehouse: Warehouse) -> None:
    note(warehouse, 1)
    note(warehouse, 2)
    warehouse.execute(sql.sql("update past_segmentations set names = '[]' where run_id = 'r02'"))
    with pytest.raises(SegmentationError, match="kept of run r02 can't be read: names of past_segmentations"):
        history.last(warehouse, "habit")
    assert {one.run_id for one in history.sizes(warehouse, "habit")} == {"r01"}


def test_a_run_is_found_by_its_id_its_beginning_or_a_word(warehouse: Warehouse) -> None:
    note(warehouse, 1)
    with pytest.raises(DataError, match="only one run, r01"):
        history.find(warehouse, "previous")
    note(warehouse, 2)
    note(warehouse, 12)
    assert history.find(warehouse, "last").run_id == "r12"
    assert history.find(warehouse, "previous").run_id == "r02"
    assert history.find(warehouse, "r02").run_id == "r02"
    assert history.find(warehouse, "r1").run_id == "r12"


def test_an_unknown_run_is_told_with_those_kept(warehouse: Warehouse) -> None:
    note(warehouse, 1)
    note(warehouse, 2)
    with pytest.raises(UsageError, match="several runs: r01, r02"):
        history.find(warehouse, "r")
    with pytest.raises(UsageError, match=r"No run 'lst' is kept; .* Did you mean 'last'\? .*r01, r02"):
        history.find(warehouse, "lst")
    with pytest.raises(UsageError, match="No run ''"):
        history.find(warehouse, "")
