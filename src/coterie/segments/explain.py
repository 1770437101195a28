"""Why a user is in a segment, and the smallest change of one feature that would move them."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from coterie.errors import UsageError, did_you_mean
from coterie.segments.assign import assign, centres
from coterie.segments.partition import scores, tolerance
from coterie.segments.prepare import matrix
from coterie.segments.values import UNKNOWN
from coterie.shown import Shown

if TYPE_CHECKING:
    from coterie.features.feature import Feature, FeatureTable
    from coterie.segments.segmentation import Segmentation, Step, Summary
    from coterie.segments.values import Floats

#: Units that come in whole numbers.
WHOLE = frozenset({"events", "days"})

#: Units that can't be below zero.
NOT_NEGATIVE = frozenset({"events", "days", "seconds", "characters", "share", "per week"})

_LARGEST_LOGARITHM = 690.0


@dataclasses.dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature has to do with a user's segment.

    Attributes:
        feature: The feature.
        value: The user's value; ``None`` if unknown.
        segment: Mean of the segment, or the share of it with the user's category; ``None`` if nobody has a
            value.
        everyone: The same of all users.
        push: How much nearer the feature brings the user to the own segment than to the nearest other:
            a difference of squared distances. Positive keeps, negative pulls away; the pushes of all
            features sum to ``distance_to_nearest ** 2 - distance ** 2``.
    """

    feature: str
    value: float | str | None
    segment: float | None
    everyone: float | None
    push: float


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A change of one feature that would move a user to another segment.

    Attributes:
        feature: The feature.
        value: What it would have to be; a number a hair beyond the border, or a category.
        segment: Where the user would go.
        size: Length of the move in the space that the segmentation was fitted in.
    """

    feature: str
    value: float | str
    segment: int
    size: float


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation(Shown):
    """Why a user is in a segment.

    Attributes:
        user_id: The user.
        segment: The segment.
        nearest: The nearest other segment; ``None`` if there is none.
        distance: To the centre of the segment.
        distance_to_nearest: To the centre of the nearest other; ``None`` if there is none.
        contributions: One a feature, the strongest push first.
        change: The smallest change of a single feature that would move the user, if one can.
    """

    user_id: str
    segment: int
    nearest: int | None
    distance: float
    distance_to_nearest: float | None
    contributions: tuple[Contribution, ...]
    change: Change | None

    def caption(self) -> str:
        """Say where the user is and where they nearly were."""
        told = f"User {self.user_id} is in segment {self.segment}"
        if self.nearest is None:
            return f"{told}, the only one"
        return f"{told}; the nearest other is {self.nearest}"

    def to_arrow(self) -> pa.Table:
        """Return one row a feature."""
        rows = self.contributions
        return pa.table(
            {
                "feature": pa.array([row.feature for row in rows], pa.string()),
                "value": pa.array([_text(row.value) for row in rows], pa.string()),
                "segment": pa.array([row.segment for row in rows], pa.float64()),
                "everyone": pa.array([row.everyone for row in rows], pa.float64()),
                "push": pa.array([row.push for row in rows], pa.float64()),
            }
        )


def _text(value: float | str | None) -> str | None:
    return f"{value:,.6g}" if isinstance(value, float) else value


def explain(segmentation: Segmentation, table: FeatureTable, user_id: str) -> Explanation:
    """Explain the segment of one user.

    Args:
        segmentation: A fitted segmentation.
        table: The features, as of any date.
        user_id: The user.

    Raises:
        UsageError: There is no such user.
    """
    row = _row(table, user_id)
    point = matrix(segmentation.steps, row)[0]
    middles = centres(segmentation)
    own = int(assign(segmentation, row)[0]) - 1
    distances = np.sqrt(np.square(middles - point).sum(axis=1))
    others = [place for place in range(len(middles)) if place != own]
    nearest = min(others, key=lambda place: (float(distances[place]), place), default=None)
    pushes = np.zeros(len(point))
    if nearest is not None:
        pushes = np.square(point - middles[nearest]) - np.square(point - middles[own])
    return Explanation(
        user_id=user_id,
        segment=own + 1,
        nearest=None if nearest is None else nearest + 1,
        distance=float(distances[own]),
        distance_to_nearest=None if nearest is None else float(distances[nearest]),
        contributions=_contributions(segmentation, row, own, pushes),
        change=_smallest_change(segmentation, table, row),
    )


def _row(table: FeatureTable, user_id: str) -> pa.Table:
    found = table.rows.filter(pc.equal(table.rows["user_id"], pa.scalar(user_id, pa.string())))
    if not found.num_rows:
        known = table.rows["user_id"].to_pylist()
        raise UsageError(f"There is no user {user_id!r}. {did_you_mean(user_id, known, most=3)}")
    return found


def _contributions(
    segmentation: Segmentation, row: pa.Table, own: int, pushes: Floats
) -> tuple[Contribution, ...]:
    total: dict[str, float] = {}
    for step, push in zip(segmentation.steps, pushes.tolist(), strict=True):
        if step.weight > 0:
            total[step.feature] = total.get(step.feature, 0.0) + push
    found = []
    for feature, push in total.items():
        value = _value(row, feature)
        category = value if isinstance(value, str) else None
        means = [_summed(segment.summary, feature, category) for segment in segmentation.segments]
        mine = means[own]
        found.append(
            Contribution(
                feature=feature,
                value=value,
                segment=None if mine is None else mine.mean,
                everyone=_everyone(means),
                push=push,
            )
        )
    return tuple(sorted(found, key=lambda each: (-abs(each.push), each.feature)))


def _value(row: pa.Table, feature: str) -> float | str | None:
    value = row[feature][0].as_py()
    if value is None or isinstance(value, str):
        return value
    return float(value) if math.isfinite(value) else None


def _summed(summary: tuple[Summary, ...], feature: str, category: str | None) -> Summary | None:
    return next((each for each in summary if each.feature == feature and each.category == category), None)


def _everyone(means: list[Summary | None]) -> float | None:
    known = [each for each in means if each is not None and each.mean is not None]
    users = sum(each.users for each in known)
    return sum(each.mean * each.users for each in known if each.mean is not None) / users if users else None


def _smallest_change(segmentation: Segmentation, table: FeatureTable, row: pa.Table) -> Change | None:
    if len(segmentation.segments) == 1:
        return None
    options: list[Change] = []
    names = {feature.name: feature for feature in table.features}
    for name in dict.fromkeys(step.feature for step in segmentation.steps if step.weight > 0):
        if names[name].categorical:
            options += _other_categories(segmentation, row, name)
        else:
            options += _beyond_borders(segmentation, row, names[name])
    return min(options, key=lambda change: (change.size, change.feature), default=None)


def _other_categories(segmentation: Segmentation, row: pa.Table, name: str) -> list[Change]:
    here = row[name][0].as_py() or UNKNOWN
    values = [step.category for step in segmentation.steps if step.feature == name and step.category]
    tried = [_moved(segmentation, row, name, value) for value in values if value != here]
    return [change for change in tried if change is not None]


def _beyond_borders(segmentation: Segmentation, row: pa.Table, feature: Feature) -> list[Change]:
    """The nearest value on either side at which the user belongs to another segment."""
    place = next(at for at, step in enumerate(segmentation.steps) if step.feature == feature.name)
    step = segmentation.steps[place]
    middles = centres(segmentation)
    point = matrix(segmentation.steps, row)
    own = int(assign(segmentation, row)[0]) - 1
    ahead = scores(point, middles)[0]
    slopes = middles[own, place] - middles[:, place]
    found = []
    for side in (-1.0, 1.0):
        leaving = [at for at in range(len(middles)) if slopes[at] * side < 0]
        if leaving:
            # The lead over another segment shrinks by |slope| a step; the first lead to vanish decides.
            needed = min((ahead[own] - ahead[at]) / abs(slopes[at]) for at in leaving)
            beyond = 3 * tolerance(middles) / min(abs(slopes[at]) for at in leaving)
            value = _raw(step, float(point[0, place]) + side * (max(needed, 0.0) + beyond), side, feature)
            change = None if value is None else _moved(segmentation, row, feature.name, value)
            found += [] if change is None else [change]
    return found


def _raw(step: Step, coordinate: float, side: float, feature: Feature) -> float | None:
    """The feature's value behind a coordinate; ``None`` if no value reaches it."""
    scaled = coordinate / step.weight
    if step.clip is not None and abs(scaled) > step.clip:
        return None
    value = scaled * step.scale + step.centre
    if step.log:
        if abs(value) > _LARGEST_LOGARITHM:
            return None
        value = math.copysign(math.expm1(abs(value)), value)
    if feature.unit in WHOLE:
        value = float(math.ceil(value) if side > 0 else math.floor(value))
    out = (feature.unit in NOT_NEGATIVE and value < 0) or (feature.unit == "share" and value > 1)
    return None if out else value


def _moved(segmentation: Segmentation, row: pa.Table, name: str, value: float | str) -> Change | None:
    """The change, if it does move the user."""
    at = row.column_names.index(name)
    kind = pa.string() if isinstance(value, str) else pa.float64()
    other = row.set_column(at, name, pa.array([value], kind))
    segment = int(assign(segmentation, other)[0])
    if segment == int(assign(segmentation, row)[0]):
        return None
    steps = segmentation.steps
    size = float(np.sqrt(np.square(matrix(steps, other) - matrix(steps, row)).sum()))
    return Change(name, value, segment, size)
