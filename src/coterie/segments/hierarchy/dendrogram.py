"""The top of a tree laid out to be drawn, however many users it is of."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.segments.hierarchy.tree import Tree

#: Leaves of a drawn tree, at most.
MOST_LEAVES = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Bracket:
    """A merge as it is drawn: two upright lines, joined at the top.

    Attributes:
        left: Where the line on the left stands.
        right: Where the line on the right stands.
        left_from: The height at which the line on the left begins.
        right_from: The height at which the line on the right begins.
        height: The height at which they are joined.
        size: How many users the merge brings together.
        leaves: The first and the last of the leaves below, by where they stand.
    """

    left: float
    right: float
    left_from: float
    right_from: float
    height: float
    size: int
    leaves: tuple[int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Dendrogram:
    """A tree laid out: leaf i stands at x = i.

    Attributes:
        leaves: From left to right, which leaf of the reduced tree stands there: its group in
            ``tree.cut_k(len(leaves))``.
        sizes: How many users each of them stands for.
        brackets: The merges, lowest first.
    """

    leaves: tuple[int, ...]
    sizes: tuple[int, ...]
    brackets: tuple[Bracket, ...]

    def groups(self, tree: Tree, k: int) -> tuple[int, ...]:
        """Tell for each leaf, from left to right, its group where `tree` is cut into `k`."""
        labels = tree.top(len(self.leaves) - 1).cut_k(min(k, len(self.leaves))).tolist()
        return tuple(labels[leaf] for leaf in self.leaves)


def dendrogram(tree: Tree, most: int = MOST_LEAVES) -> Dendrogram:
    """Lay out the top of a tree; of two branches the one with more users stands on the left.

    Args:
        tree: Any.
        most: How many leaves are drawn at most, at least 1; each stands for all that is below.

    Examples:
        >>> from coterie.segments.hierarchy.tree import Tree
        >>> tree = Tree((1, 1, 1), left=(0, 2), right=(1, 3), heights=(1.0, 5.0), sizes=(2, 3))
        >>> drawn = dendrogram(tree)
        >>> drawn.leaves, [(each.left, each.right, each.height) for each in drawn.brackets]
        ((0, 1, 2), [(0.0, 1.0, 1.0), (0.5, 2.0, 5.0)])
    """
    top = tree.top(max(most, 1) - 1)
    sizes = (*top.weights, *top.sizes)
    joined = [
        sorted(pair, key=lambda node: (-sizes[node], node)) for pair in zip(top.left, top.right, strict=True)
    ]
    order = _order(joined, top.leaves)
    span = {leaf: (at, at) for at, leaf in enumerate(order)}
    place = {leaf: float(at) for at, leaf in enumerate(order)}
    base = dict.fromkeys(order, 0.0)
    brackets = []
    for at, ((left, right), height) in enumerate(zip(joined, top.heights, strict=True)):
        node = top.leaves + at
        span[node] = (span[left][0], span[right][1])
        place[node] = (place[left] + place[right]) / 2
        base[node] = height
        ends = place[left], place[right], base[left], base[right]
        brackets.append(Bracket(*ends, height, sizes[node], span[node]))
    return Dendrogram(tuple(order), tuple(sizes[leaf] for leaf in order), tuple(brackets))


def _order(joined: list[list[int]], leaves: int) -> list[int]:
    """List the leaves from left to right."""
    order = []
    left = [leaves + len(joined) - 1]
    while left:
        node = left.pop()
        if node < leaves:
            order.append(node)
        else:
            left += reversed(joined[node - leaves])
    return order
