"""What sets a segment apart from everyone, free of any language."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.features.shape import correlations
from coterie.segments.prepare import matrix
from coterie.segments.segmentation import Step, Trait

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.features.values import Floats, Ints
    from coterie.segments.segmentation import Strength

#: A segment has at most so many traits.
MOST = 6

#: Distances from everyone's mean, in everyone's standard deviations, from which a difference is a trait.
SLIGHTLY, CLEARLY, VERY = 0.3, 0.7, 1.3

#: The share of a category must differ by so much to be a trait.
SHARE = 0.1

#: Numbers that correlate by more than this say the same; the stronger one is kept.
SAME = 0.8

_STANDARD_ERRORS = 2.0
_ROWS = 20_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Differences:
    steps: tuple[Step, ...]
    effects: Floats
    shares: Floats
    alike: Floats
    sizes: Ints


def traits(
    table: FeatureTable, steps: tuple[Step, ...], labels: Ints, k: int
) -> tuple[tuple[Trait, ...], ...]:
    """Find what sets each segment apart, strongest first.

    Every feature of the table counts, fitted on or not. A difference is a trait if it is at least `SLIGHTLY`
    standard deviations of the prepared number, so that no size of N makes a tiny difference one; if it is
    two standard errors away from nothing, so that no accident does; and for categories, if the share
    differs by `SHARE`. Of features that say the same (`SAME`) the strongest is kept, and of a
    categorical feature one value.

    Args:
        table: Users x features.
        steps: How each feature of the table is prepared by itself.
        labels: For each row, the place of its segment.
        k: How many segments.

    Returns:
        The traits of each segment.
    """
    heard = tuple(dataclasses.replace(step, weight=1.0) for step in steps if step.weight > 0)
    differences = _differences(table, heard, labels, k)
    return tuple(_of_segment(differences, segment) for segment in range(k))


def _differences(table: FeatureTable, steps: tuple[Step, ...], labels: Ints, k: int) -> _Differences:
    sizes = np.bincount(labels, minlength=k).astype(np.int64)
    effects = np.zeros((len(steps), k))
    shares = np.zeros((len(steps), k))
    for place, step in enumerate(steps):
        values = matrix((step,), table.rows)[:, 0]
        means = np.bincount(labels, weights=values, minlength=k) / np.maximum(sizes, 1)
        away = means - values.mean()
        effects[place] = away / max(float(values.std()), 1e-12)
        shares[place] = away * step.scale
    some = np.random.default_rng(0).permutation(len(table))[:_ROWS]
    alike = correlations(matrix(steps, table.rows.take(np.sort(some))))
    return _Differences(steps, effects, shares, alike, sizes)


def _of_segment(differences: _Differences, segment: int) -> tuple[Trait, ...]:
    if not differences.sizes[segment]:
        return ()
    effects = differences.effects[:, segment]
    floor = max(SLIGHTLY, _STANDARD_ERRORS / max(float(differences.sizes[segment]), 1.0) ** 0.5)
    kept: list[int] = []
    for place in np.argsort(-np.abs(effects), kind="stable").tolist():
        if abs(effects[place]) < floor or len(kept) == MOST:
            break
        step = differences.steps[place]
        enough = step.category is None or abs(differences.shares[place, segment]) >= SHARE
        if enough and not any(_same(differences, place, other) for other in kept):
            kept.append(place)
    return tuple(_trait(differences.steps[place], float(effects[place])) for place in kept)


def _same(differences: _Differences, one: int, other: int) -> bool:
    if differences.steps[one].feature == differences.steps[other].feature:
        return True
    return bool(abs(differences.alike[one, other]) > SAME)


def _trait(step: Step, effect: float) -> Trait:
    return Trait(step.feature, step.category, 1 if effect > 0 else -1, strength(abs(effect)), effect)


def strength(effect: float) -> Strength:
    """Put the size of an effect in a word.

    Examples:
        >>> strength(1.5), strength(0.8), strength(0.4)
        ('very', 'clearly', 'slightly')
    """
    if effect >= VERY:
        return "very"
    return "clearly" if effect >= CLEARLY else "slightly"
