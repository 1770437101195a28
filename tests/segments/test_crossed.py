from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from tests.segments.tables import table

from coterie.project.settings import Rule, SegmentSettings
from coterie.segments.agreement import adjusted_rand
from coterie.segments.assign import assign
from coterie.segments.crossed import crossed, crossings
from coterie.segments.fit import fit
from coterie.sources import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.segments.segmentation import Segmentation
    from coterie.sources.warehouse import Warehouse

RNG = np.random.default_rng(4)
TABLE = table({"x": np.arange(90.0), "y": RNG.permutation(np.arange(90.0))})


def ruled(name: str, *conditions: str) -> Segmentation:
    rules = tuple(Rule(name=f"rule {at}", where=where) for at, where in enumerate(conditions))
    return fit(TABLE, SegmentSettings(method="rules", rules=rules), name=name)


LOW = ruled("low", "x < 30", "x < 60")
ALSO = ruled("also", "x < 45")
OTHER = ruled("other", "y < 60", "y < 0")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    made = connect.connect("duckdb://")
    parts = [
        pa.table(
            {
                "user_id": TABLE.rows["user_id"],
                "segmentation": [one.name] * len(TABLE),
                "segment": assign(one, TABLE.rows),
            }
        )
        for one in (LOW, ALSO, OTHER)
    ]
    made.create("membership", pa.concat_tables(parts))
    yield made
    made.close()


def test_counts_are_those_of_the_users(warehouse: Warehouse) -> None:
    found = crossed(warehouse, LOW, ALSO)
    assert found.users == len(TABLE) == sum(cell.users for cell in found.cells)
    assert len(found.cells) == len(LOW.segments) * len(ALSO.segments)
    for ident in {cell.one for cell in found.cells}:
        assert sum(cell.share_of_one for cell in found.cells if cell.one == ident) == pytest.approx(1)
    for ident in {cell.other for cell in found.cells}:
        assert sum(cell.share_of_other for cell in found.cells if cell.other == ident) == pytest.approx(1)
    places = [np.floor(np.arange(90) / 30).astype(np.int64), (np.arange(90) >= 45).astype(np.int64)]
    assert found.adjusted_rand == pytest.approx(adjusted_rand(*places))
    assert found.cramers_v > 0.7


def test_a_segment_of_nobody_is_there_with_nobody(warehouse: Warehouse) -> None:
    found = crossed(warehouse, LOW, OTHER)
    nobody = next(one.id for one in OTHER.segments if not one.users)
    assert {cell.users for cell in found.cells if cell.other == nobody} == {0}
    assert {cell.share_of_other for cell in found.cells if cell.other == nobody} == {0.0}
    assert found.cramers_v < 0.3


def test_the_same_twice_is_the_same(warehouse: Warehouse) -> None:
    found = crossed(warehouse, LOW, LOW)
    assert found.adjusted_rand == 1.0
    assert found.cramers_v == pytest.approx(1.0)
    assert found.caption().startswith("low and low: 90 users, adjusted Rand index 1.00")
    assert found.to_arrow().column_names == ["one", "other", "users", "share_of_one", "share_of_other"]


def test_every_two_are_crossed_but_not_a_part_with_its_whole(warehouse: Warehouse) -> None:
    part = dataclasses.replace(ALSO, within=("low", 1))
    assert [(one.one, one.other) for one in crossings(warehouse, [LOW, ALSO, OTHER])] == [
        ("low", "also"),
        ("low", "other"),
        ("also", "other"),
    ]
    pairs = [(one.one, one.other) for one in crossings(warehouse, [LOW, part, OTHER])]
    assert pairs == [("low", "other"), ("also", "other")]


def test_where_nobody_is_in_both_nothing_is_explained(warehouse: Warehouse) -> None:
    found = crossed(warehouse, LOW, ruled("nowhere", "x < 0"))
    assert (found.users, found.cramers_v) == (0, 0.0)
