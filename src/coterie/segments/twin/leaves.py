"""A small decision tree over raw features, as leaves that a person can read."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.segments.twin.bounds import Bound, Coded, together
from coterie.segments.twin.rounded import roundest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.features.values import Floats, Ints
    from coterie.segments.twin.bounds import Column

#: Questions from the root to a leaf at most.
DEPTH = 3

#: Words of a feature that the tree may ask for: the most frequent ones.
MOST_WORDS = 30

#: Users in a leaf at least.
_LEAST = 5
#: What a question must take from the impurity of all.
_WORTH = 0.002
#: The share of users that a threshold may move to be rounder.
_MOVED = 0.01
#: The tree reads single precision.
_LARGEST = 3e38


@dataclasses.dataclass(frozen=True, slots=True)
class Leaf:
    """Users whom the tree takes for one segment.

    Attributes:
        bounds: What leads to the leaf: at most `DEPTH` bounds, which must all hold.
        segment: The place of the segment, as the tree was grown; its id, in a twin.
    """

    bounds: tuple[Bound, ...]
    segment: int


def grow(data: Mapping[str, Column], labels: Ints, weights: Floats) -> tuple[Leaf, ...]:
    """Grow a tree and round its thresholds.

    Segments weigh by the square root of their size, so that small ones are not lost and large ones not cut
    up for their sake. Sizes are sums of weights.

    Args:
        data: The features.
        labels: For each row the place of its segment.
        weights: What each row counts.

    Returns:
        The leaves; every row is in one of them.
    """
    from sklearn.tree import DecisionTreeClassifier

    asked, columns = _questions(data)
    if not asked or len(np.unique(labels)) == 1:
        return (Leaf((), int(labels[0])),)
    sizes = np.bincount(labels, weights=weights)
    tree = DecisionTreeClassifier(
        max_depth=DEPTH, min_samples_leaf=_LEAST, min_impurity_decrease=_WORTH, random_state=0
    )
    tree.fit(columns, labels, sample_weight=weights / np.sqrt(sizes[labels]))
    leaves = _Grown(tree.tree_, asked, data, tree.classes_.tolist()).leaves(0, ())
    return tuple(leaves)


def fell(leaves: Sequence[Leaf], data: Mapping[str, Column], rows: int) -> Ints:
    """Tell the segment of each row's leaf: the first that holds, the last for those for whom none does."""
    found = np.full(rows, leaves[-1].segment, dtype=np.int64)
    for leaf in reversed(leaves[:-1]):
        found[together(leaf.bounds, data, rows)] = leaf.segment
    return found


def _questions(data: Mapping[str, Column]) -> tuple[list[tuple[str, str | None]], Floats]:
    """List what the tree may ask for (a number, or whether a word is this one), and the answers."""
    asked: list[tuple[str, str | None]] = []
    columns: list[Floats] = []
    for name, column in data.items():
        if isinstance(column, Coded):
            counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
            for place in np.argsort(-counts, kind="stable")[:MOST_WORDS].tolist():
                asked.append((name, column.values[place]))
                columns.append((column.codes == place).astype(float))
        else:
            asked.append((name, None))
            columns.append(np.clip(column, -_LARGEST, _LARGEST))
    return asked, np.stack(columns, axis=1) if columns else np.empty((0, 0))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Grown:
    """A tree of scikit-learn, and what its columns are."""

    tree: Any
    asked: list[tuple[str, str | None]]
    data: Mapping[str, Column]
    segments: list[int]

    def leaves(self, node: int, way: tuple[Bound, ...]) -> list[Leaf]:
        """Return the leaves under a node; those that all say the same are one."""
        left, right = int(self.tree.children_left[node]), int(self.tree.children_right[node])
        if left == right:
            return [Leaf(_shortened(way), self.segments[int(np.argmax(self.tree.value[node][0]))])]
        low = self._bound(node)
        found = [*self.leaves(left, (*way, low)), *self.leaves(right, (*way, self._other(low)))]
        if len({leaf.segment for leaf in found}) == 1:
            return [Leaf(_shortened(way), found[0].segment)]
        return found

    def _bound(self, node: int) -> Bound:
        """Say what leads to the left of a node."""
        name, word = self.asked[int(self.tree.feature[node])]
        column = self.data[name]
        if word is not None or isinstance(column, Coded):
            return Bound(name, "none_of", values=(word or "",), or_null=self._nulls(name))
        number = _round(np.sort(column[~np.isnan(column)]), float(self.tree.threshold[node]))
        null = self._nulls(name) and bool(self.tree.missing_go_to_left[node])
        return Bound(name, "at_most", number, or_null=null)

    def _other(self, low: Bound) -> Bound:
        """Say what leads to the right; null is nothing to speak of where there is none."""
        return (
            low.opposite() if self._nulls(low.feature) else dataclasses.replace(low.opposite(), or_null=False)
        )

    def _nulls(self, name: str) -> bool:
        column = self.data[name]
        return bool((column.codes < 0).any() if isinstance(column, Coded) else np.isnan(column).any())


def _round(ascending: Floats, threshold: float) -> float:
    """Find the roundest threshold that moves at most `_MOVED` of the users."""
    last, few = len(ascending) - 1, int(_MOVED * len(ascending))
    after = int(np.searchsorted(ascending, threshold, side="right"))
    return roundest(float(ascending[max(after - 1 - few, 0)]), float(ascending[min(after + few, last)]))


def _shortened(way: tuple[Bound, ...]) -> tuple[Bound, ...]:
    """Of several thresholds of one feature on the same side keep the one that decides."""
    kept: dict[tuple[str, str, tuple[str, ...]], Bound] = {}
    for bound in way:
        key = bound.feature, bound.test, bound.values
        before = kept.get(key, bound)
        tightest = max if bound.test == "above" else min
        number = tightest(before.number, bound.number)
        kept[key] = dataclasses.replace(bound, number=number, or_null=before.or_null and bound.or_null)
    return tuple(kept.values())
