"""DBSCAN: crowds of users who have enough neighbours within a radius, and those outside of every crowd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.methods import crowds
from coterie.threads import one_thread

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.segments.hierarchy.distinct import Distinct
    from coterie.segments.partition import Partition

#: Rows that it runs on, at most: each may have all others as its neighbours.
ROWS = 10_000

#: Users who make a crowd, oneself among them: twice the coordinates that vary unless asked, at least this.
NEIGHBOURS = 10

#: Interquartile ranges above the third quartile beyond which a distance has no part in the knee.
FENCE = 1.5


def dbscan(
    matrix: Floats,
    *,
    seed: int,
    radius: float | None = None,
    neighbours: int | None = None,
    users: int | None = None,
) -> Partition:
    """Find crowds: users with at least `neighbours` within `radius`, and whoever is within it of one of them.

    Those outside of every crowd are one more group. Fewer than two crowds are one group of everyone.
    Up to `ROWS` rows are looked at; `radius` and `neighbours` then say together how dense a crowd is, and as
    many fewer neighbours are asked for.

    Args:
        matrix: Rows x coordinates.
        seed: Makes it repeatable.
        radius: In the unit of the prepared numbers, > 0. By default the knee of the distances to the last of
            `neighbours`: where they begin to rise steeply. If nobody is away from them, as where users are
            equal in crowds, half of the smallest distance between two.
        neighbours: Oneself counts. By default twice the coordinates that vary, at least `NEIGHBOURS`.
        users: Of how many users `radius` and `neighbours` are said; by default of the rows.

    References:
        Ester, Kriegel, Sander & Xu (1996), A density-based algorithm for discovering clusters. Schubert,
        Sander, Ester, Kriegel & Xu (2017), DBSCAN revisited, revisited. Satopää, Albrecht, Irwin & Raghavan
        (2011), Finding a "kneedle" in a haystack.

    Examples:
        >>> rows = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2], [90.0]])
        >>> dbscan(rows, seed=1, radius=0.5, neighbours=3).labels.tolist()
        [0, 0, 0, 1, 1, 1, 2]
    """
    from sklearn.cluster import DBSCAN

    drawn = crowds.sample(matrix, ROWS, seed)
    each = drawn.each
    crowd = neighbours or max(NEIGHBOURS, 2 * int((np.ptp(each.points, axis=0) > 0).sum()))
    share = drawn.users / (users or len(matrix)) if radius is not None else 1.0
    asked = max(2, round(crowd * share)) if share < 1.0 else crowd
    with one_thread():
        within = radius or _radius(each, asked)
        model = DBSCAN(eps=within, min_samples=asked, algorithm="kd_tree")
        found = model.fit(each.points, sample_weight=each.weights).labels_.astype(np.int64)
        return crowds.partition(matrix, drawn, found, seed=seed, name="DBSCAN")


def _radius(each: Distinct, neighbours: int) -> float:
    """Find the radius from how far each point is from the last of its neighbours, if that is at all."""
    from sklearn.neighbors import NearestNeighbors

    count = min(max(neighbours, 2), len(each.points))
    nearest = NearestNeighbors(n_neighbors=count, algorithm="kd_tree").fit(each.points)
    away, places = nearest.kneighbors(each.points)
    reached = np.cumsum(each.weights[places], axis=1) >= neighbours
    last = np.where(reached.any(axis=1), reached.argmax(axis=1), count - 1)
    distances = away[np.arange(len(away)), last]
    if (distances > 0.0).any():
        return knee(distances[distances > 0.0])
    apart = away[away > 0.0]
    return float(apart.min()) / 2.0 if len(apart) else 1.0


def knee(distances: Floats) -> float:
    """Find the distance at which sorted distances begin to rise steeply.

    That is where, in the upper half, their logarithms are farthest below the chord from the first to the
    last. Outliers, more than `FENCE` interquartile ranges above the third quartile, are left out.

    Args:
        distances: In any order, > 0.

    Examples:
        >>> knee(np.array([1.0, 1.1, 1.2, 1.3, 5.0, 9000.0]))
        1.3
    """
    rising = np.sort(np.log(distances))
    low, high = np.percentile(rising, [25, 75])
    rising = rising[rising <= high + FENCE * (high - low)]
    chord = rising[0] + (rising[-1] - rising[0]) * np.linspace(0.0, 1.0, len(rising))
    half = len(rising) // 2
    return float(np.exp(rising[half + (chord - rising)[half:].argmax()]))
