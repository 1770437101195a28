"""Genie: single linkage that lets no group grow while others are left far behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.hierarchy.distinct import distinct
from coterie.segments.hierarchy.spanning import spanning_tree
from coterie.segments.hierarchy.tree import grown, repeated
from coterie.threads import one_thread

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.hierarchy.spanning import SpanningTree
    from coterie.segments.hierarchy.tree import Tree

#: The inequality of sizes above which the smallest groups are joined first; the authors' advice.
GINI = 0.3


def tree(points: Floats, weights: Ints | None = None, *, gini: float = GINI, neighbours: int = 1) -> Tree:
    """Join points by the edges of their minimum spanning tree, the sizes of groups kept from diverging.

    The shortest edge comes next; but as long as the Gini index of the groups' sizes exceeds `gini`, the
    shortest of those that touch a group of the smallest size. Sizes count users: a point that stands for
    many is as large as they are, and equal points are one from the start.

    The lengths of the edges don't rise from merge to merge. The height of a merge is the shortest edge
    that is left before it, which is how far apart the groups are that it finds: heights rise, cutting
    into k undoes the last k - 1 merges, as the algorithm has it, and cutting at a height gives the first
    groups that are all farther apart than that.

    Args:
        points: Points x coordinates.
        weights: How many users each stands for, whole numbers; 1 if not given.
        gini: From 0, where groups grow alike, to 1, which is single linkage.
        neighbours: More than 1 raises distances to the core distance; see `spanning_tree`.

    References:
        Gagolewski, Bartoszuk & Cena (2016), Genie: A new, fast, and outlier-resistant hierarchical
        clustering algorithm.

    Examples:
        >>> points = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [30.0]])
        >>> tree(points).cut_k(2).tolist()
        [0, 0, 0, 1, 1, 1]
        >>> tree(points, gini=1.0).cut_k(2).tolist()
        [0, 0, 0, 0, 0, 1]
    """
    with one_thread():
        each = distinct(points, weights)
        spanning = spanning_tree(each.points, neighbours_to_core=neighbours, weights=each.weights)
    order, joined = _merges(spanning, each.weights, gini)
    left_open = np.minimum.accumulate(spanning.lengths[order][::-1])[::-1]
    own = np.ones(len(points), dtype=np.int64) if weights is None else weights
    return repeated(grown(each.weights, joined, left_open), each.places, own)


def _merges(spanning: SpanningTree, weights: Ints, gini: float) -> tuple[Ints, Ints]:
    """Bring edges in the order in which Genie takes them; returns it, and the nodes that each joins."""
    edges = _Edges(spanning, weights)
    sizes = _Sizes(weights)
    order = []
    for _ in range(len(spanning.lengths)):
        uneven = sizes.inequality() > gini
        edge = edges.first_of_size(sizes.smallest) if uneven else edges.start
        order.append(edge)
        sizes.join(*edges.take(edge))
    return np.array(order, dtype=np.int64), np.array(edges.joined, dtype=np.int64).reshape(-1, 2)


class _Edges:
    """The edges that are left, shortest first from `start` on, and the groups they join."""

    def __init__(self, spanning: SpanningTree, weights: Ints) -> None:
        self.ends = spanning.edges.tolist()
        self.after = list(range(1, len(self.ends) + 1))
        self.before = list(range(-1, len(self.ends) - 1))
        self.start = 0
        self.parent = list(range(len(weights)))
        self.sizes = weights.tolist()
        self.nodes = list(range(len(weights)))
        self.joined: list[tuple[int, int]] = []
        self.size_asked = 0
        self.reached = 0

    def first_of_size(self, size: int) -> int:
        """Find the shortest edge that touches a group of the smallest size.

        Groups only grow, so while the smallest size is the same, edges that were passed stay out.
        """
        if size != self.size_asked:
            self.size_asked, self.reached = size, self.start
        edge = self.reached
        while all(self.sizes[self._root(end)] > size for end in self.ends[edge]):
            edge = self.after[edge]
        self.reached = edge
        return edge

    def take(self, edge: int) -> tuple[int, int]:
        """Join the groups of an edge; returns their sizes."""
        after, before = self.after[edge], self.before[edge]
        if before < 0:
            self.start = after
        else:
            self.after[before] = after
        if after < len(self.ends):
            self.before[after] = before
        if self.reached == edge:
            self.reached = after
        one, other = (self._root(end) for end in self.ends[edge])
        sizes = self.sizes[one], self.sizes[other]
        if sizes[0] < sizes[1]:
            one, other = other, one
        self.parent[other] = one
        self.sizes[one] = sum(sizes)
        self.joined.append((self.nodes[one], self.nodes[other]))
        self.nodes[one] = len(self.nodes) + len(self.joined) - 1
        return sizes

    def _root(self, point: int) -> int:
        parent = self.parent
        while parent[point] != point:
            parent[point] = parent[parent[point]]
            point = parent[point]
        return point


class _Sizes:
    """How many groups there are of each size, and how unequal they are.

    Different sizes are few, at most the square root of twice the users, so each merge looks at all of them.
    """

    def __init__(self, weights: Ints) -> None:
        values, counts = np.unique(weights, return_counts=True)
        self.values = values.astype(np.float64)
        self.counts = counts.astype(np.float64)
        self.place = {int(value): place for place, value in enumerate(values)}
        self.free: list[int] = []
        self.groups = len(weights)
        self.total = float(weights.sum())
        ranks = 2.0 * np.arange(self.groups) - (self.groups - 1)
        self.differences = float(ranks @ np.sort(weights))
        self.smallest = int(values[0])

    def inequality(self) -> float:
        """Measure the Gini index of the sizes: 0 if they are equal, 1 if one group has all."""
        return self.differences / ((self.groups - 1) * self.total)

    def join(self, one: int, other: int) -> None:
        """Put a group in the place of two, given their sizes."""
        both = one + other
        three = np.array([[one], [other], [both]], dtype=np.float64)
        away = np.abs(self.values - three) @ self.counts
        self.differences += float(away[2] - away[0] - away[1]) + abs(one - other) - one - other
        self.groups -= 1
        for size in (one, other):
            place = self.place[size]
            self.counts[place] -= 1
            if not self.counts[place]:
                del self.place[size]
                self.free.append(place)
        place = self._place(both)
        self.counts[place] += 1
        if self.smallest not in self.place:
            self.smallest = min(self.place)

    def _place(self, size: int) -> int:
        place = self.place.get(size)
        if place is None:
            if not self.free:
                self.free = list(range(len(self.values), 2 * len(self.values)))
                self.values = np.concatenate([self.values, np.zeros(len(self.values))])
                self.counts = np.concatenate([self.counts, np.zeros(len(self.counts))])
            place = self.place[size] = self.free.pop()
            self.values[place] = size
        return place
