"""Micro-clusters: many rows in thousands of small groups, each then a point with a weight."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.hierarchy.distinct import distinct, row_draws
from coterie.segments.hierarchy.parallel import in_threads
from coterie.threads import one_thread

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.hierarchy.distinct import Distinct

#: Rows for each micro-cluster that their centres are sought on.
ROWS_EACH = 20

#: Of the centres, those that are drawn from all rows alike; the others where rows are far from these.
_DRAWN_ALIKE = 0.5

_ROUNDS = 3

#: Distances that are held at a time.
_CELLS = 2**19


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class MicroClusters:
    """Small groups of rows.

    Attributes:
        centres: Groups x coordinates: the mean of the rows of each.
        weights: How many rows are in each, at least one.
        labels: For each row, the place of its group.
        exact: Whether only equal rows are together.
    """

    centres: Floats
    weights: Ints
    labels: Ints
    exact: bool


def micro_clusters(matrix: Floats, most: int, *, exact: int | None = None, seed: int = 42) -> MicroClusters:
    """Group rows around up to `most` centres; if few rows differ, only those that are equal.

    Half of the centres come from rows drawn alike, the other half from rows drawn by their squared distance
    to those, so that no lone row far out is taken into a group nearby; a few rounds of k-means on a sample
    even them out. Draws hang on a row's numbers: the order of the rows has no say.
    Time grows with rows x centres, memory with rows.

    Args:
        matrix: Rows x coordinates.
        most: The number of groups at most.
        exact: Up to how many different rows each is a group of its own; `most` if not given.
        seed: Makes it repeatable.

    References:
        Bahmani et al. (2012), Scalable k-means++. Zhang, Ramakrishnan & Livny (1996), BIRCH.

    Examples:
        >>> micro_clusters(np.array([[0.0], [1.0], [0.0]]), 4).weights.tolist() in ([1, 2], [2, 1])
        True
    """
    with one_thread():
        each = distinct(matrix)
        if len(each.points) <= (most if exact is None else exact):
            return MicroClusters(each.points, each.weights, each.places, exact=True)
        middle = np.median(each.points, axis=0)
        labels, _ = nearest(each.points - middle, _centres(each, middle, most, seed))
        _, labels = np.unique(labels, return_inverse=True)
        centres = _means(each.points, each.weights, labels, int(labels.max()) + 1)
        weights = np.bincount(labels, each.weights).astype(np.int64)
        return MicroClusters(centres, weights, labels[each.places], exact=False)


def _centres(each: Distinct, middle: Floats, most: int, seed: int) -> Floats:
    """Draw centres around the middle and move them by k-means on a sample."""
    rows = each.points - middle
    draws = row_draws(each.points, seed)
    order = np.argsort(draws, kind="stable")
    sample = order[: ROWS_EACH * most]
    centres = _moved(rows[sample], each.weights[sample], rows[order[: int(_DRAWN_ALIKE * most)]])
    _, away = nearest(rows, centres)
    # The smallest of -log(u) / w are a draw without replacement by w (Efraimidis & Spirakis 2006).
    races = -np.log(row_draws(each.points, seed + 1)) / np.maximum(away * each.weights, 1e-300)
    far = np.argpartition(races, most - len(centres))[: most - len(centres)]
    sample = np.union1d(sample, far)
    return _moved(rows[sample], each.weights[sample], np.concatenate([centres, rows[far]]))


def _moved(rows: Floats, weights: Ints, centres: Floats) -> Floats:
    for _ in range(_ROUNDS):
        labels, _ = nearest(rows, centres)
        centres = _means(rows, weights, labels, len(centres), centres)
    return centres


def _means(rows: Floats, weights: Ints, labels: Ints, count: int, empty: Floats | float = 0.0) -> Floats:
    totals = np.bincount(labels, weights, minlength=count)[:, None]
    sums = np.column_stack([np.bincount(labels, column * weights, minlength=count) for column in rows.T])
    return np.where(totals > 0, sums / np.maximum(totals, 1.0), empty)


def nearest(rows: Floats, centres: Floats) -> tuple[Ints, Floats]:
    """Find each row's nearest centre in single precision, and the squared distance to it."""
    factor = np.empty((centres.shape[1] + 1, len(centres)), dtype=np.float32)
    factor[:-1] = centres.T
    factor[-1] = -0.5 * np.einsum("ij,ij->i", centres, centres)
    labels = np.empty(len(rows), dtype=np.int64)
    away = np.empty(len(rows))
    step = max(1, _CELLS // len(centres))

    def find(start: int) -> None:
        part = rows[start : start + step]
        own = np.ones((len(part), len(factor)), dtype=np.float32)
        own[:, :-1] = part
        found = (own @ factor).argmax(axis=1)
        gap = part - centres[found]
        labels[start : start + step] = found
        away[start : start + step] = np.einsum("ij,ij->i", gap, gap)

    in_threads(find, range(0, len(rows), step))
    return labels, away
