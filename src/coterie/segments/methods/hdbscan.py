"""HDBSCAN: crowds of any density that last longest as the bar for a crowd rises, and those outside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.borders.reach import OUTSIDE
from coterie.segments.methods import crowds
from coterie.threads import one_thread

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.partition import Partition

#: Rows that it runs on, at most: the time grows with their square.
ROWS = 10_000

#: The smallest crowd, unless asked: this share of the users, and at least so many.
SMALLEST = 0.01
FEWEST = 5

#: Neighbours that tell the density at a user, at most.
NEIGHBOURS = 10


def hdbscan(
    matrix: Floats,
    *,
    seed: int,
    neighbours: int | None = None,
    users: int | None = None,
) -> Partition:
    """Find crowds of at least `neighbours` users, each at the densities at which it lasts longest.

    Those outside of every crowd are one more group. Fewer than two crowds are one group of everyone.
    Up to `ROWS` rows are looked at; the smallest crowd is then the same share of them.

    Args:
        matrix: Rows x coordinates.
        seed: Makes it repeatable.
        neighbours: The smallest crowd. By default `SMALLEST` of the users, at least `FEWEST`.
        users: Of how many users `neighbours` is said; by default of the rows.

    References:
        Campello, Moulavi & Sander (2013), Density-based clustering based on hierarchical density estimates.

    Examples:
        >>> rows = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2], [5.3], [90.0]])
        >>> hdbscan(rows, seed=1, neighbours=3).labels.tolist()
        [1, 1, 1, 0, 0, 0, 0, 2]
    """
    drawn = crowds.sample(matrix, ROWS, seed)
    smallest = max(FEWEST, math.ceil(SMALLEST * drawn.users))
    if neighbours is not None:
        smallest = max(2, round(neighbours * drawn.users / (users or len(matrix))))
    with one_thread():
        _, firsts = np.unique(drawn.each.places, return_index=True)
        found = _crowds(matrix[drawn.rows], smallest)[firsts]
        return crowds.partition(matrix, drawn, found, seed=seed, name="HDBSCAN")


def _crowds(rows: Floats, smallest: int) -> Ints:
    from sklearn.cluster import HDBSCAN

    if len(rows) < max(smallest, 2):
        return np.full(len(rows), OUTSIDE, dtype=np.int64)
    model = HDBSCAN(smallest, min(smallest, NEIGHBOURS), algorithm="kd_tree", copy=True)
    found: Ints = model.fit(rows).labels_.astype(np.int64)
    return found
