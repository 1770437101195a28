"""How crowded it is around rows: valleys on the borders of groups, and valleys inside groups."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.agreement import distances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints

#: The neighbour whose distance tells how crowded it is around a row.
NEIGHBOURS = 8

#: Rows of a group that are more crowded than its peak is said to be.
PEAK = 5

#: A valley inside a group has at least this share of all rows on both of its sides, and so many.
SIDE = 0.03
FEWEST = 8

#: ...but a fifth of the group will do, and this many rows.
_PART = 5
_FEWEST_OF_ALL = 5
_FURTHER = 16


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Density:
    """How far rows are from each other, and how crowded it is around each.

    Attributes:
        reach: Mutual reachability, rows x rows: the distance of two rows, but at least that of either to its
            neighbour of a certain rank.
        core: For each row, the distance to that neighbour: small where it is crowded.
        dimensions: Of the space that rows fill near themselves, by maximum likelihood.

    References:
        Campello, Moulavi & Sander (2013), Density-based clustering based on hierarchical density estimates.
        Levina & Bickel (2004), Maximum likelihood estimation of intrinsic dimension.
    """

    reach: NDArray[np.float32]
    core: Floats
    dimensions: float

    def borders(self, labels: Ints) -> Floats:
        """Measure the depth of the border of each group to the group it is least apart from.

        The depth is the logarithm of the shortest reach across over the core distance at the lower of the two
        peaks; times the dimensions, it is how much lower the density is on the border, in logarithms. It is
        0 and less where groups are cut from one crowd.

        Args:
            labels: The group of each row, 0..k-1, none empty, at least two.
        """
        order = np.argsort(labels, kind="stable")
        starts = np.searchsorted(labels[order], np.arange(int(labels.max()) + 1))
        across = np.minimum.reduceat(self.reach[order], starts, axis=0)
        across = np.minimum.reduceat(across[:, order], starts, axis=1).astype(np.float64)
        np.fill_diagonal(across, np.inf)
        peaks = np.array([_peak(self.core[part]) for part in np.split(order, starts[1:])])
        depths: Floats = np.log(across / np.maximum(peaks[:, None], peaks)).min(axis=1)
        return depths

    def hidden(self, members: Ints) -> float:
        """Measure the deepest valley inside a group, in the same way; 0 if there is none.

        Only valleys with a fair part of the group on both sides count. Of all ways to cut the group in two,
        the minimum spanning tree of reaches knows the deepest.

        Args:
            members: The places of its rows.
        """
        if len(members) < 2 * _FEWEST_OF_ALL:
            return 0.0
        fewest = max(FEWEST, int(SIDE * len(self.core)))
        fewest = min(fewest, max(_FEWEST_OF_ALL, len(members) // _PART))
        edges, lengths = _spanning(self.reach[np.ix_(members, members)])
        return _deepest(edges, lengths, self.core[members], fewest)


def density(rows: Floats, neighbours: int = NEIGHBOURS) -> Density:
    """Look at how crowded it is around rows, best without repeated values.

    Args:
        rows: Two at least.
        neighbours: The rank of the neighbour whose distance tells how crowded it is around a row, at most 16.
    """
    between = distances(rows)
    furthest = min(_FURTHER, len(rows) - 1)
    near = np.partition(between, np.arange(furthest + 1), axis=1)[:, 1 : furthest + 1].astype(np.float64)
    near = np.maximum(near, 1e-9 * float(between.max(initial=1e-30)))
    core = near[:, min(neighbours, furthest) - 1]
    growth = float(np.log(near[:, -1:] / near[:, :-1]).mean()) if furthest > 1 else 1.0
    dimensions = min(max(1.0 / max(growth, 1e-9), 1.0), float(rows.shape[1]))
    small = core.astype(np.float32)
    reach = np.maximum(between, np.maximum(small[:, None], small))
    return Density(reach, core, dimensions)


def _peak(core: Floats) -> float:
    rank = min(PEAK, len(core)) - 1
    return float(np.partition(core, rank)[rank])


def _spanning(reach: NDArray[np.float32]) -> tuple[Ints, Floats]:
    """Find the minimum spanning tree, by Prim's algorithm; returns its edges, shortest first, and lengths."""
    size = len(reach)
    away = reach[0].copy()
    via = np.zeros(size, dtype=np.int64)
    outside = np.ones(size, dtype=bool)
    outside[0], away[0] = False, np.inf
    edges = np.empty((size - 1, 2), dtype=np.int64)
    lengths = np.empty(size - 1)
    for step in range(size - 1):
        nearest = int(away.argmin())
        edges[step] = via[nearest], nearest
        lengths[step] = away[nearest]
        outside[nearest], away[nearest] = False, np.inf
        closer = (reach[nearest] < away) & outside
        via[closer] = nearest
        away[closer] = reach[nearest][closer]
    order = np.argsort(lengths, kind="stable")
    return edges[order], lengths[order]


def _deepest(edges: Ints, lengths: Floats, core: Floats, fewest: int) -> float:
    """Join rows by the edges in order, and tell the deepest valley that lies between two large parts."""
    parent = list(range(len(core)))
    sizes = [1] * len(core)
    crowded = [[each] for each in core.tolist()]
    deepest = 1.0
    for (start, end), length in zip(edges.tolist(), lengths.tolist(), strict=True):
        one, other = _root(parent, start), _root(parent, end)
        if sizes[one] < sizes[other]:
            one, other = other, one
        if sizes[other] >= fewest:
            deepest = max(deepest, length / max(crowded[one][-1], crowded[other][-1]))
        parent[other] = one
        sizes[one] += sizes[other]
        if len(crowded[one]) < PEAK or crowded[other][0] < crowded[one][-1]:
            crowded[one] = sorted(crowded[one] + crowded[other])[:PEAK]
    return math.log(deepest)


def _root(parent: list[int], row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row
