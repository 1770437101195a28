"""How two partitions of the same rows agree, and how well one holds together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints

#: Where density is looked at between two centres, the one at 0 and the other at 1.
_AROUND_THE_MIDDLE = 0.31
_GRID = np.linspace(-0.25, 1.25, 61)
_BETWEEN = np.abs(_GRID - 0.5) < _AROUND_THE_MIDDLE
_BANDWIDTH = 0.1

#: Rows are counted in bins along that line, a tenth of the bandwidth wide; those further out weigh nothing.
_BIN = 0.01
_BINS = np.arange(-0.75, 1.75, _BIN)
_KERNEL = np.exp(-0.5 * np.square((_BINS[:, None] + _BIN / 2 - _GRID) / _BANDWIDTH))

#: Rows of distances computed at a time: they stay in the processor's cache.
_BLOCK = 128


def crossed(one: Ints, other: Ints) -> Floats:
    """Count the rows with each pair of labels.

    Examples:
        >>> crossed(np.array([0, 0, 1]), np.array([1, 1, 0])).tolist()
        [[0.0, 2.0], [1.0, 0.0]]
    """
    width = int(other.max(initial=0)) + 1
    height = int(one.max(initial=0)) + 1
    return np.bincount(one * width + other, minlength=height * width).reshape(height, width).astype(float)


def adjusted_rand(one: Ints, other: Ints) -> float:
    """Compare two partitions: 1 if they are the same, about 0 if they agree by chance.

    References:
        Hubert & Arabie (1985), Comparing partitions.

    Examples:
        >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
        1.0
    """
    return adjusted_rand_of(crossed(one, other))


def adjusted_rand_of(table: Floats) -> float:
    """Compare two partitions as `adjusted_rand` does, from the number of rows with each pair of labels."""
    both, rows, columns = _pairs(table), _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    by_chance = rows * columns / max(_pairs(np.array([float(table.sum())])), 1.0)
    most = (rows + columns) / 2
    return (both - by_chance) / (most - by_chance) if most > by_chance else 1.0


def adjusted_rands(partitions: Sequence[Ints]) -> Floats:
    """Compare each of some partitions of the same rows with each.

    Examples:
        >>> adjusted_rands([np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0])]).tolist()
        [[1.0, 1.0], [1.0, 1.0]]
    """
    rows = len(partitions[0])
    counts = [int(labels.max(initial=0)) + 1 for labels in partitions]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    member = np.zeros((rows, sum(counts)), dtype=np.float32)
    for labels, start in zip(partitions, starts.tolist(), strict=True):
        member[np.arange(rows), start + labels] = 1.0
    squares = np.square(member.T @ member)
    both = np.add.reduceat(np.add.reduceat(squares, starts, axis=0), starts, axis=1).astype(np.float64)
    both = (both - rows) / 2
    alone = np.diag(both)
    by_chance = alone[:, None] * alone / max(rows * (rows - 1) / 2, 1.0)
    most = (alone[:, None] + alone) / 2
    apart = most > by_chance
    found: Floats = np.where(apart, (both - by_chance) / np.where(apart, most - by_chance, 1.0), 1.0)
    return found


def _pairs(counts: Floats) -> float:
    return float((counts * (counts - 1) / 2).sum())


def overlaps(one: Ints, other: Ints) -> Floats:
    """Find each group's best Jaccard overlap with a group of the other partition.

    References:
        Hennig (2007), Cluster-wise assessment of cluster stability.

    Examples:
        >>> overlaps(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])).round(2).tolist()
        [0.67, 0.5]
    """
    table = crossed(one, other)
    either = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    result: Floats = (table / np.maximum(either, 1.0)).max(axis=1)
    return result


def distances(rows: Floats) -> NDArray[np.float32]:
    """Measure the distance of every row to every row."""
    squares = np.square(rows).sum(axis=1)
    result = np.empty((len(rows), len(rows)), dtype=np.float32)
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        part = rows[block] @ (-2.0 * rows.T)
        part += squares
        part += squares[block, None]
        np.maximum(part, 0.0, out=part)
        np.sqrt(part, out=part)
        result[block] = part
    np.fill_diagonal(result, 0.0)
    return result


def silhouette(between: NDArray[np.float32], labels: Ints) -> float:
    """Measure the mean silhouette width: 1 if groups are far apart, 0 if they touch.

    Args:
        between: Distances of every row to every row.
        labels: The group of each row.

    References:
        Rousseeuw (1987), Silhouettes.

    Examples:
        >>> between = distances(np.array([[0.0], [0.0], [1.0], [1.0]]))
        >>> silhouette(between, np.array([0, 0, 1, 1]))
        1.0
    """
    rows = np.arange(len(labels))
    member = np.zeros((len(labels), int(labels.max()) + 1), dtype=np.float32)
    member[rows, labels] = 1.0
    sizes = member.sum(axis=0)
    sums = between @ member
    inside = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / np.maximum(sizes, 1)
    means[:, sizes == 0] = np.inf
    means[rows, labels] = np.inf
    outside = means.min(axis=1)
    if not np.isfinite(outside).all():
        return 0.0
    width = (outside - inside) / np.maximum(np.maximum(inside, outside), np.float32(1e-30))
    return float(np.where(sizes[labels] > 1, width, 0.0).mean())


def shallowest_valley(rows: Floats, labels: Ints, centres: Floats) -> float:
    """Find the cut between two groups that is least of a gap: 0 is empty, 1 runs through a crowd.

    For each pair of groups their rows are projected on the line between the centres. Along it the density
    falls from the peak of one group to a valley and rises to the peak of the other; the ratio of the
    valley to the lower peak is 1 where a single crowd was cut in two, whatever the crowd's shape.
    Rows that the centres were not fitted on give an unbiased answer.

    Examples:
        >>> rows = np.array([[0.0], [0.1], [1.0], [1.1]])
        >>> shallowest_valley(rows, np.array([0, 0, 1, 1]), np.array([[0.05], [1.05]])) < 0.01
        True
    """
    density = _along(rows, labels, centres) @ _KERNEL
    left = np.maximum.accumulate(density, axis=1)
    right = np.maximum.accumulate(density[:, ::-1], axis=1)[:, ::-1]
    lower_peak = np.maximum(np.minimum(left, right), 1e-30)
    return float((density / lower_peak)[:, _BETWEEN].min(axis=1).max(initial=0.0))


def _along(rows: Floats, labels: Ints, centres: Floats) -> Floats:
    """Count the rows of each two groups by where they lie on the line from the one (0) to the other (1).

    Returns:
        Pairs of groups x `_BINS`.
    """
    k = len(centres)
    middle = centres.mean(axis=0)
    centres = centres - middle
    products = centres @ centres.T
    lengths = np.diag(products)
    apart = np.maximum(lengths[:, None] + lengths - 2 * products, 1e-30)
    towards = (rows - middle) @ centres.T
    own = towards[np.arange(len(rows)), labels]
    places = (towards - own[:, None] - products[labels] + lengths[labels, None]) / apart[labels]
    others = np.arange(k)
    places = np.where(labels[:, None] < others, places, 1 - places)
    pair = np.minimum(labels[:, None], others) * k + np.maximum(labels[:, None], others)
    found = np.floor((places - _BINS[0]) / _BIN).astype(np.int64)
    inside = (found >= 0) & (found < len(_BINS)) & (labels[:, None] != others)
    counts = np.bincount((pair * len(_BINS) + found)[inside], minlength=k * k * len(_BINS))
    return counts.reshape(k * k, len(_BINS)).astype(float)
