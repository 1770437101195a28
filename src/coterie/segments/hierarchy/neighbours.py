"""The nearest neighbours of every point, exactly."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.hierarchy.blocks import TILE, near
from coterie.segments.hierarchy.parallel import in_threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints
    from coterie.segments.hierarchy.blocks import Blocks, Near


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The nearest points of each point, in the order of the blocks.

    Attributes:
        places: Points x count: the nearest, nearest first, ties by place; without the point itself.
        squared: Points x count: how far they are, squared, in the blocks' scale.
    """

    places: NDArray[np.int32]
    squared: Floats


def neighbours(blocks: Blocks, count: int) -> Neighbours:
    """Find the `count` nearest other points of each point, at most one less than there are points.

    A block is compared with the blocks next to it first; of the rest, those whose box is nearer than the
    farthest neighbour found so far. What single precision can't tell apart is measured in double.
    """
    size = len(blocks.points)
    count = min(count, size - 1)
    places = np.empty((size, count), dtype=np.int32)
    squared = np.empty((size, count))

    def find(rows: Ints) -> None:
        places[rows], squared[rows] = _nearest(blocks, rows, count)

    in_threads(find, np.split(np.arange(size), blocks.starts[1:-1]))
    return Neighbours(places, squared)


def _nearest(blocks: Blocks, rows: Ints, count: int) -> tuple[Ints, Floats]:
    """Find the nearest points of some that lie close together, and their squared distances."""
    points = blocks.points[rows]
    apart = blocks.apart(points.min(axis=0), points.max(axis=0))
    row, other = _candidates(blocks, near(blocks, rows), apart, count)
    keep = rows[row] != other
    row, other = row[keep], other[keep]
    away = blocks.squared(rows[row], other)
    by_row = np.lexsort((other, away, row))
    firsts = np.searchsorted(row[by_row], np.arange(len(rows)))
    chosen = by_row[firsts[:, None] + np.arange(count)]
    return other[chosen], away[chosen]


def _candidates(blocks: Blocks, here: Near, apart: Floats, count: int) -> tuple[Ints, Ints]:
    """List pairs of a row of `here` and a point that may be among its nearest, itself among them."""
    order = np.argsort(apart, kind="stable")
    reached = np.cumsum(blocks.starts[order + 1] - blocks.starts[order])
    first = int(np.searchsorted(reached, min(TILE, reached[-1]))) + 1
    others = blocks.members(order[:first])
    away = here.squared(others)
    # Of the count + 1 nearest in single precision, with the row itself, none is farther than this.
    bound = here.slack(np.partition(away, count, axis=1)[:, count].astype(np.float64).clip(min=0.0))
    bound = here.slack(bound.astype(np.float64))[:, None]
    found = [_pairs(away <= bound, others)]
    rest = order[first:]
    others = blocks.members(rest[apart[rest] <= float(bound.max())])
    for start in range(0, len(others), TILE):
        part = others[start : start + TILE]
        found.append(_pairs(here.squared(part) <= bound, part))
    return np.concatenate([row for row, _ in found]), np.concatenate([other for _, other in found])


def _pairs(within: NDArray[np.bool_], others: Ints) -> tuple[Ints, Ints]:
    row, column = np.divmod(np.flatnonzero(within), len(others))
    return row, others[column]
