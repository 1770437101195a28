"""Ward's method on weighted points: join the two groups whose union adds least to the squared distances."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.hierarchy.distinct import distinct
from coterie.segments.hierarchy.tree import grown, repeated
from coterie.threads import one_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints
    from coterie.segments.hierarchy.tree import Tree

#: Distances that are held at a time.
_CELLS = 2**17

#: Roundings of single precision in a squared distance at most, for each of its terms.
_ROUNDINGS = 12

#: The part of groups, those that may be closest to another, whose nearest group is looked for in a round.
_SOON = 0.3


def tree(points: Floats, weights: Ints | None = None) -> Tree:
    """Join points so that each merge adds as little as it can to the squared distances within groups.

    Every pair of groups that are each other's nearest is joined at once: Ward's distance is reducible, so no
    merge elsewhere could come between them, and the nearest neighbour of a group that wasn't touched stays.
    Memory grows with the points, not with their pairs.

    The height of a merge is ``sqrt(2 a b / (a + b)) |x - y|`` for groups of sizes a and b around x and y, as
    in scipy: between single points, their distance.

    Args:
        points: Points x coordinates.
        weights: How many users each stands for, whole numbers; 1 if not given.

    References:
        Ward (1963), Hierarchical grouping to optimize an objective function. De Rham (1980), reciprocal
        nearest neighbours. Müllner (2011), Modern hierarchical, agglomerative clustering algorithms.
        Murtagh & Legendre (2014), Ward's hierarchical agglomerative clustering method.

    Examples:
        >>> tree(np.array([[0.0], [1.0], [5.0]])).heights[0]
        1.0
    """
    with one_thread():
        each = distinct(points, weights)
        groups = _Groups.single(each.points - np.median(each.points, axis=0), each.weights)
        joined, heights = _merges(groups)
    own = np.ones(len(points), dtype=np.int64) if weights is None else weights
    return repeated(grown(each.weights, *_by_height(joined, heights)), each.places, own)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """The groups there are, by the order in which they came to be.

    Attributes:
        nodes: Their nodes in the tree.
        centres: Groups x coordinates.
        weights: How many users are in each.
        nearest: The place of each one's nearest group, or -1 where it isn't known.
        away: Ward's distance to it, squared, or what it can't be less than.
    """

    nodes: Ints
    centres: Floats
    weights: Floats
    nearest: Ints
    away: Floats

    @staticmethod
    def single(points: Floats, weights: Ints) -> _Groups:
        """Let each point be a group."""
        size = len(points)
        return _Groups(np.arange(size), points, weights.astype(np.float64), np.full(size, -1), np.zeros(size))

    def find_nearest(self) -> None:
        """Fill in the nearest groups of those that may be close to another; of those that tie, the first."""
        soon = np.quantile(self.away, _SOON)
        unknown = np.flatnonzero((self.nearest < 0) & (self.away <= soon))
        lengths = np.einsum("ij,ij->i", self.centres, self.centres)
        factor = np.empty((len(self.nodes), self.centres.shape[1] + 2), dtype=np.float32)
        factor[:, :-2] = self.centres
        factor[:, -2] = lengths
        factor[:, -1] = 1.0
        step = max(1, _CELLS // len(self.nodes))
        for start in range(0, len(unknown), step):
            rows = unknown[start : start + step]
            self.nearest[rows], self.away[rows] = self._nearest(rows, factor, lengths[rows])

    def _nearest(self, rows: Ints, factor: NDArray[np.float32], lengths: Floats) -> tuple[Ints, Floats]:
        weights = self.weights[rows]
        halves = (0.5 / self.weights).astype(np.float32)
        own = np.empty((len(rows), factor.shape[1]), dtype=np.float32)
        own[:, :-2] = -2.0 * self.centres[rows]
        own[:, -2] = 1.0
        own[:, -1] = lengths
        away = own @ factor.T
        away /= halves + halves[rows, None]
        away[np.arange(len(rows)), rows] = np.inf
        # A group as near as that is no longer than twice this one and the distance, so rounding is bounded.
        rounding = _ROUNDINGS * factor.shape[1] * 2.0**-24
        bound = away.min(axis=1).clip(min=0.0) * (1.0 + rounding) + rounding * weights * lengths
        within = np.flatnonzero(away <= bound.astype(np.float32)[:, None])
        row, other = np.divmod(within, len(factor))
        exact = self.between(rows[row], other)
        order = np.lexsort((other, exact, row))
        first = order[np.searchsorted(row, np.arange(len(rows)))]
        return other[first], exact[first]

    def between(self, one: Ints, other: Ints) -> Floats:
        """Measure the squared distance of pairs of groups; the same either way round."""
        gap = self.centres[one] - self.centres[other]
        a, b = self.weights[one], self.weights[other]
        found: Floats = np.einsum("ij,ij->i", gap, gap) * (2.0 * a * b / (a + b))
        return found

    def pairs(self) -> tuple[Ints, Ints]:
        """List the pairs that are each other's nearest; there are some once every nearest group is known."""
        known = np.flatnonzero(self.nearest >= 0)
        one = known[self.nearest[self.nearest[known]] == known]
        one = one[one < self.nearest[one]]
        if not one.size and len(known) == len(self.nodes):
            one = np.array([int(self.away.argmin())])
        return one, self.nearest[one]

    def joined(self, one: Ints, other: Ints, first_node: int) -> _Groups:
        """Replace pairs of groups by their unions, which come last."""
        stays: NDArray[np.bool_] = np.ones(len(self.nodes), dtype=bool)
        stays[one] = stays[other] = False
        weights = self.weights[one] + self.weights[other]
        share = (self.weights[other] / weights)[:, None]
        centres = self.centres[one] + share * (self.centres[other] - self.centres[one])
        known = stays[self.nearest] & (self.nearest >= 0)
        places = np.cumsum(stays) - 1
        nearest = np.where(known, places[self.nearest], -1)[stays]
        new = np.full(len(one), -1)
        return _Groups(
            np.concatenate([self.nodes[stays], first_node + np.arange(len(one))]),
            np.concatenate([self.centres[stays], centres]),
            np.concatenate([self.weights[stays], weights]),
            np.concatenate([nearest, new]),
            np.concatenate([self.away[stays], self.away[one]]),
        )


def _merges(groups: _Groups) -> tuple[Ints, Floats]:
    """Join groups until one is left; returns the nodes of each merge and the squared distance."""
    joined = [np.empty((0, 2), dtype=np.int64)]
    away = [np.empty(0)]
    node = len(groups.nodes)
    while len(groups.nodes) > 1:
        groups.find_nearest()
        one, other = groups.pairs()
        joined.append(np.column_stack([groups.nodes[one], groups.nodes[other]]))
        away.append(groups.between(one, other))
        groups = groups.joined(one, other, node)
        node += len(one)
    return np.concatenate(joined), np.concatenate(away)


def _by_height(joined: Ints, away: Floats) -> tuple[Ints, Floats]:
    """Put merges in the order of their heights, and number their nodes anew."""
    leaves = len(joined) + 1
    heights = np.sqrt(away).tolist()
    for at, pair in enumerate((joined - leaves).tolist()):
        # Rounding must not put a merge below what it joins.
        heights[at] = max([heights[at], *(heights[below] for below in pair if below >= 0)])
    order = np.argsort(heights, kind="stable")
    nodes = np.arange(2 * leaves - 1)
    nodes[leaves + order] = leaves + np.arange(len(order))
    return nodes[joined[order]], np.array(heights)[order]
