"""Prototypes for groups of any shape, and how far each group reaches: what lies farther out is outside."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.methods import lloyd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.features.values import Floats, Ints

#: Prototypes of all groups together, at most, and the points for each on average; each group has one.
MOST = 200
POINTS_A_PROTOTYPE = 4

#: The label of rows that belong to no group.
OUTSIDE = -1

#: Fewer prototypes are preferred while they agree on no more than this share of the rows less.
_AS_GOOD = 0.001
_ROUNDS = 10

# Squared distances that differ by less than this part may be told apart otherwise by another engine.
_APART = 1e-9
_BEYOND_THE_LAST = 1.2


def reaching(points: Floats, weights: Ints, labels: Ints, *, seed: int) -> Prototypes:
    """Find prototypes that put points where their labels say.

    Each group gets 1, 2, 4 and so on of its points as prototypes, near the centres that k-means finds within
    it, within `MOST` and `POINTS_A_PROTOTYPE`; the fewest are taken that agree with the labels as well as
    any. If some points are outside, the prototypes reach to where most points are on the right side, either
    all equally far or those of each group by themselves. The bound lies between two points.

    Args:
        points: Distinct points x coordinates.
        weights: How many users each stands for.
        labels: The place of each point's group, or `OUTSIDE`; no group is empty.
        seed: Makes it repeatable.

    Returns:
        Borders under which no group is empty; where points are outside, these are one more group, unless no
        reach sets any of them apart.

    Examples:
        >>> points = np.array([[0.0], [1.0], [9.0], [10.0], [50.0]])
        >>> borders = reaching(points, np.ones(5, dtype=int), np.array([0, 0, 1, 1, -1]), seed=1)
        >>> borders.places(points).tolist()
        [0, 0, 1, 1, 2]
    """
    k = int(labels.max()) + 1
    wanted = np.where(labels == OUTSIDE, k, labels)
    groups = len(np.unique(wanted))
    tried: list[tuple[float, Prototypes]] = []
    for plain in _prototypes(points, labels, k, seed):
        for borders in _with_reach(plain, points, weights, labels):
            placed = borders.places(points)
            if len(np.unique(placed)) == groups:
                tried.append((float(weights[placed == wanted].sum() / weights.sum()), borders))
    if not tried:
        return plain
    enough = max(agreement for agreement, _ in tried) - _AS_GOOD
    return next(borders for agreement, borders in tried if agreement >= enough)


def _prototypes(points: Floats, labels: Ints, k: int, seed: int) -> Iterator[Prototypes]:
    """Choose ever more points of each group."""
    inside = [points[labels == group] for group in range(k)]
    most = min(MOST, len(points) // POINTS_A_PROTOTYPE)
    each = 1
    while each == 1 or k * each <= most:
        chosen = [_spread_out(rows, min(each, len(rows)), seed) for rows in inside]
        groups = np.repeat(np.arange(k), list(map(len, chosen)))
        yield Prototypes.around(np.concatenate(chosen), groups)
        each *= 2


def _spread_out(rows: Floats, count: int, seed: int) -> Floats:
    """Choose the rows next to the centres that k-means finds, each once."""
    if count == len(rows):
        return rows
    centred = rows - rows.mean(axis=0)
    first = lloyd.first_centres(centred, count, 1, np.random.default_rng(seed))
    centres = lloyd.rounds(centred, first, _ROUNDS).centres[0]
    lengths = np.square(centred).sum(axis=1)
    nearest = np.unique([int(np.argmin(lengths - 2.0 * (centred @ centre))) for centre in centres])
    found: Floats = rows[nearest]
    return found


def _with_reach(plain: Prototypes, points: Floats, weights: Ints, labels: Ints) -> Iterator[Prototypes]:
    if not (labels == OUTSIDE).any():
        yield plain
        return
    groups = np.array(plain.groups)
    outside = int(groups.max()) + 1
    found = points @ np.array(plain.points).T + np.array(plain.biases)
    away = np.square(points).sum(axis=1) - 2.0 * found.max(axis=1)
    near = groups[found.argmax(axis=1)]
    gain = np.where(labels == OUTSIDE, -1, labels == near) * weights
    everyone = _bound(away, gain)
    yield dataclasses.replace(plain, radius=everyone**0.5, outside=outside)
    bounds = np.array([_bound(away[near == group], gain[near == group]) for group in range(outside)])
    farthest = float(bounds.max())
    biases = np.array(plain.biases) + 0.5 * (bounds[groups] - farthest)
    yield dataclasses.replace(plain, biases=tuple(biases.tolist()), radius=farthest**0.5, outside=outside)


def _bound(away: Floats, gain: Ints) -> float:
    """Find the squared distance within which the gain is largest, halfway between two that are apart."""
    order = np.argsort(away, kind="stable")
    here = np.maximum(away[order], 0.0)
    following = np.append(here[1:], here[-1] * _BEYOND_THE_LAST + _APART)
    apart = following - here >= _APART * np.maximum(1.0, following)
    total = np.where(apart, np.cumsum(gain[order]), -np.inf)
    best = int(total.argmax())
    return float(here[best] + following[best]) / 2.0
