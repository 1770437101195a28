from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from coterie import history, profiles, updates
from coterie.errors import SegmentationError
from coterie.features.feature import Feature, FeatureTable
from coterie.history import PastRun
from coterie.project.settings import SegmentSettings
from coterie.segments.over_time.distribution import distributions
from coterie.sources import sql
from coterie.sources.duckdb import DuckDB
from coterie.updates import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coterie.sources.warehouse import Warehouse
    from coterie.updates import Updated

FEATURES = (
    Feature("reading_items", "reading", "items", "Items read.", kind="view", higher_is=1),
    Feature("orders_spend", "orders", "money", "Money spent.", kind="order", higher_is=1),
)
READERS, BUYERS, IDLE, BOTH = (60.0, 2.0), (3.0, 300.0), (1.0, 1.0), (70.0, 350.0)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened


def users(
    *groups: tuple[float, float], each: int = 40, seed: int = 1, day: int = 1, first: int = 0
) -> FeatureTable:
    """Users of some kinds: the user with a number is of the same kind in every table of as many kinds."""
    rng = np.random.default_rng(seed)
    middles = np.repeat(np.array(groups), each, axis=0)
    values = middles * rng.lognormal(0, 0.15, middles.shape)
    order = rng.permutation(len(values))
    names = np.array([f"u{first + at:04d}" for at in range(len(values))])
    rows = pa.table(
        {
            "user_id": names[order],
            "reading_items": values[order, 0],
            "orders_spend": values[order, 1],
        }
    ).sort_by("user_id")
    return FeatureTable(dt.date(2026, 1, day), FEATURES, rows)


def ran(warehouse: Warehouse, table: FeatureTable, settings: SegmentSettings, run: int) -> Updated:
    """Do what a run does with one segmentation."""
    warehouse.create("features", table.rows)
    asked = Asked("habit", settings, "en", f"{run} {settings}", f"r{run}")
    found = updates.updated(warehouse, table, asked)
    (named,) = profiles.write(warehouse, table, [found.named], run_id=f"r{run}")
    mark = PastRun(f"r{run}", table.as_of)
    history.note(warehouse, [(named, found.lineage)], distributions(table), mark)
    return updates.Updated(named, found.lineage)


def k(number: int, **more: object) -> SegmentSettings:
    return SegmentSettings.model_validate({"k": number, "k_max": 2, "starts": 1, "scale": "zscore", **more})


def members(warehouse: Warehouse, run: int) -> dict[str, int]:
    rows = warehouse.query(history.members(f"r{run}", "habit")).to_pylist()
    return {row["user_id"]: row["segment"] for row in rows}


def ids(found: Updated) -> list[int]:
    return [segment.id for segment in found.named.segmentation.segments]


def kinds(found: Updated) -> list[str]:
    return [change.kind for change in found.lineage.changes]


def test_the_next_month_keeps_ids_and_names(warehouse: Warehouse) -> None:
    first = ran(warehouse, users(IDLE, READERS, BUYERS), k(3), 1)
    assert (ids(first), first.lineage.begun, first.lineage.changes) == ([1, 2, 3], "r1", ())
    # Another month, in which readers do much more than buyers: the order of engagement is another.
    more = (500.0, 2.0)
    second = ran(warehouse, users(IDLE, more, BUYERS, seed=2, day=31), k(3), 2)
    assert members(warehouse, 1) == members(warehouse, 2)
    assert sorted(ids(second)) == [1, 2, 3]
    assert second.named.names == first.named.names
    assert kinds(second) == ["kept"] * 3
    assert (second.lineage.begun, second.lineage.fitted, second.lineage.last_id) == ("r1", "r2", 3)


def test_settings_that_change_nothing_are_taken_from_the_last_run(warehouse: Warehouse) -> None:
    first = ran(warehouse, users(IDLE, READERS), k(2), 1)
    again = updates.updated(warehouse, users(IDLE, READERS), Asked("habit", k(2), "en", f"1 {k(2)}", "r2"))
    assert again.named == first.named
    assert again.lineage.fitted == "r1"
    assert again.lineage.reason.startswith("Data and settings are those of the last run")


def test_a_planted_split_is_said_and_its_parts_are_new(warehouse: Warehouse) -> None:
    ran(warehouse, users(IDLE, READERS, READERS), k(2), 1)
    split = ran(warehouse, users(IDLE, READERS, BOTH, seed=2, day=31), k(3), 2)
    assert kinds(split) == ["kept", "split"]
    assert split.lineage.changes[1].before == (2,)
    assert sorted(split.lineage.changes[1].after) == [3, 4]
    assert sorted(ids(split)) == [1, 3, 4]
    assert len(set(split.named.names.values())) == 3
    third = ran(warehouse, users(IDLE, READERS, BOTH, seed=3, day=31), k(3), 3)
    assert sorted(ids(third)) == [1, 3, 4]
    assert third.named.names == split.named.names


def test_a_planted_merger_is_said_and_ids_are_not_used_again(warehouse: Warehouse) -> None:
    ran(warehouse, users(IDLE, READERS, BUYERS), k(3), 1)
    merged = ran(warehouse, users(IDLE, BOTH, BOTH, seed=2, day=31), k(2), 2)
    assert kinds(merged) == ["kept", "merged"]
    assert sorted(merged.lineage.changes[1].before) == [2, 3]
    assert sorted(ids(merged)) == [1, 4]
    again = ran(warehouse, users(IDLE, READERS, BUYERS, seed=3, day=31), k(3), 3)
    assert kinds(again) == ["kept", "split"]
    assert sorted(ids(again)) == [1, 5, 6]
    assert again.lineage.last_id == 6


def test_a_segment_that_comes_and_one_that_goes_are_said(warehouse: Warehouse) -> None:
    ran(warehouse, users(IDLE, READERS), k(2), 1)
    arrived = users(BUYERS, first=5000, seed=4)
    now = users(IDLE, READERS, seed=2, day=31)
    grown = dataclasses.replace(now, rows=pa.concat_tables([now.rows, arrived.rows]))
    second = ran(warehouse, grown, k(3), 2)
    assert kinds(second) == ["kept", "kept", "new"]
    assert second.lineage.changes[2].after == (3,)
    third = ran(warehouse, users(IDLE, READERS, seed=3, day=31), k(2), 3)
    assert kinds(third) == ["kept", "kept", "gone"]
    assert sorted(ids(third)) == [1, 2]
    assert third.lineage.last_id == 3


def test_freeze_assigns_and_fits_nothing(warehouse: Warehouse) -> None:
    frozen = k(2, update="freeze")
    first = ran(warehouse, users(IDLE, READERS), frozen, 1)
    second = ran(warehouse, users(IDLE, READERS, READERS, seed=2, day=31), frozen, 2)
    one, other = first.named.segmentation, second.named.segmentation
    assert other.borders == one.borders
    assert other.as_of == one.as_of
    assert [segment.users for segment in other.segments] == [40, 80]
    assert sum(segment.summary[0].users for segment in other.segments) == 120
    assert second.named.names == first.named.names
    assert second.lineage.fitted == "r1"
    assert "frozen as fitted on 2026-01-01" in second.lineage.reason
    third = ran(warehouse, users(IDLE, READERS, seed=3), k(3, update="freeze"), 3)
    assert len(ids(third)) == 2
    assert "Its settings in coterie.yaml are others now" in third.lineage.reason


def test_drift_fits_a_frozen_segmentation_anew_and_says_which_feature(warehouse: Warehouse) -> None:
    frozen = k(2, update="freeze", drift=0.25)
    ran(warehouse, users(IDLE, READERS), frozen, 1)
    calm = ran(warehouse, users(IDLE, READERS, seed=2, day=31), frozen, 2)
    assert calm.lineage.fitted == "r1"
    moved = ran(warehouse, users((1.0, 90.0), (60.0, 180.0), seed=3, day=31), frozen, 3)
    assert moved.lineage.fitted == "r3"
    assert "{feature:orders_spend} has drifted" in moved.lineage.reason
    assert kinds(moved) == ["kept", "kept"]
    assert ids(moved) == [1, 2]
    after = ran(warehouse, users((1.0, 90.0), (60.0, 180.0), seed=4, day=31), frozen, 4)
    assert after.lineage.fitted == "r3"


def test_a_frozen_segmentation_whose_feature_is_gone_is_one_sentence(warehouse: Warehouse) -> None:
    frozen = k(2, update="freeze")
    table = users(IDLE, READERS)
    ran(warehouse, table, frozen, 1)
    less = FeatureTable(table.as_of, FEATURES[:1], table.rows.drop_columns(["orders_spend"]))
    with pytest.raises(SegmentationError, match="needs orders_spend, which no longer exists"):
        ran(warehouse, less, frozen, 2)


def test_refit_starts_over_and_says_so(warehouse: Warehouse) -> None:
    ran(warehouse, users(IDLE, READERS, READERS), k(2), 1)
    ran(warehouse, users(IDLE, READERS, BOTH, seed=2), k(3), 2)
    third = ran(warehouse, users(IDLE, READERS, BOTH, seed=3), k(3, update="refit"), 3)
    assert ids(third) == [1, 2, 3]
    assert (third.lineage.begun, third.lineage.last_id, third.lineage.changes) == ("r3", 3, ())
    assert "ids start over at 1" in third.lineage.reason


def _as_of_another_version(warehouse: Warehouse) -> None:
    text = """update past_segmentations set json = '{"version": 0}'"""
    warehouse.execute(sql.sql(text))


def test_a_fit_of_another_version_is_not_matched_silently(warehouse: Warehouse) -> None:
    ran(warehouse, users(IDLE, READERS), k(2), 1)
    _as_of_another_version(warehouse)
    second = ran(warehouse, users(IDLE, READERS, seed=2), k(2), 2)
    assert second.lineage.begun == "r2"
    assert second.lineage.reason.startswith("The last fit can't be matched with, so ids start over at 1.")


def test_a_frozen_fit_of_another_version_is_one_sentence(warehouse: Warehouse) -> None:
    ran(warehouse, users(IDLE, READERS), k(2), 1)
    _as_of_another_version(warehouse)
    with pytest.raises(
        SegmentationError, match=r"can't be kept; fit it again with `update: match`.*version 0"
    ):
        ran(warehouse, users(IDLE, READERS, seed=2), k(2, update="freeze"), 2)


@pytest.mark.parametrize("seeds", [(5, 6, 7)])
def test_month_after_month_ids_stay(warehouse: Warehouse, seeds: Sequence[int]) -> None:
    groups = (IDLE, READERS, BUYERS, BOTH)
    first = ran(warehouse, users(*groups), k(4), 1)
    for run, seed in enumerate(seeds, start=2):
        found = ran(warehouse, users(*groups, seed=seed), k(4), run)
        assert found.named.names == first.named.names
        assert members(warehouse, run) == members(warehouse, 1)
