"""Whether the same segments come back when the users are drawn again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.agreement import adjusted_rand, overlaps
from coterie.segments.choice.choose import drawn

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.segments.borders.mixture import Mixture
    from coterie.segments.borders.prototypes import Prototypes
    from coterie.segments.partition import Method

#: Bootstraps, and the rows that each is drawn from.
BOOTSTRAPS = 12
ROWS = 2_000

_STARTS = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Stability:
    """How well segments withstand drawing the users again.

    Attributes:
        agreement: Mean adjusted Rand index with the fits on bootstraps.
        lowest: Its 10th percentile.
        overlaps: For each segment, the mean Jaccard overlap with its best match.
    """

    agreement: float
    lowest: float
    overlaps: tuple[float, ...]


def stability(
    method: Method, matrix: Floats, borders: Prototypes | Mixture, k: int, *, seed: int
) -> Stability:
    """Fit again on `BOOTSTRAPS` bootstraps of up to `ROWS` rows and compare.

    Args:
        method: Groups rows.
        matrix: Prepared rows.
        borders: Of the segments to compare with.
        k: How many there are.
        seed: Makes it repeatable.

    References:
        Hennig (2007), Cluster-wise assessment of cluster stability.
    """
    if k == 1:
        return Stability(1.0, 1.0, (1.0,))
    rng = np.random.default_rng(seed)
    rows = drawn(matrix, ROWS, rng)
    labels = borders.places(rows)
    agreed, jaccards = [], []
    for bootstrap in range(BOOTSTRAPS):
        again = rows[rng.integers(len(rows), size=len(rows))]
        if len(np.unique(again, axis=0)) < k:
            continue
        fit = method(again, seed=seed + bootstrap, starts=_STARTS, thorough=True)(k)
        found = fit.borders.places(rows)
        agreed.append(adjusted_rand(labels, found))
        jaccards.append(np.pad(overlaps(labels, found), (0, k))[:k])
    if not agreed:
        return Stability(0.0, 0.0, (0.0,) * k)
    means = np.mean(jaccards, axis=0).tolist()
    return Stability(float(np.mean(agreed)), float(np.percentile(agreed, 10)), tuple(means))
