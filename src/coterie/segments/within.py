"""A segment of a segment: a segmentation of those users alone whom another one puts into one segment."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlglot import exp

from coterie.errors import SegmentationError, UsageError, did_you_mean
from coterie.segments.assign import assign, assignment
from coterie.segments.everyone.users import Everyone
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coterie.features.feature import FeatureTable
    from coterie.features.values import Ints
    from coterie.project.settings import Within
    from coterie.segments.segmentation import Segmentation
    from coterie.sources.warehouse import Warehouse

#: What stands for the segment of users whom a segmentation is not about.
NOBODYS = 0


def resolved(asked: Within, parent: Segmentation, names: Mapping[int, str], name: str) -> tuple[str, int]:
    """Find the segment that a segmentation is to be within.

    Args:
        asked: As the settings say it: by id or by name.
        parent: The other segmentation.
        names: The names of its segments by their ids.
        name: Of the segmentation that is within, for errors.

    Returns:
        The name of the other segmentation and the id of its segment.

    Raises:
        UsageError: It has no such segment.
    """
    wanted = str(asked.segment).strip().lower()
    ids = [segment.id for segment in parent.segments]
    found = next((each for each in ids if names[each].lower() == wanted), None)
    if found is None:
        found = next((each for each in ids if str(each) == wanted), None)
    if found is None:
        there = ", ".join(f"{each} ({names[each]})" for each in ids)
        raise UsageError(
            f"segments: {name} is within segment {asked.segment!r} of {parent.name}, which is not there; "
            f"give the id or the name of one of {there}."
        )
    return parent.name, found


def members(
    table: FeatureTable, within: tuple[str, int] | None, others: Sequence[Segmentation], name: str
) -> FeatureTable:
    """Keep the users whom a segmentation is about.

    Args:
        table: Users x features.
        within: The other segmentation and the id of its segment; ``None`` keeps everyone.
        others: The segmentations there are.
        name: Of the segmentation, for errors.

    Raises:
        SegmentationError: Nobody is in that segment.
    """
    if within is None:
        return table
    inside = _inside(within, others, table.rows)
    if not inside.any():
        raise SegmentationError(
            f"{name} groups the users of segment {within[1]} of {within[0]}, and nobody is in it; "
            "name another segment under `within`, or leave it out."
        )
    return dataclasses.replace(table, rows=table.rows.filter(pa.array(inside)), everyone=None)


def everyone(
    warehouse: Warehouse, within: tuple[str, int] | None, others: Sequence[Segmentation]
) -> Everyone:
    """Tell where all the users lie whom a segmentation is about, of whom `members` may be a sample.

    Args:
        warehouse: Where `features` lies.
        within: The other segmentation and the id of its segment; ``None``: everyone.
        others: The segmentations there are.
    """
    if within is None:
        return Everyone(warehouse)
    parent = assigning(_named(within[0], others), others)
    there = sql.column("segment").eq(sql.literal(within[1]))
    users = sql.select(sql.column("user_id")).from_(parent.subquery("p", copy=False), copy=False)
    return Everyone(warehouse, only=users.where(there, copy=False))


def assigned(segmentation: Segmentation, others: Sequence[Segmentation], rows: pa.Table) -> Ints:
    """Tell the segment of each row; `NOBODYS` of a user whom the segmentation is not about.

    Args:
        segmentation: A fitted segmentation.
        others: The segmentations there are, the one it is within among them.
        rows: A table with their features.
    """
    found = assign(segmentation, rows)
    if segmentation.within is None:
        return found
    return np.where(_inside(segmentation.within, others, rows), found, NOBODYS)


def assigning(
    segmentation: Segmentation, others: Sequence[Segmentation], relation: str = "features"
) -> exp.Select:
    """Write the SELECT of ``user_id, segment`` of the users whom a segmentation is about.

    Args:
        segmentation: A fitted segmentation.
        others: The segmentations there are, the one it is within among them.
        relation: The table or view with ``user_id`` and the features.
    """
    whole = assignment(segmentation, relation)
    if segmentation.within is None:
        return whole
    name, segment = segmentation.within
    parent = assigning(_named(name, others), others, relation).subquery("p", copy=False)
    child = whole.subquery("a", copy=False)
    same = sql.column("user_id", "p").eq(sql.column("user_id", "a"))
    there = sql.column("segment", "p").eq(sql.literal(segment))
    query = sql.select(sql.column("user_id", "a"), sql.column("segment", "a")).from_(child, copy=False)
    return query.join(parent, on=exp.and_(same, there), copy=False)


def _inside(within: tuple[str, int], others: Sequence[Segmentation], rows: pa.Table) -> NDArray[np.bool_]:
    name, segment = within
    found: NDArray[np.bool_] = assigned(_named(name, others), others, rows) == segment
    return found


def _named(name: str, others: Sequence[Segmentation]) -> Segmentation:
    found = next((one for one in others if one.name == name), None)
    if found is None:
        raise UsageError(
            f"There is no segmentation {name!r}. {did_you_mean(name, [one.name for one in others])}"
        )
    return found
