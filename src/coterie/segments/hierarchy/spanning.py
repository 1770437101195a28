"""The minimum spanning tree of points under the Euclidean or the mutual reachability distance, exactly."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.hierarchy.blocks import BLOCK, TILE, blocks_of, near
from coterie.segments.hierarchy.neighbours import neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints
    from coterie.segments.hierarchy.blocks import Blocks
    from coterie.segments.hierarchy.neighbours import Neighbours

#: Neighbours of each point that are found before the first round.
_NEIGHBOURS = 10


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class SpanningTree:
    """The edges of a minimum spanning tree, shortest first.

    Attributes:
        edges: Edges x 2: the places of the points each joins, the lower first.
        lengths: The distance of each.
    """

    edges: Ints
    lengths: Floats


def spanning_tree(
    points: Floats, *, neighbours_to_core: int = 1, weights: Ints | None = None
) -> SpanningTree:
    """Find the edges of least total length that join all points.

    Borůvka's rounds: every component but the largest is joined to the point nearest to it. Most of these
    are among the nearest neighbours, found first; where a point's neighbours are all in its own component,
    and a component may have something nearer outside than what is known, blocks of points are searched.

    Args:
        points: Different points x coordinates.
        neighbours_to_core: With 1, distances are Euclidean. With more, they are raised to the core distance
            of both points: that of the neighbour of this rank, the point itself counted as the first.
        weights: How many rows each point stands for, each a neighbour of the others; 1 if not given.

    References:
        Borůvka (1926). March, Ram & Gray (2010), Fast Euclidean minimum spanning tree.
        Campello, Moulavi & Sander (2013), Density-based clustering based on hierarchical density estimates.

    Examples:
        >>> spanning_tree(np.array([[0.0], [1.0], [9.0]])).lengths.tolist()
        [1.0, 8.0]
    """
    if len(points) <= 1:
        return SpanningTree(np.empty((0, 2), dtype=np.int64), np.empty(0))
    blocks = blocks_of(points)
    known = neighbours(blocks, max(_NEIGHBOURS, neighbours_to_core - 1))
    core = _core(blocks, known, neighbours_to_core, weights)
    edges, squared = _Growing(blocks, known, core).grown()
    edges = np.sort(blocks.order[edges], axis=1)
    order = np.lexsort((edges[:, 1], edges[:, 0], squared))
    return SpanningTree(edges[order], np.sqrt(squared[order]) * blocks.scale)


def _core(blocks: Blocks, known: Neighbours, rank: int, weights: Ints | None) -> Floats:
    """Measure the squared distance of each point to its neighbour of a rank, itself the first."""
    own = np.ones(len(blocks.order), dtype=np.int64) if weights is None else weights[blocks.order]
    counted = np.cumsum(np.column_stack([own, own[known.places]]), axis=1)
    place = np.minimum((counted < rank).sum(axis=1), known.squared.shape[1])
    away = np.column_stack([np.zeros(len(own)), known.squared])
    found: Floats = away[np.arange(len(own)), place]
    return found


class _Growing:
    """A forest that grows to the minimum spanning tree.

    `reach` is, for each point, a squared distance that no unknown edge out of its component falls below.
    """

    def __init__(self, blocks: Blocks, known: Neighbours, core: Floats) -> None:
        size, count = known.places.shape
        self.blocks = blocks
        self.core = core
        self.component = np.arange(size)
        self.reach = np.maximum(known.squared[:, -1], core)
        if count == size - 1:
            self.reach[:] = np.inf
        one = np.repeat(np.arange(size), count)
        other = known.places.ravel().astype(np.int64)
        once = (one < other) | ~(known.places[other] == one[:, None]).any(axis=1)
        self.one, self.other = one[once], other[once]
        self.lengths = self._raised(self.one, self.other, known.squared.ravel()[once])
        self._sort()

    def grown(self) -> tuple[Ints, Floats]:
        """Join components until one is left; returns the edges and their squared lengths."""
        edges, squared = [], []
        while int(self.component.max()) > 0:
            self._search(self._bounds())
            chosen = np.unique(self._shortest())
            chosen = chosen[self._joined(chosen)]
            edges.append(np.column_stack([self.one[chosen], self.other[chosen]]))
            squared.append(self.lengths[chosen])
            self._keep(self.component[self.one] != self.component[self.other])
        return np.concatenate(edges), np.concatenate(squared)

    def _raised(self, one: Ints, other: Ints, squared: Floats) -> Floats:
        found: Floats = np.maximum(squared, np.maximum(self.core[one], self.core[other]))
        return found

    def _sort(self) -> None:
        self._keep(np.lexsort((self.other, self.one, self.lengths)))

    def _keep(self, which: NDArray[np.bool_] | Ints) -> None:
        self.one, self.other, self.lengths = self.one[which], self.other[which], self.lengths[which]

    def _shortest(self) -> Ints:
        """Find the first, and so the shortest, known edge of each component that has any but the largest."""
        first = np.full(int(self.component.max()) + 1, -1)
        backwards = np.arange(len(self.one))[::-1]
        first[self.component[self.one[::-1]]] = backwards
        other = np.full(len(first), len(self.one))
        other[self.component[self.other[::-1]]] = backwards
        first = np.where(first < 0, other, np.minimum(first, other))
        first[np.bincount(self.component).argmax()] = len(self.one)
        return first[first < len(self.one)]

    def _bounds(self) -> Floats:
        """Tell the length of the shortest known edge of each component; 0 for the largest, which waits."""
        bounds = np.full(int(self.component.max()) + 1, np.inf)
        for ends in (self.one[::-1], self.other[::-1]):
            shortest = np.full(len(bounds), np.inf)
            shortest[self.component[ends]] = self.lengths[::-1]
            np.minimum(bounds, shortest, out=bounds)
        bounds[np.bincount(self.component).argmax()] = 0.0
        return bounds

    def _search(self, bounds: Floats) -> None:
        """Look for edges shorter than those known, wherever there may be any, and note them."""
        asked = np.flatnonzero(self.reach < bounds[self.component])
        if not asked.size:
            return
        asked = asked[np.argsort(self.component[asked], kind="stable")]
        starts = np.flatnonzero(np.diff(self.component[asked], prepend=-1))
        lowest = np.minimum.reduceat(self.component, self.blocks.starts[:-1])
        highest = np.maximum.reduceat(self.component, self.blocks.starts[:-1])
        found: list[tuple[int, int]] = []
        for rows in np.split(asked, starts[1:]):
            component = int(self.component[rows[0]])
            # Blocks that lie in the component as a whole have nothing to offer.
            inside = (lowest == component) & (highest == component)
            found += self._search_from(rows, inside, bounds)
        new = np.array(found, dtype=np.int64).reshape(-1, 2)
        one, other = new.T
        self.lengths = np.append(self.lengths, self._raised(one, other, self.blocks.squared(one, other)))
        self.one, self.other = np.append(self.one, one), np.append(self.other, other)
        self._sort()

    def _search_from(self, asked: Ints, inside: NDArray[np.bool_], bounds: Floats) -> list[tuple[int, int]]:
        """Search from points of a component, those next to the outside first; lowers its bound on the way."""
        parts = [asked[start : start + BLOCK] for start in range(0, len(asked), BLOCK)]
        apart = []
        for part in parts:
            points = self.blocks.points[part]
            away = self.blocks.apart(points.min(axis=0), points.max(axis=0))
            apart.append(np.where(inside, np.inf, away))
        found = []
        for at in np.argsort([each.min() for each in apart], kind="stable"):
            found += self._nearest_outside(parts[at], apart[at], bounds)
        return found

    def _nearest_outside(self, rows: Ints, apart: Floats, bounds: Floats) -> list[tuple[int, int]]:
        component = int(self.component[rows[0]])
        here = near(self.blocks, rows)
        order = np.argsort(apart, kind="stable")
        nearest = np.full(len(rows), np.inf)
        found = []
        done = 0
        while done < len(order) and apart[order[done]] < bounds[component]:
            some = order[done : done + TILE // BLOCK]
            some = some[apart[some] < bounds[component]]
            done += len(some)
            others = self.blocks.members(some)
            others = others[self.component[others] != component]
            away = np.maximum(here.squared(others), self.core[others].astype(np.float32))
            np.maximum(away, self.core[rows].astype(np.float32)[:, None], out=away)
            least = away.min(axis=1)
            np.minimum(nearest, least, out=nearest)
            bound = here.slack(np.minimum(here.slack(least).min(), bounds[component]))
            one, other = _within(away, bound, np.flatnonzero(least <= bound))
            if one.size:
                edge, length = self._first(rows[one], others[other])
                if length < bounds[component]:
                    bounds[component] = length
                    found.append(edge)
        left = apart[order[done]] if done < len(order) else np.inf
        self.reach[rows] = np.maximum(self.reach[rows], np.minimum(here.without_slack(nearest), left))
        return found

    def _first(self, one: Ints, other: Ints) -> tuple[tuple[int, int], float]:
        """Pick the shortest of some edges, measured in double precision; of those that tie, the first."""
        lengths = self._raised(one, other, self.blocks.squared(one, other))
        best = int(np.lexsort((other, one, lengths))[0])
        return (int(one[best]), int(other[best])), float(lengths[best])

    def _joined(self, chosen: Ints) -> NDArray[np.bool_]:
        """Join the components of some edges, in order; tells which edges did, and numbers what is left."""
        parent = list(range(int(self.component.max()) + 1))
        did = np.zeros(len(chosen), dtype=bool)
        ends = zip(
            self.component[self.one[chosen]].tolist(),
            self.component[self.other[chosen]].tolist(),
            strict=True,
        )
        for at, (one, other) in enumerate(ends):
            a, b = _root(parent, one), _root(parent, other)
            if a != b:
                parent[max(a, b)] = min(a, b)
                did[at] = True
        roots = np.array([_root(parent, each) for each in range(len(parent))])
        self.component = np.unique(roots, return_inverse=True)[1][self.component]
        return did


def _within(away: NDArray[np.float32], bound: NDArray[np.float32], rows: Ints) -> tuple[Ints, Ints]:
    """List the cells of some rows that don't exceed the bound of their row."""
    row, column = np.divmod(np.flatnonzero(away[rows] <= bound[rows, None]), away.shape[1])
    return rows[row], column


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node
