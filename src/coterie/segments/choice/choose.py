"""How many segments there are, if any: evidence for each k, and the choice."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.agreement import adjusted_rand, distances, shallowest_valley, silhouette
from coterie.segments.partition import inertia, middles
from coterie.segments.segmentation import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints
    from coterie.progress import Progress
    from coterie.segments.partition import Method

#: Rows that silhouettes and inertia of candidates are measured on.
ROWS = 4_000

#: Rows that resamples and data without clusters are drawn from and measured on.
ROWS_RESAMPLED = 2_000

#: How many times the rows are split in halves, each half being a resample.
SPLITS = 8

#: A segment must have this share of users, and a candidate this many users a segment.
SMALLEST = 0.01
USERS_A_SEGMENT = 20

#: A candidate must reach this stability, and no cut may be more of a crowd than this, less what chance
#: makes of few users.
STABLE = 0.75
VALLEY = 0.7

_STARTS = 8
_THOROUGH_STARTS = 4


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    rows: Floats
    between: NDArray[np.float32]


def candidates(
    method: Method, matrix: Floats, ks: Iterable[int], *, seed: int, starts: int, progress: Progress
) -> tuple[Candidate, ...]:
    """Gather the evidence for each number of segments.

    Silhouette and inertia are measured on up to `ROWS` rows. Stability is the agreement of fits on halves
    of up to `ROWS_RESAMPLED` rows, each half also showing whether cuts made on the other run through
    valleys. Separation is what the silhouette has over the highest that the same method reaches on two
    sets of the same size and covariance without clusters: one normal cloud, one even box.

    Repeated values are spread evenly over the space to their neighbours first for stability and valleys: a
    count of 0, 1, 2 or a category is not a cluster for taking few values.

    Args:
        method: Groups rows.
        matrix: Prepared rows.
        ks: The numbers to try, each >= 2.
        seed: Makes it repeatable.
        starts: Starts of each fit on the whole sample, at most 4.
        progress: Told after each k.

    Returns:
        One candidate a k, none of them chosen yet.
    """
    rng = np.random.default_rng(seed)
    sample = _sample(drawn(matrix, ROWS, rng))
    resampled = drawn(sample.rows, ROWS_RESAMPLED, rng)
    spread = spread_ties(resampled, rng)
    halves = [_halves(len(spread), rng) for _ in range(SPLITS)]
    nulls = [_sample(null) for null in without_clusters(resampled, rng)]
    tried = sorted(ks)
    found = []
    for done, k in enumerate(tried):
        progress("choosing the number of segments", done, len(tried))
        fit = method(sample.rows, seed=seed, starts=min(starts, _THOROUGH_STARTS), thorough=True)(k)
        width = silhouette(sample.between, fit.labels)
        agreed, valley = _resampled(method, spread, halves, k, seed)
        found.append(
            Candidate(
                k=k,
                inertia=inertia(sample.rows, fit.labels, middles(sample.rows, fit.labels, k))
                * len(matrix)
                / len(sample.rows),
                stability=float(np.mean(agreed)),
                stability_low=float(np.percentile(agreed, 10)),
                silhouette=width,
                separation=width - max(_null_width(method, null, k, seed) for null in nulls),
                smallest=float(np.bincount(fit.labels, minlength=k).min() / len(sample.rows)),
                chosen=False,
                reason="",
                valley=valley,
            )
        )
    progress("choosing the number of segments", len(tried), len(tried))
    return tuple(found)


def crowd_allowed(users: int) -> float:
    """Tell how much of a crowd a cut may run through, at most, for that many users.

    Few users leave gaps by chance: the bound sinks with the square root of their number. On clouds without
    clusters of 100 to 2,000 users in 2 to 20 dimensions the shallowest valleys stayed above it.

    Examples:
        >>> round(crowd_allowed(100), 2), round(crowd_allowed(1_000_000), 3)
        (0.4, 0.633)
    """
    return VALLEY - 3 / math.sqrt(min(users, ROWS_RESAMPLED))


def choose(
    found: tuple[Candidate, ...], users: int, *, crowd: float | None = None
) -> tuple[tuple[Candidate, ...], int]:
    """Choose the largest k whose segments hold together: each one more would cut through a crowd.

    A candidate qualifies if its fits on halves agree (`STABLE`), every cut runs through a valley
    (`crowd_allowed`), its silhouette beats data without clusters, and no segment is tiny (`SMALLEST`).

    Args:
        found: The evidence for each k.
        users: How many users it rests on.
        crowd: How much of a crowd a cut may run through; by default `crowd_allowed`.

    Returns:
        The candidates with their reasons, and the k; 1 if none qualifies.
    """
    allowed = crowd_allowed(users) if crowd is None else crowd
    objections = {candidate.k: _objection(candidate, allowed) for candidate in found}
    best = max((k for k, objection in objections.items() if not objection), default=1)
    judged = []
    for candidate in found:
        reason = objections[candidate.k]
        if candidate.k == best:
            reason = "the most segments that hold together"
        judged.append(
            dataclasses.replace(
                candidate, chosen=candidate.k == best, reason=reason or f"holds together, as {best} do"
            )
        )
    return tuple(judged), best


def holds_together(candidate: Candidate, users: int) -> bool:
    """Tell whether a candidate qualifies."""
    return not _objection(candidate, crowd_allowed(users))


def _objection(candidate: Candidate, crowd: float) -> str:
    if candidate.valley > crowd:
        return (
            "cuts through a crowd: at one border the density is "
            f"{candidate.valley:.0%} of the lower peak beside it"
        )
    if candidate.stability < STABLE:
        return f"unstable: fits on halves agree by {candidate.stability:.2f} only"
    if candidate.separation is not None and candidate.separation <= 0:
        return f"no better separated than users without clusters ({candidate.separation:+.2f})"
    if candidate.smallest < SMALLEST:
        return f"splits off a segment of {candidate.smallest:.1%} of the users"
    return ""


def drawn(matrix: Floats, most: int, rng: np.random.Generator) -> Floats:
    """Draw up to `most` rows without replacement, in their order."""
    if len(matrix) <= most:
        return matrix
    return matrix[np.sort(rng.choice(len(matrix), most, replace=False))]


def spread_ties(matrix: Floats, rng: np.random.Generator) -> Floats:
    """Spread equal values of each column evenly over the space to their neighbours.

    Examples:
        >>> spread = spread_ties(np.array([[0.0], [0.0], [2.0]]), np.random.default_rng(1))
        >>> bool((spread[:2] >= -1).all() and (spread[:2] <= 1).all() and spread[2] >= 1)
        True
    """
    result = matrix.copy()
    for place in range(matrix.shape[1]):
        values, where = np.unique(matrix[:, place], return_inverse=True)
        if 1 < len(values) < len(matrix):
            borders = (values[1:] + values[:-1]) / 2
            low = np.concatenate([[2 * values[0] - borders[0]], borders])
            high = np.concatenate([borders, [2 * values[-1] - borders[-1]]])
            result[:, place] = rng.uniform(low[where], high[where])
    return result


def without_clusters(matrix: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Make a normal cloud and an even box with as many rows, and the same covariance, as a matrix."""
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(matrix.T)))
    lengths = np.sqrt(np.maximum(variances, 0.0))
    normal = rng.standard_normal(matrix.shape) * lengths @ axes.T
    even = rng.uniform(-(3**0.5), 3**0.5, matrix.shape) * lengths @ axes.T
    return normal, even


def _inertia(rows: Floats, labels: Ints, k: int) -> float:
    return inertia(rows, labels, middles(rows, labels, k))


def _sample(rows: Floats) -> _Sample:
    return _Sample(rows, distances(rows))


def _halves(rows: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    order = rng.permutation(rows)
    return np.sort(order[: rows // 2]), np.sort(order[rows // 2 :])


def _resampled(
    method: Method, matrix: Floats, halves: list[tuple[Ints, Ints]], k: int, seed: int
) -> tuple[list[float], float]:
    all_labels: list[Ints] = []
    valleys = []
    for split, (one, other) in enumerate(halves):
        for fitted, held_out in ((one, other), (other, one)):
            fit = method(matrix[fitted], seed=seed + split, starts=_STARTS, thorough=False)(k)
            centres = middles(matrix[fitted], fit.labels, k)
            labels = fit.borders.places(matrix)
            all_labels.append(labels)
            valleys.append(shallowest_valley(matrix[held_out], labels[held_out], centres))
    agreed = [
        adjusted_rand(labels, later) for at, labels in enumerate(all_labels) for later in all_labels[at + 1 :]
    ]
    return agreed, float(np.median(valleys))


def _null_width(method: Method, null: _Sample, k: int, seed: int) -> float:
    return silhouette(null.between, method(null.rows, seed=seed, starts=1, thorough=False)(k).labels)
