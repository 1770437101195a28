"""How close the centres of two fits are, though each prepared its features in its own way."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.features.shape import logged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Floats
    from coterie.segments.segmentation import Segmentation, Step

#: Share of the weight (squared) that shared features must have in both fits for centres to say anything.
ENOUGH = 0.5


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the centres of two fits lie, in the coordinates of the later one.

    Attributes:
        before: Centres of the last fit x shared steps.
        after: Centres of the new fit x shared steps.
        weights: Of the shared steps.
    """

    before: Floats
    after: Floats
    weights: Floats


def closeness(before: Segmentation, after: Segmentation) -> Floats | None:
    """Tell how close each centre of the last fit is to each of the new one.

    Returns:
        Before x after: 1 at the same place, 0.5 half as far as any border can be, 0 as far as the nearest
        other segment; ``None`` if features that both use carry less than half of the weight of either.
    """
    places = shared_places(before, after)
    return None if places is None else nearness(places)


def shared_places(before: Segmentation, after: Segmentation) -> Places | None:
    """Express the centres of both fits in coordinates that they share; ``None`` if those say too little."""
    old_at, new_at = _heard(before.steps), _heard(after.steps)
    names = [name for name in new_at if name in old_at]
    olds, news = [old_at[name] for name in names], [new_at[name] for name in names]
    old_steps, new_steps = [before.steps[at] for at in olds], [after.steps[at] for at in news]
    if not names or _weight(old_steps) < ENOUGH * _weight(before.steps):
        return None
    if _weight(new_steps) < ENOUGH * _weight(after.steps):
        return None
    columns = [
        _translated(_centres(before)[:, at], old, new)
        for at, old, new in zip(olds, old_steps, new_steps, strict=True)
    ]
    weights = np.array([step.weight for step in new_steps])
    return Places(np.column_stack(columns), _centres(after)[:, news], weights)


def nearness(places: Places) -> Floats:
    """Turn distances into closeness: 0 at the distance of the nearest other segment of either fit.

    Examples:
        >>> places = Places(np.array([[0.0], [4.0]]), np.array([[1.0], [4.0]]), np.ones(1))
        >>> nearness(places).round(2).tolist()
        [[0.67, 0.0], [0.0, 1.0]]
    """
    apart = _distances(places.before, places.after)
    # Prepared numbers spread by about their weight, which is all there is to go by where nobody else is.
    alone = float(np.sqrt(np.square(places.weights).sum()))
    reach = np.minimum(_reach(places.before, alone)[:, None], _reach(places.after, alone))
    found: Floats = np.where(apart == 0, 1.0, np.clip(1 - apart / np.maximum(reach, 1e-12), 0.0, 1.0))
    return found


def _reach(centres: Floats, alone: float) -> Floats:
    """Find the distance of each centre to the nearest other of the same fit."""
    if len(centres) == 1:
        return np.array([alone])
    between = _distances(centres, centres)
    np.fill_diagonal(between, np.inf)
    found: Floats = between.min(axis=1)
    return found


def _distances(one: Floats, other: Floats) -> Floats:
    found: Floats = np.sqrt(np.square(one[:, None] - other).sum(axis=2))
    return found


def _heard(steps: Sequence[Step]) -> dict[tuple[str, str | None], int]:
    return {(step.feature, step.category): at for at, step in enumerate(steps) if step.weight > 0}


def _weight(steps: Sequence[Step]) -> float:
    return sum(step.weight**2 for step in steps)


def _centres(segmentation: Segmentation) -> Floats:
    centres = [segment.centre for segment in segmentation.segments]
    return np.array(centres, dtype=float).reshape(len(centres), len(segmentation.steps))


def _translated(coordinates: Floats, old: Step, new: Step) -> Floats:
    """Undo the old preparation and prepare anew; a mean of logarithms stays one of about the same users."""
    values = coordinates / old.weight * old.scale + old.centre
    if old.log and not new.log:
        values = np.where(values >= 0, 1.0, -1.0) * np.expm1(np.abs(values))
    elif new.log and not old.log:
        values = logged(values, log=True)
    return (values - new.centre) / new.scale * new.weight
