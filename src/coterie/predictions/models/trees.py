"""Sums over trees: what random forests and gradient boosting come to, as plain numbers.

A tree of up to 64 leaves is read without walking: each split that sends a user to the right rules the leaves
on its left out, a split being a set of bits, and the first leaf that is left is the user's. The sets of all
splits on one feature are looked up at once, by the user's place among the thresholds of that feature.

References:
    Lucchese et al. (2015), QuickScorer: a Fast Algorithm to Rank Documents with Additive Ensembles of
    Regression Trees.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from coterie.predictions.models.link import Link, foretold
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints

    Bits = NDArray[np.uint64]

#: Leaves that fit into the bits of one number.
MOST_LEAVES = 64

#: Rows that are walked through the trees at a time, so that they stay near the processor.
CHUNK = 16_384

_ALL = np.uint64(2**64 - 1)
_ONE = np.uint64(1)


@dataclasses.dataclass(frozen=True, slots=True)
class Tree:
    """One tree; the root is node 0.

    Attributes:
        feature: For each node the place of the column that it splits; -1 for a leaf.
        threshold: For each split, users with at most this go to the left; 0 for a leaf.
        left: The node for these; 0 for a leaf.
        right: The node for the others.
        value: What a leaf adds to the sum; 0 for a split.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    @property
    def splits(self) -> int:
        """Count the splits."""
        return len(self.feature) // 2


@dataclasses.dataclass(frozen=True, slots=True)
class Trees:
    """A sum over trees.

    Attributes:
        trees: At least one.
        base: Added to the sum.
        link: How the sum becomes what is foretold.
        low: The least sum; smaller ones count as this.
        high: The largest sum.
    """

    trees: tuple[Tree, ...]
    base: float
    link: Link
    low: float
    high: float

    @property
    def splits(self) -> int:
        """Count the splits of all trees."""
        return sum(tree.splits for tree in self.trees)

    def sums(self, matrix: Floats) -> Floats:
        """Sum prepared rows up, before bounds and link."""
        limits = _limits(self.trees)
        read = [_reader(tree, limits) for tree in self.trees]
        result = np.full(len(matrix), self.base)
        for start in range(0, len(matrix), CHUNK):
            part = matrix[start : start + CHUNK]
            places = np.empty((len(limits), len(part)), dtype=np.int64)
            for at, (feature, found) in enumerate(limits.items()):
                places[at] = np.searchsorted(found, part[:, feature])
            for values in read:
                result[start : start + CHUNK] += values(places)
        return result

    def predicted(self, matrix: Floats) -> Floats:
        """Foretell prepared rows."""
        return foretold(self.sums(matrix), self.link, self.low, self.high)

    def total(self, names: Sequence[str]) -> exp.Expression:
        """Write the sum in SQL, over columns of these names."""
        result = sql.double(self.base)
        for tree in self.trees:
            result = exp.Add(this=result, expression=_written(tree, 0, names))
        return result


def _limits(trees: Sequence[Tree]) -> dict[int, Floats]:
    """Return the distinct thresholds of each feature that is split, ascending."""
    found: dict[int, set[float]] = {}
    for tree in trees:
        for feature, threshold in zip(tree.feature, tree.threshold, strict=True):
            if feature >= 0:
                found.setdefault(feature, set()).add(threshold)
    return {feature: np.array(sorted(found[feature])) for feature in sorted(found)}


def _written(tree: Tree, node: int, names: Sequence[str]) -> exp.Expression:
    """Write a tree as nested cases, node by node: parsing thousands of snippets would take seconds."""
    if tree.feature[node] < 0:
        return sql.double(tree.value[node])
    column, limit = sql.column(names[tree.feature[node]]), sql.double(tree.threshold[node])
    left, right = (_written(tree, way, names) for way in (tree.left[node], tree.right[node]))
    return exp.Case(ifs=[exp.If(this=exp.LTE(this=column, expression=limit), true=left)], default=right)


def _reader(tree: Tree, limits: dict[int, Floats]) -> Callable[[Ints], Floats]:
    """Make a function that reads users' leaves off their places among the thresholds, a row a feature."""
    return _by_bits(tree, limits) if tree.splits < MOST_LEAVES else _by_steps(tree, limits)


def _by_bits(tree: Tree, limits: dict[int, Floats]) -> Callable[[Ints], Floats]:
    leaves, left = _in_order(tree)
    kept: dict[int, Bits] = {}
    of_feature = {feature: at for at, feature in enumerate(limits)}
    for node, (first, end) in left.items():
        feature = tree.feature[node]
        at = of_feature[feature]
        sets = kept.setdefault(at, np.full(len(limits[feature]) + 1, _ALL))
        place = int(np.searchsorted(limits[feature], tree.threshold[node]))
        sets[place + 1] &= np.uint64((2**64 - 1) ^ ((1 << end) - (1 << first)))
    kept = {at: np.bitwise_and.accumulate(sets) for at, sets in kept.items()}
    values = np.array(tree.value)[leaves]

    def read(places: Ints) -> Floats:
        left_over = np.full(places.shape[1], _ALL)
        for at, sets in kept.items():
            left_over &= sets.take(places[at])
        lowest = (left_over & (~left_over + _ONE)).astype(np.float64)  # a power of two, exactly
        found: Floats = values.take((lowest.view(np.int64) >> 52) - 1023)
        return found

    return read


def _in_order(tree: Tree) -> tuple[list[int], dict[int, tuple[int, int]]]:
    """Return the leaves from left to right, and for each split the places of those on its left."""
    order: list[int] = []
    left: dict[int, tuple[int, int]] = {}

    def visit(node: int) -> None:
        if tree.feature[node] < 0:
            order.append(node)
            return
        first = len(order)
        visit(tree.left[node])
        left[node] = first, len(order)
        visit(tree.right[node])

    visit(0)
    return order, left


def _by_steps(tree: Tree, limits: dict[int, Floats]) -> Callable[[Ints], Floats]:
    nodes, feature = np.arange(len(tree.feature)), np.array(tree.feature)
    leaf = feature < 0
    row, place = np.zeros(len(nodes), dtype=np.int64), np.zeros(len(nodes), dtype=np.int64)
    for at, (column, found) in enumerate(limits.items()):
        own = feature == column
        row[own], place[own] = at, np.searchsorted(found, np.array(tree.threshold)[own])
    ways = np.where(leaf[:, None], nodes[:, None], np.array([tree.left, tree.right]).T).ravel()
    values = np.array(tree.value)

    def read(places: Ints) -> Floats:
        users = places.shape[1]
        flat, user = places.ravel(), np.arange(users)
        node = np.zeros(users, dtype=np.int64)
        while not leaf.take(node).all():
            beyond = flat.take(row.take(node) * users + user) > place.take(node)
            node = ways.take(2 * node + beyond)
        found: Floats = values.take(node)
        return found

    return read
