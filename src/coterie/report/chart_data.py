"""The numbers behind each chart, as tables: the headless twins of `coterie.report.charts`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.features import shape, values
from coterie.report import words
from coterie.segments import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    import numpy.typing as npt

    from coterie.features.feature import Feature
    from coterie.features.values import Floats
    from coterie.report.words import Wording
    from coterie.segments.segmentation import Step

    Ids: TypeAlias = npt.NDArray[np.integer]

#: Points that a cloud of users shows at most.
POINTS = 2_000
#: Users that differences, distributions and correlations are worked out from at most.
MANY = 50_000
#: Of rows of the heatmap that correlate by more than this one is drawn.
SAME = 0.9
#: Values of a categorical feature that get a row in the heatmap at most.
VALUES = 5
QUANTILES = {"p5": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95}
_TINY = 1e-12
_WEEK = 7


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Some users, picked by chance but always the same.

    Attributes:
        rows: Their features.
        segments: Their segments, aligned.
        of: How many users there are in all.
    """

    rows: pa.Table
    segments: Ids
    of: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Users seen along the two directions in which they differ most.

    Attributes:
        points: ``segment``, ``name``, ``across`` and ``up`` of each user.
        shares: The share of all variance along each direction.
        features: What each direction is made of mainly, as names of features.
    """

    points: pa.Table
    shares: tuple[float, float]
    features: tuple[tuple[str, ...], tuple[str, ...]]


def sample(rows: pa.Table, segments: Ids, most: int = POINTS, seed: int = 0) -> Sample:
    """Pick up to `most` users.

    Examples:
        >>> sample(pa.table({"x": range(10)}), np.ones(10, dtype=int), most=3).rows.num_rows
        3
    """
    if rows.num_rows <= most:
        return Sample(rows, segments, rows.num_rows)
    places = np.sort(np.random.default_rng(seed).choice(rows.num_rows, most, replace=False))
    return Sample(rows.take(places), segments[places], rows.num_rows)


def sizes_data(wording: Wording) -> pa.Table:
    """Count the users of each segment: ``segment, name, users, share``."""
    segments = wording.segmentation.segments
    return pa.table({
        "segment": [s.id for s in segments],
        "name": [wording.name(s.id) for s in segments],
        "users": [s.users for s in segments],
        "share": [s.share for s in segments],
    })  # fmt: skip


def differences_data(wording: Wording, some: Sample) -> pa.Table:
    """Measure how far each segment's mean is from everyone's, in everyone's standard deviations.

    Returns:
        ``feature, category, label, segment, name, difference``; features that differ most come first. Numbers
        are taken as they were prepared for the segmentation (on a log scale where that was chosen).
    """
    rows: list[dict[str, object]] = []
    for feature, category, column in _columns(wording, some):
        spread = float(np.nanstd(column)) if np.isfinite(column).any() else 0.0
        if spread <= _TINY:
            continue
        scaled = (column - np.nanmean(column)) / spread
        name = _row_label(wording, feature, category)
        for segment in wording.segmentation.segments:
            mine = scaled[some.segments == segment.id]
            mean = float(np.nanmean(mine)) if np.isfinite(mine).any() else None
            rows.append({
                "feature": feature.name, "category": category, "label": name, "segment": segment.id,
                "name": wording.name(segment.id), "difference": mean,
            })  # fmt: skip
    furthest: dict[object, float] = {}
    for row in rows:
        gap = abs(row["difference"]) if isinstance(row["difference"], float) else 0.0
        furthest[row["label"]] = max(gap, furthest.get(row["label"], 0.0))
    rows.sort(key=lambda row: -furthest[row["label"]])
    return pa.Table.from_pylist(rows, schema=_DIFFERENCES)


_DIFFERENCES = pa.schema({
    "feature": pa.string(), "category": pa.string(), "label": pa.string(),
    "segment": pa.int64(), "name": pa.string(), "difference": pa.float64(),
})  # fmt: skip


def telling(wording: Wording, some: Sample, differences: pa.Table, most: int) -> list[str]:
    """Pick the labels of the rows that differ most, one of each group that says the same (`SAME`).

    Args:
        wording: The segmentation.
        some: The users that `differences` was worked out from.
        differences: Of `differences_data`.
        most: Labels to pick at most.
    """
    columns = {
        _row_label(wording, feature, category): _standardised(column)
        for feature, category, column in _columns(wording, some)
    }
    picked: dict[str, Floats] = {}
    for label in dict.fromkeys(differences.column("label").to_pylist()):
        if len(picked) == most:
            break
        if all(abs(float(columns[label] @ other)) <= SAME for other in picked.values()):
            picked[label] = columns[label]
    return list(picked)


def _standardised(column: Floats) -> Floats:
    """Centre a column at the mean of those with a value and give it the length 1."""
    offsets = (
        np.nan_to_num(column - np.nanmean(column)) if np.isfinite(column).any() else np.zeros(len(column))
    )
    length = float(np.sqrt(offsets @ offsets))
    return offsets / length if length > _TINY else offsets


def _row_label(wording: Wording, feature: Feature, category: str | None) -> str:
    return wording.label(feature.name) + (f": {category}" if category is not None else "")


def _columns(wording: Wording, some: Sample) -> list[tuple[Feature, str | None, Floats]]:
    steps = {step.feature: step for step in wording.segmentation.steps if step.category is None}
    found: list[tuple[Feature, str | None, Floats]] = []
    for feature in wording.features.values():
        if feature.categorical:
            column = values.words(some.rows, feature.name)
            common = np.argsort(-column.counts(), kind="stable")[:VALUES]
            found += [(feature, column.values[at], (column.codes == at).astype(float)) for at in common]
        else:
            numbers = values.numbers(some.rows, feature.name)
            step = steps.get(feature.name)
            if step is not None and step.weight > 0:
                numbers = prepare.prepared(numbers, dataclasses.replace(step, weight=1.0))
            found.append((feature, None, numbers))
    return found


def map_data(wording: Wording, some: Sample) -> Plane:
    """Project users onto the two main directions (principal components) of their prepared numbers."""
    steps = wording.segmentation.steps
    matrix = prepare.matrix(steps, some.rows)
    centred = matrix - matrix.mean(axis=0) if len(matrix) else matrix
    directions, shares = _principal(centred)
    points = centred @ directions.T
    plane = pa.table({
        "segment": some.segments,
        "name": [wording.name(int(ident)) for ident in some.segments],
        "across": points[:, 0],
        "up": points[:, 1],
    })  # fmt: skip
    mainly = [_mainly(wording, steps, direction) for direction in directions]
    return Plane(plane, (shares[0], shares[1]), (mainly[0], mainly[1]))


def _principal(centred: Floats) -> tuple[Floats, list[float]]:
    """Find two directions and their shares of variance; a direction that isn't there is zero."""
    width = centred.shape[1]
    directions, shares = np.zeros((2, width)), [0.0, 0.0]
    if not centred.size:
        return directions, shares
    found, vectors = np.linalg.eigh(centred.T @ centred)
    for at in range(min(2, width)):
        vector = vectors[:, -1 - at]
        # The sign of an eigenvector is free; fix it so that the map never flips from run to run.
        directions[at] = vector if vector[np.argmax(np.abs(vector))] > 0 else -vector
        shares[at] = float(max(found[-1 - at], 0.0) / found.sum()) if found.sum() > _TINY else 0.0
    return directions, shares


def _mainly(wording: Wording, steps: Sequence[Step], direction: Floats, most: int = 3) -> tuple[str, ...]:
    """Name the features that a direction is made of mainly, one a family, as a family says much the same."""
    order = np.argsort(-np.abs(direction), kind="stable").tolist()
    found: dict[str, str] = {}
    for name in (steps[at].feature for at in order if abs(direction[at]) > _TINY):
        known = wording.features.get(name)
        found.setdefault(known.family if known else name, name)
    return tuple(found.values())[:most]


def scatter_data(wording: Wording, some: Sample, features: tuple[str, ...]) -> pa.Table:
    """Give some features of some users: ``segment, name`` and a column a feature."""
    columns: dict[str, object] = {
        "segment": some.segments,
        "name": [wording.name(int(ident)) for ident in some.segments],
    }
    for feature in features:
        columns[feature] = pa.array(values.numbers(some.rows, feature), from_pandas=True)
    return pa.table(columns)


def numeric(wording: Wording) -> list[Feature]:
    """List the features that are numbers, in the order of the catalogue."""
    return [feature for feature in wording.features.values() if not feature.categorical]


def distributions_data(wording: Wording, some: Sample) -> pa.Table:
    """Summarise each numeric feature in each segment.

    Returns:
        ``feature, segment, name, users`` (with a value, in the sample) and the quantiles ``p5`` to ``p95``;
        no row where nobody has a value.
    """
    rows: list[dict[str, object]] = []
    for feature in numeric(wording):
        column = values.numbers(some.rows, feature.name)
        for segment in wording.segmentation.segments:
            mine = column[some.segments == segment.id]
            mine = mine[~np.isnan(mine)]
            if mine.size:
                marks = np.percentile(mine, list(QUANTILES.values())).tolist()
                about = {"feature": feature.name, "segment": segment.id, "name": wording.name(segment.id)}
                rows.append({**about, "users": mine.size, **dict(zip(QUANTILES, marks, strict=True))})
    return pa.Table.from_pylist(rows, schema=_DISTRIBUTIONS)


_DISTRIBUTIONS = pa.schema(
    [("feature", pa.string()), ("segment", pa.int64()), ("name", pa.string()), ("users", pa.int64())]
    + [(mark, pa.float64()) for mark in QUANTILES]
)


def correlations_data(wording: Wording, some: Sample, most: int = 16) -> pa.Table:
    """Correlate the prepared numbers of the segmentation with each other.

    Args:
        wording: The segmentation.
        some: The users to look at.
        most: Features to keep: those with the strongest ties.

    Returns:
        ``feature, other, label, other_label, correlation``, every pair both ways, with itself too.
    """
    used = [step for step in wording.segmentation.steps if step.category is None and step.weight > 0]
    used = [step for step in used if step.feature in wording.features]
    related = shape.correlations(prepare.matrix(tuple(used), some.rows))
    strongest = np.argsort(-(np.abs(related) - np.eye(len(used))).max(axis=1, initial=-1.0), kind="stable")
    kept = sorted(strongest[:most].tolist())
    labels = [words.label(wording.features[step.feature], wording.language) for step in used]
    pairs = [(a, b) for a in kept for b in kept]
    return pa.table({
        "feature": pa.array([used[a].feature for a, _ in pairs], pa.string()),
        "other": pa.array([used[b].feature for _, b in pairs], pa.string()),
        "label": pa.array([labels[a] for a, _ in pairs], pa.string()),
        "other_label": pa.array([labels[b] for _, b in pairs], pa.string()),
        "correlation": pa.array([float(related[a, b]) for a, b in pairs], pa.float64()),
    })  # fmt: skip


def weekly_data(wording: Wording, weekly: pa.Table) -> pa.Table:
    """Say for each week and segment what happened; where nothing did, that is 0.

    Returns:
        ``week_start, segment, name, days, complete, events, users, events_per_user``: ``days`` is how many
        days of the week there are data of; a week is ``complete`` with all seven.
    """
    found = {(row["week_start"], row["segment"]): row for row in weekly.to_pylist()}
    days = {week: row["days"] for (week, _), row in found.items()}
    first, last = min(days), max(days)
    weeks = [first + dt.timedelta(days=ahead) for ahead in range(0, (last - first).days + 1, _WEEK)]
    rows = []
    for week in weeks:
        for segment in wording.segmentation.segments:
            row = found.get((week, segment.id), {"events": 0, "users": 0})
            rows.append({
                "week_start": week, "segment": segment.id, "name": wording.name(segment.id),
                "days": days.get(week, _WEEK), "complete": days.get(week, _WEEK) == _WEEK,
                "events": row["events"], "users": row["users"],
                "events_per_user": row["events"] / segment.users if segment.users else 0.0,
            })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_WEEKLY)


_WEEKLY = pa.schema({
    "week_start": pa.date32(), "segment": pa.int64(), "name": pa.string(), "days": pa.int64(),
    "complete": pa.bool_(), "events": pa.int64(), "users": pa.int64(), "events_per_user": pa.float64(),
})  # fmt: skip
