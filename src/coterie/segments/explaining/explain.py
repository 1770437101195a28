"""Why a user is in a segment, and the smallest change of one feature that would move them."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from coterie.errors import UsageError, did_you_mean
from coterie.segments.assign import assign
from coterie.segments.borders.mixture import Mixture
from coterie.segments.borders.predicates import Predicates, answered, holds
from coterie.segments.explaining.moves import Change, moves
from coterie.segments.explaining.pushes import pushes
from coterie.segments.prepare import matrix
from coterie.shown import Shown
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coterie.features.feature import FeatureTable
    from coterie.segments.segmentation import Segmentation, Summary


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
            features sum to ``distance_to_nearest ** 2 - distance ** 2``. Where conditions decide, 1 if
            another value of the feature alone would move the user, else 0.
    """

    feature: str
    value: float | str | None
    segment: float | None
    everyone: float | None
    push: float


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation(Shown):
    """Why a user is in a segment.

    Attributes:
        user_id: The user.
        segment: The id of the segment.
        nearest: That of the nearest other segment; where conditions decide, of the one that the smallest
            change leads to. ``None`` if there is none.
        distance: To the segment: its centre, the nearest of its prototypes, or its middle in standard
            deviations of a mixture; of users beyond a radius, the radius. ``None`` where conditions decide.
        distance_to_nearest: The same to the nearest other; ``None`` if there is none.
        contributions: One a feature, the strongest push first.
        change: The smallest change of a single feature that would move the user, if one can.
        by: What decides: how near the user is, how likely a mixture finds them, or conditions.
        probability: That the user is of the segment, as a mixture sees it.
        condition: The condition that holds for the user; ``None`` if none does, or no conditions decide.
    """

    user_id: str
    segment: int
    nearest: int | None
    distance: float | None
    distance_to_nearest: float | None
    contributions: tuple[Contribution, ...]
    change: Change | None
    by: Literal["distance", "density", "conditions"] = "distance"
    probability: float | None = None
    condition: str | None = None

    def caption(self) -> str:
        """Say where the user is and where they nearly were."""
        told = f"User {self.user_id} is in segment {self.segment}"
        if self.nearest is not None:
            return f"{told}; the nearest other is {self.nearest}"
        return told if self.by == "conditions" else f"{told}, the only one"

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
    found = moves(segmentation, table.features, row)
    if isinstance(segmentation.borders, Predicates):
        return _by_conditions(segmentation, segmentation.borders, row, found)
    point = matrix(segmentation.steps, row)[0]
    heard = np.array([step.weight > 0 for step in segmentation.steps], dtype=float)
    ids = [segment.id for segment in segmentation.segments]
    own = ids.index(int(assign(segmentation, row)[0]))
    pushed = pushes(segmentation.borders, point, heard, own)
    each = np.zeros(len(point)) if pushed is None else pushed.each
    total: dict[str, float] = {}
    for step, push in zip(segmentation.steps, each.tolist(), strict=True):
        if step.weight > 0:
            total[step.feature] = total.get(step.feature, 0.0) + push
    centre = np.array(segmentation.segments[own].centre)
    return Explanation(
        user_id=user_id,
        segment=ids[own],
        nearest=None if pushed is None else ids[pushed.nearest],
        distance=float(np.sqrt(np.square(point - centre).sum())) if pushed is None else pushed.distance,
        distance_to_nearest=None if pushed is None else pushed.distance_to_nearest,
        contributions=_contributions(segmentation, row, own, total),
        change=next(iter(found), None),
        by="density" if isinstance(segmentation.borders, Mixture) else "distance",
        probability=None if pushed is None else pushed.probability,
    )


def _row(table: FeatureTable, user_id: str) -> pa.Table:
    found = table.rows.filter(pc.equal(table.rows["user_id"], pa.scalar(user_id, pa.string())))
    if not found.num_rows:
        known = table.rows["user_id"].to_pylist()
        raise UsageError(f"There is no user {user_id!r}. {did_you_mean(user_id, known, most=3)}")
    return found


def _by_conditions(
    segmentation: Segmentation, borders: Predicates, row: pa.Table, found: Iterable[Change]
) -> Explanation:
    """Tell the condition that holds and the features in it; of all conditions if none holds."""
    changes = {change.feature: change for change in found}
    smallest = next(iter(changes.values()), None)
    trees = [holds(borders, condition) for condition in borders.conditions]
    asked = {
        f"c{at}": sql.sql("case when :holds then 1 else 0 end", holds=tree) for at, tree in enumerate(trees)
    }
    answers = answered(borders, row, asked) if asked else pa.table({})
    place = next((at for at, name in enumerate(asked) if answers.column(name)[0].as_py()), None)
    deciding = trees if place is None else [trees[place]]
    columns = [column.name for tree in deciding for column in tree.find_all(exp.Column)]
    own = borders.otherwise if place is None else borders.groups[place]
    named = dict.fromkeys([*columns, *changes])
    return Explanation(
        user_id=row["user_id"][0].as_py(),
        segment=segmentation.segments[own].id,
        nearest=None if smallest is None else smallest.segment,
        distance=None,
        distance_to_nearest=None,
        contributions=_contributions(
            segmentation, row, own, {name: float(name in changes) for name in named}
        ),
        change=smallest,
        by="conditions",
        condition=None if place is None else borders.conditions[place],
    )


def _contributions(
    segmentation: Segmentation, row: pa.Table, own: int, pushed: Mapping[str, float]
) -> tuple[Contribution, ...]:
    found = []
    for feature, push in pushed.items():
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
