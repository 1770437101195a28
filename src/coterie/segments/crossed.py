"""Two segmentations side by side: how many users are in each segment of the one and of the other."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.segments.agreement import adjusted_rand_of
from coterie.segments.between.counts import Counts, cramers_v
from coterie.shown import Shown
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Ints
    from coterie.segments.segmentation import Segmentation
    from coterie.sources.warehouse import Warehouse

_COUNTS = """
select a.segment as one, b.segment as other, count(*) as users
from membership as a
join membership as b on b.user_id = a.user_id and b.segmentation = :other
where a.segmentation = :one
group by a.segment, b.segment
order by a.segment, b.segment
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """The users in one segment of each of two segmentations.

    Attributes:
        one: The id of the segment of the first.
        other: The id of the segment of the second.
        users: How many users are in both.
        share_of_one: Of the users of the first segment, 0..1; 0 if it has none.
        share_of_other: Of the users of the second segment.
    """

    one: int
    other: int
    users: int
    share_of_one: float
    share_of_other: float


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Crossed(Shown):
    """Two segmentations of the same users.

    Attributes:
        one: The name of the first.
        other: The name of the second.
        users: Users who are in both; of a segmentation within a segment of another, those of that segment.
        cells: Every pair of segments, in their order; those of nobody too.
        adjusted_rand: How far they are the same partition: 1 the same, about 0 as by chance.
        cramers_v: How closely one goes with the other, 0..1, corrected for bias.
    """

    one: str
    other: str
    users: int
    cells: tuple[Cell, ...]
    adjusted_rand: float
    cramers_v: float

    def caption(self) -> str:
        """Say how far the two say the same."""
        return (
            f"{self.one} and {self.other}: {self.users:,} users, adjusted Rand index "
            f"{self.adjusted_rand:.2f}, Cramer's V {self.cramers_v:.2f}"
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a pair of segments."""
        rows = [dataclasses.asdict(cell) for cell in self.cells]
        return pa.Table.from_pylist(rows, schema=_CELLS)


_CELLS = pa.schema(
    [("one", pa.int64()), ("other", pa.int64()), ("users", pa.int64())]
    + [(name, pa.float64()) for name in ("share_of_one", "share_of_other")]
)


def crossings(warehouse: Warehouse, segmentations: Sequence[Segmentation]) -> tuple[Crossed, ...]:
    """Cross every two segmentations, in their order.

    One that is within a segment of another says nothing that isn't known when crossed with that.

    Args:
        warehouse: Where `membership` is.
        segmentations: As they are there.
    """
    pairs = itertools.combinations(segmentations, 2)
    return tuple(
        crossed(warehouse, one, other)
        for one, other in pairs
        if not (other.within is not None and other.within[0] == one.name)
    )


def crossed(warehouse: Warehouse, one: Segmentation, other: Segmentation) -> Crossed:
    """Cross two segmentations; counted by the warehouse.

    Args:
        warehouse: Where `membership` is.
        one: The first.
        other: The second.

    References:
        Hubert & Arabie (1985), Comparing partitions. Bergsma (2013), A bias-correction for Cramer's V.
    """
    rows = [segment.id for segment in one.segments]
    columns = [segment.id for segment in other.segments]
    counts = np.zeros((len(rows), len(columns)), dtype=np.int64)
    found = warehouse.query(sql.sql(_COUNTS, one=one.name, other=other.name))
    for row in found.to_pylist():
        counts[rows.index(row["one"]), columns.index(row["other"])] = row["users"]
    return Crossed(
        one=one.name,
        other=other.name,
        users=int(counts.sum()),
        cells=_cells(counts, rows, columns),
        adjusted_rand=adjusted_rand_of(counts.astype(float)),
        cramers_v=_association(counts),
    )


def _cells(counts: Ints, rows: list[int], columns: list[int]) -> tuple[Cell, ...]:
    of_rows, of_columns = np.maximum(counts.sum(axis=1), 1), np.maximum(counts.sum(axis=0), 1)
    return tuple(
        Cell(
            one,
            other,
            int(counts[i, j]),
            float(counts[i, j] / of_rows[i]),
            float(counts[i, j] / of_columns[j]),
        )
        for i, one in enumerate(rows)
        for j, other in enumerate(columns)
    )


def _association(counts: Ints) -> float:
    """Find Cramer's V of the segments that have users in both."""
    there = counts[counts.any(axis=1)][:, counts.any(axis=0)]
    return cramers_v(Counts(there)) if min(there.shape) > 1 else 0.0
