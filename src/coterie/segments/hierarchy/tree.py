"""The merges of a hierarchical clustering: cut by number, by height or at the largest gap."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import UsageError

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints

#: Merges that are kept of a stored tree: those at the top.
STORED = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Gap:
    """The widest range of heights in which a tree has the same groups.

    Attributes:
        k: How many groups there are between the two heights.
        low: The height of the last merge below.
        high: The height of the next merge.
        next_k: The number of groups with the next widest range, or None if no other was looked at.
        next_gap: How wide that is.
    """

    k: int
    low: float
    high: float
    next_k: int | None
    next_gap: float

    @property
    def gap(self) -> float:
        """Tell how wide the range is."""
        return self.high - self.low

    def sentence(self) -> str:
        """Say it to a person."""
        said = (
            f"Cut into {self.k}, the tree stays the same from height {self.low:,.4g} to {self.high:,.4g}, "
            f"a gap of {self.gap:,.4g}"
        )
        if self.next_k is None:
            return f"{said}."
        return f"{said}; the next widest is {self.next_gap:,.4g}, at {self.next_k}."


@dataclasses.dataclass(frozen=True, slots=True)
class Tree:
    """A hierarchical clustering: groups, at first single leaves, joined two at a time.

    The leaves are nodes 0..n-1, and the group that merge i makes is node n + i.

    Attributes:
        weights: For each leaf, how many users it stands for.
        left: For each merge, in order, one of the nodes it joins.
        right: The other.
        heights: How far apart they are; never lower than the merge before.
        sizes: How many users the merge brings together.

    Examples:
        >>> tree = Tree((1, 1, 1), left=(0, 3), right=(1, 2), heights=(1.0, 5.0), sizes=(2, 3))
        >>> tree.cut_k(2).tolist(), tree.cut_height(0.5).tolist()
        ([0, 0, 1], [0, 1, 2])
    """

    weights: tuple[int, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    heights: tuple[float, ...]
    sizes: tuple[int, ...]

    @property
    def leaves(self) -> int:
        """Count the leaves."""
        return len(self.weights)

    def cut_k(self, k: int) -> Ints:
        """Undo the last `k` - 1 merges.

        Returns:
            For each leaf the place of its group, 0..k-1, numbered by their first leaf.

        Raises:
            UsageError: There are fewer leaves than that, or `k` is below 1.
        """
        if not 1 <= k <= self.leaves:
            raise UsageError(
                f"A tree of {self.leaves:,} leaves can't be cut into {k:,} groups; "
                f"ask for 1 to {self.leaves:,}."
            )
        return self._after(self.leaves - k)

    def cut_height(self, height: float) -> Ints:
        """Undo the merges higher than `height`; returns what `cut_k` does."""
        return self.cut_k(self.groups_at(height))

    def groups_at(self, height: float) -> int:
        """Count the groups that no merge higher than `height` is needed for."""
        return self.leaves - bisect.bisect_right(self.heights, height)

    def largest_gap(self, k_max: int) -> Gap:
        """Find the number of groups, 2..`k_max`, that stays the same over the widest range of heights.

        Of those that tie, the smallest number. A tree with a single leaf has one group and no gap.
        """
        heights = np.concatenate([[0.0], self.heights])
        most = min(k_max, self.leaves)
        if most <= 1:
            return Gap(1, float(heights[-1]), float(heights[-1]), None, 0.0)
        ends = heights[::-1][:most].tolist()
        gaps = [(low - high, k, low, high) for k, (high, low) in enumerate(itertools.pairwise(ends), 2)]
        (_, k, low, high), *others = sorted(gaps)
        if not others:
            return Gap(k, low, high, None, 0.0)
        _, next_k, next_low, next_high = others[0]
        return Gap(k, low, high, next_k, next_high - next_low)

    def top(self, merges: int = STORED) -> Tree:
        """Keep the highest merges; the groups below them become the leaves, in the order of `cut_k`."""
        if merges >= len(self.heights):
            return self
        labels, first = self.cut_k(merges + 1), len(self.heights) - merges
        weights = np.bincount(labels, self.weights).astype(np.int64)
        nodes = np.full(self.leaves + len(self.heights), -1)
        nodes[self._roots(first)] = labels
        nodes[self.leaves + first :] = merges + 1 + np.arange(merges)
        left, right = (
            nodes[np.array(each[first:], dtype=np.int64)].tolist() for each in (self.left, self.right)
        )
        return Tree(
            tuple(weights.tolist()), tuple(left), tuple(right), self.heights[first:], self.sizes[first:]
        )

    def _after(self, merges: int) -> Ints:
        _, first, groups = np.unique(self._roots(merges), return_index=True, return_inverse=True)
        place = np.empty(len(first), dtype=np.int64)
        place[np.argsort(first)] = np.arange(len(first))
        return place[groups]

    def _roots(self, merges: int) -> Ints:
        """Find the node that each leaf is in after some merges."""
        above = np.arange(self.leaves + merges)
        made = self.leaves + np.arange(merges)
        above[np.array(self.left[:merges], dtype=np.int64)] = made
        above[np.array(self.right[:merges], dtype=np.int64)] = made
        while True:
            further = above[above]
            if np.array_equal(further, above):
                return above[: self.leaves]
            above = further


def grown(weights: Ints, joined: Ints, heights: Floats) -> Tree:
    """Make the tree of merges in order.

    Args:
        weights: Of each leaf.
        joined: Merges x 2: the nodes of each.
        heights: Of each, never falling.
    """
    sizes = weights.tolist()
    pairs = joined.tolist()
    for one, other in pairs:
        sizes.append(sizes[one] + sizes[other])
    return Tree(
        tuple(sizes[: len(weights)]),
        tuple(one for one, _ in pairs),
        tuple(other for _, other in pairs),
        tuple(heights.tolist()),
        tuple(sizes[len(weights) :]),
    )


def repeated(tree: Tree, places: Ints, weights: Ints) -> Tree:
    """Put leaves that are equal, and stand for one leaf of a tree, in its place, joined at height 0.

    Args:
        tree: Its leaves are the different points.
        places: For each of the new leaves, the leaf of `tree` it is part of.
        weights: Of the new leaves.
    """
    more = len(places) - tree.leaves
    if more == 0:
        nodes = np.empty(len(places), dtype=np.int64)
        nodes[places] = np.arange(len(places))
        chains = np.empty((0, 2), dtype=np.int64)
    else:
        chains, nodes = _chains(places)
    nodes = np.concatenate([nodes, len(places) + more + np.arange(len(tree.heights))])
    above = nodes[np.column_stack([tree.left, tree.right]).astype(np.int64)]
    heights = np.concatenate([np.zeros(more), tree.heights])
    return grown(weights, np.concatenate([chains, above]), heights)


def _chains(places: Ints) -> tuple[Ints, Ints]:
    """Join equal leaves one after the other; returns the merges, and the node of each place."""
    order = np.argsort(places, kind="stable")
    same = np.flatnonzero(places[order[1:]] == places[order[:-1]])
    made = len(places) + np.arange(len(same))
    goes_on = np.diff(same, prepend=-2) == 1
    left = np.where(goes_on, made - 1, order[same])
    right = order[same + 1]
    nodes = np.empty(int(places.max()) + 1, dtype=np.int64)
    nodes[places[order]] = order
    nodes[places[right]] = made
    return np.column_stack([left, right]), nodes
