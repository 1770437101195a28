"""Points in blocks of near ones, so that distances are taken by matrix products and most can be left out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints

#: Points in a block at most.
BLOCK = 256

#: Points that distances are measured to at a time.
TILE = 4096

#: Roundings of single precision in a squared distance at most, for each of its terms.
_ROUNDINGS = 8


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Points in the order of a k-d tree, whose leaves are the blocks.

    Attributes:
        points: In the order of the blocks, and scaled by a power of two so that none is farther than 1
            from another in any coordinate.
        order: For each of these points, its place among the points given.
        starts: Where each block begins, and the end.
        low: Blocks x coordinates: the lowest of each.
        high: Blocks x coordinates: the highest of each.
        scale: What the points were divided by.
    """

    points: Floats
    order: Ints
    starts: Ints
    low: Floats
    high: Floats
    scale: float

    def apart(self, low: Floats, high: Floats) -> Floats:
        """Bound the squared distance of each block to points between `low` and `high` from below."""
        gap = np.maximum(self.low - high, low - self.high)
        np.maximum(gap, 0.0, out=gap)
        found: Floats = np.einsum("ij,ij->i", gap, gap)
        return found

    def members(self, blocks: Ints) -> Ints:
        """List the points of some blocks."""
        sizes = self.starts[blocks + 1] - self.starts[blocks]
        ends = np.cumsum(sizes)
        firsts = np.repeat(self.starts[blocks] - (ends - sizes), sizes)
        found: Ints = firsts + np.arange(len(firsts))
        return found

    def squared(self, one: Ints, other: Ints) -> Floats:
        """Measure the squared distances of pairs of points in double precision, from their differences."""
        gap = self.points[one] - self.points[other]
        found: Floats = np.einsum("ij,ij->i", gap, gap)
        return found


def blocks_of(points: Floats, most: int = BLOCK) -> Blocks:
    """Halve points by the median of their widest coordinate until at most `most` are together.

    References:
        Bentley (1975), Multidimensional binary search trees used for associative searching.

    Examples:
        >>> blocks_of(np.array([[0.0], [8.0], [1.0], [9.0]]), most=2).order.tolist()
        [0, 2, 1, 3]
    """
    _, exponent = np.frexp(np.ptp(points, axis=0).max(initial=0.0))
    points = np.ldexp(points, -exponent)
    order = np.arange(len(points))
    starts = []
    left = [(0, len(points))]
    while left:
        start, end = left.pop()
        if end - start <= most:
            starts.append(start)
            continue
        part = order[start:end]
        inside = points[part]
        values = inside[:, int(np.ptp(inside, axis=0).argmax())]
        half = len(part) // 2
        order[start:end] = part[np.argpartition(values, half)]
        left += [(start + half, end), (start, start + half)]
    points = points[order]
    low = np.minimum.reduceat(points, starts, axis=0)
    high = np.maximum.reduceat(points, starts, axis=0)
    return Blocks(points, order, np.array([*starts, len(points)]), low, high, float(np.ldexp(1.0, exponent)))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Some points, ready for their squared distances to others in single precision.

    Attributes:
        blocks: All points.
        middle: What points are measured from.
        factor: Rows x coordinates and two more: the left side of a product that gives squared distances.
        lengths: Of each row, its squared distance from the middle.
    """

    blocks: Blocks
    middle: Floats
    factor: NDArray[np.float32]
    lengths: Floats

    def squared(self, others: Ints) -> NDArray[np.float32]:
        """Measure squared distances, rows x others, wrong by at most `slack`."""
        columns = self.blocks.points[others] - self.middle
        factor = np.empty((len(others), columns.shape[1] + 2), dtype=np.float32)
        factor[:, :-2] = columns
        factor[:, -2] = np.einsum("ij,ij->i", columns, columns)
        factor[:, -1] = 1.0
        return self.factor @ factor.T

    def slack(self, squared: Floats) -> NDArray[np.float32]:
        """Raise a squared distance, one for each row or one for all, as much as it may be wrong there.

        The sum of squares that it comes from is bounded by that of the row and by the distance.
        """
        raised: Floats = squared + self._rounding() * (squared + self.lengths)
        return raised.astype(np.float32)

    def without_slack(self, squared: Floats) -> Floats:
        """Lower squared distances, one for each row, as much as they may be wrong."""
        lowered: Floats = squared * (1.0 - self._rounding()) - self._rounding() * self.lengths
        return lowered.clip(min=0.0)

    def _rounding(self) -> float:
        return _ROUNDINGS * float(self.factor.shape[1]) * 2.0**-24


def near(blocks: Blocks, rows: Ints) -> Near:
    """Centre on the middle of some points: differences of those that are close then keep their digits."""
    points = blocks.points[rows]
    middle = np.median(points, axis=0)
    points = points - middle
    lengths = np.einsum("ij,ij->i", points, points)
    factor = np.empty((len(rows), points.shape[1] + 2), dtype=np.float32)
    factor[:, :-2] = -2.0 * points
    factor[:, -2] = 1.0
    factor[:, -1] = lengths
    return Near(blocks, middle, factor, lengths)
