from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.tables import table

from coterie.errors import SegmentationError, UsageError
from coterie.project.settings import Rule, SegmentSettings, Within
from coterie.segments import within
from coterie.segments.fit import fit
from coterie.sources import connect

if TYPE_CHECKING:
    from coterie.segments.segmentation import Segmentation

TABLE = table({"x": np.arange(60.0), "y": np.arange(60.0) % 10})
RULES = (
    Rule(name="Low", where="x < 20"),
    Rule(name="Middle", where="x < 40"),
    Rule(name="No one", where="x < 0"),
)
PARENT = fit(TABLE, SegmentSettings(method="rules", rules=RULES), name="size")
NAMES = {segment.id: str(segment.given) for segment in PARENT.segments}
LOW = next(ident for ident, name in NAMES.items() if name == "Low")


def child(name: str = "parity", inside: tuple[str, int] = ("size", LOW)) -> Segmentation:
    inner = within.members(TABLE, inside, [PARENT], name)
    rules = (Rule(name="Few", where="y < 5"),)
    found = fit(inner, SegmentSettings(method="rules", rules=rules), name=name)
    return dataclasses.replace(found, within=inside)


@pytest.mark.parametrize("asked", [LOW, str(LOW), "Low", " low "])
def test_a_segment_is_found_by_its_id_or_its_name(asked: int | str) -> None:
    found = within.resolved(Within(segmentation="size", segment=asked), PARENT, NAMES, "parity")
    assert found == ("size", LOW)


def test_a_segment_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"parity is within segment 'Lo' of size") as caught:
        within.resolved(Within(segmentation="size", segment="Lo"), PARENT, NAMES, "parity")
    assert all(f"{ident} ({name})" in str(caught.value) for ident, name in NAMES.items())


def test_only_the_users_of_the_segment_are_kept() -> None:
    kept = within.members(TABLE, ("size", LOW), [PARENT], "parity")
    assert kept.rows["x"].to_pylist() == list(range(20))
    assert within.members(TABLE, None, [PARENT], "parity") is TABLE


def test_a_segment_of_nobody_can_not_be_grouped() -> None:
    nobody = next(ident for ident, name in NAMES.items() if name == "No one")
    with pytest.raises(SegmentationError, match=f"segment {nobody} of size, and nobody is in it"):
        within.members(TABLE, ("size", nobody), [PARENT], "parity")


def test_an_unknown_segmentation_is_refused() -> None:
    with pytest.raises(UsageError, match="Did you mean 'size'"):
        within.members(TABLE, ("sizes", 1), [PARENT], "parity")


def test_sql_and_numpy_agree_on_whom_it_is_about() -> None:
    inner = child()
    second = dataclasses.replace(
        fit(within.members(TABLE, ("parity", 1), [PARENT, inner], "deep"), SegmentSettings(k=1), name="deep"),
        within=("parity", 1),
    )
    every = [PARENT, inner, second]
    warehouse = connect.connect("duckdb://")
    warehouse.create("features", TABLE.rows)
    for one in every:
        told = within.assigned(one, every, TABLE.rows)
        found = warehouse.query(within.assigning(one, every)).sort_by("user_id").to_pylist()
        users = TABLE.rows["user_id"].to_pylist()
        expected = {user: ident for user, ident in zip(users, told.tolist(), strict=True) if ident}
        assert {row["user_id"]: row["segment"] for row in found} == expected
    assert int((within.assigned(second, every, TABLE.rows) > 0).sum()) == 10
    warehouse.close()


def test_all_users_of_the_segment_lie_in_the_warehouse() -> None:
    with contextlib.closing(connect.connect("duckdb://")) as warehouse:
        warehouse.create("features", TABLE.rows)
        whole = within.everyone(warehouse, None, [PARENT])
        assert whole.only is None
        inside = within.everyone(warehouse, ("size", LOW), [PARENT])
        assert inside.only is not None
        found = sorted(warehouse.query(inside.only).column("user_id").to_pylist())
    kept = within.members(TABLE, ("size", LOW), [PARENT], "parity")
    assert found == kept.rows.column("user_id").to_pylist()
