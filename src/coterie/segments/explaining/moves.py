"""The smallest change of a single feature that would move a user to another segment.

One feature at a time is varied outward from the user's value and each variant assigned; between the last
value that stays and the first that moves, the search goes on ever more finely. So it works for all borders
alike: what is asked is only where a row belongs.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlglot import exp

from coterie.features.shape import logged
from coterie.features.values import UNKNOWN, numbers
from coterie.segments.assign import assign
from coterie.segments.borders.predicates import Predicates, holds
from coterie.segments.prepare import matrix, weighed
from coterie.segments.segmentation import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from coterie.features.feature import Feature
    from coterie.features.values import Floats, Ints
    from coterie.segments.segmentation import Segmentation, Summary

#: Units that come in whole numbers.
WHOLE = frozenset({"events", "days"})

#: Units that can't be below zero.
NOT_NEGATIVE = frozenset({"events", "days", "seconds", "characters", "share", "per week"})

#: How far from the user's value is looked at first, in scales of the feature.
_OFFSETS = np.concatenate([np.linspace(0.0, 10.0, 81)[1:], np.geomspace(10.0, 1e7, 40)[1:]])
#: Rounds of the search, and values that each tries between two bounds.
_ROUNDS = 7
_TRIED = 32
_CLOSE = 1e-9
_ROUNDING = 1e-12
_OF_95 = 1.96
#: Where numbers without bounds end; squares of them are numbers still.
_FURTHEST = 1e100


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A change of one feature that would move a user to another segment.

    Attributes:
        feature: The feature.
        value: What it would have to be; a number a hair beyond the border, or a category.
        segment: Where the user would go.
        size: Length of the move in the space that the segmentation was fitted in; where it is drawn by
            conditions on features, in standard deviations of the feature, and 1 for a category.
    """

    feature: str
    value: float | str
    segment: int
    size: float


def moves(segmentation: Segmentation, features: Sequence[Feature], row: pa.Table) -> tuple[Change, ...]:
    """Find for each feature the smallest change of it alone that moves a user, where there is one.

    Args:
        segmentation: A fitted segmentation.
        features: What is known of the features; only those that have a say are varied.
        row: The user's features.

    Returns:
        The changes, the smallest first.
    """
    if len(segmentation.segments) == 1:
        return ()
    own = int(assign(segmentation, row)[0])
    heard = _heard(segmentation)
    known = [feature for feature in features if feature.name in heard]
    axes = [_axis(segmentation, each, row) for each in known if not each.categorical]
    found = [*_of_numbers(segmentation, row, axes, own)]
    for feature in known:
        if feature.categorical:
            found += _of_words(segmentation, row, feature.name, own)
    best: dict[str, Change] = {}
    for change in sorted(found, key=lambda each: (each.size, each.feature, str(each.value))):
        best.setdefault(change.feature, change)
    return tuple(best.values())


def _heard(segmentation: Segmentation) -> set[str]:
    if isinstance(segmentation.borders, Predicates):
        return {*segmentation.borders.numbers, *segmentation.borders.words}
    return {step.feature for step in segmentation.steps if step.weight > 0}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    """A feature that holds numbers, and how it is varied.

    Attributes:
        step: From its value to a coordinate that weighs 1.
        weight: What a coordinate weighs.
        start: The coordinate of the user.
        low: The lowest value it can have.
        high: The highest.
        whole: Whether it comes in whole numbers.
        marks: Coordinates that must be looked at: where conditions have their numbers.
        unknown: Whether the user's value is null, and null is a value of its own.
    """

    step: Step
    weight: float
    start: float
    low: float
    high: float
    whole: bool
    marks: Floats
    unknown: bool

    @property
    def feature(self) -> str:
        return self.step.feature

    def coordinates(self, values: Floats) -> Floats:
        return weighed(logged(np.clip(values, self.low, self.high), self.step.log), self.step)

    def values(self, coordinates: Floats) -> Floats:
        """Find the feature's values behind coordinates."""
        found = coordinates * self.step.scale + self.step.centre
        if self.step.log:
            found = np.copysign(np.expm1(np.minimum(np.abs(found), math.log(_FURTHEST))), found)
        kept: Floats = np.clip(found, self.low, self.high)
        return kept

    def outward(self, side: float) -> Floats:
        """List the coordinates to look at on one side, the nearest first."""
        end = float(self.coordinates(np.array([self.high if side > 0 else self.low]))[0])
        ends = [end] if abs(end - self.start) <= _OFFSETS[-1] else []
        found = np.concatenate([self.start + side * _OFFSETS, self.marks, ends])
        found = found[(side * (found - self.start) > 0) & (side * (end - found) >= 0)]
        here = [self.start] if self.unknown else []
        return np.concatenate([here, np.unique(found)[:: int(side)]])


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Bracket:
    """Between two coordinates of an axis a user moves to another segment; `far` is there already."""

    axis: _Axis
    side: float
    near: float
    far: float

    @property
    def narrow(self) -> bool:
        return abs(self.far - self.near) <= _ROUNDING * max(abs(self.far), 1.0)

    def tried(self) -> Floats:
        return np.linspace(self.near, self.far, _TRIED + 2)[1:-1]

    def closer(self, at: Floats, moved: NDArray[np.bool_]) -> _Bracket:
        """Narrow it, knowing at which of some coordinates, the nearest first, the user has moved."""
        first = int(np.argmax(moved)) if moved.any() else len(at)
        near = float(at[first - 1]) if first else self.near
        return dataclasses.replace(self, near=near, far=float(at[first]) if first < len(at) else self.far)


def _axis(segmentation: Segmentation, feature: Feature, row: pa.Table) -> _Axis:
    step, weight = _step(segmentation, feature.name)
    value = float(numbers(row, feature.name)[0])
    null = math.isnan(value)
    low = 0.0 if feature.unit in NOT_NEGATIVE else -_FURTHEST
    high = 1.0 if feature.unit == "share" else _FURTHEST
    axis = _Axis(
        step=step,
        weight=weight,
        start=0.0,
        low=low if null else min(low, value),
        high=high if null else max(high, value),
        whole=feature.unit in WHOLE,
        marks=np.empty(0),
        unknown=null and isinstance(segmentation.borders, Predicates),
    )
    start = axis.coordinates(np.array([step.fill if null else value]))
    marks = axis.coordinates(np.array(_marks(segmentation, feature.name)))
    return dataclasses.replace(axis, start=float(start[0]), marks=marks)


def _step(segmentation: Segmentation, name: str) -> tuple[Step, float]:
    """Tell how a feature becomes a coordinate, and its weight; conditions see it as it is, without bounds."""
    found = next((step for step in segmentation.steps if step.feature == name and step.weight > 0), None)
    if found is None:
        return _plain(segmentation, name), 1.0
    if isinstance(segmentation.borders, Predicates):
        return dataclasses.replace(found, weight=1.0, clip=None), 1.0
    return dataclasses.replace(found, weight=1.0), found.weight


def _plain(segmentation: Segmentation, name: str) -> Step:
    """Measure a feature in standard deviations, as the summaries of the segments tell them."""
    found = [each for segment in segmentation.segments for each in segment.summary if each.feature == name]
    known = [(each.users, each.mean, _deviation(each)) for each in found if each.mean is not None]
    users = sum(n for n, _, _ in known) or 1
    middle = sum(n * mean for n, mean, _ in known) / users
    square = sum(n * (deviation**2 + (mean - middle) ** 2) for n, mean, deviation in known) / users
    return Step(name, None, middle, False, middle, math.sqrt(square) or 1.0, 1.0, None, "")


def _deviation(summary: Summary) -> float:
    if summary.low is None or summary.high is None:
        return 0.0
    return (summary.high - summary.low) / (2 * _OF_95) * math.sqrt(summary.users)


def _literals(segmentation: Segmentation) -> list[exp.Literal]:
    borders = segmentation.borders
    if not isinstance(borders, Predicates):
        return []
    trees = [holds(borders, condition) for condition in borders.conditions]
    return [each for tree in trees for each in tree.find_all(exp.Literal)]


def _marks(segmentation: Segmentation, name: str) -> list[float]:
    """List the numbers in conditions and their neighbours, as a border may run at each of them."""
    borders = segmentation.borders
    if not isinstance(borders, Predicates) or name not in borders.numbers:
        return []
    found = {float(each.this) for each in _literals(segmentation) if not each.is_string}
    signed = {side * number for number in found for side in (-1.0, 1.0)}
    return [number + to * _CLOSE * max(abs(number), 1.0) for number in sorted(signed) for to in (-1, 0, 1)]


def _of_numbers(
    segmentation: Segmentation, row: pa.Table, axes: Sequence[_Axis], own: int
) -> Iterator[Change]:
    """Find the nearest value on either side of each axis at which the user belongs elsewhere."""
    brackets = [_Bracket(axis, side, axis.start, axis.start) for axis in axes for side in (-1.0, 1.0)]
    tried = [each.axis.outward(each.side) for each in brackets]
    found = _placed(
        segmentation, row, [(b.axis, b.axis.values(at)) for b, at in zip(brackets, tried, strict=True)]
    )
    brackets = [
        bracket.closer(at, ids != own)
        for bracket, at, ids in zip(brackets, tried, found, strict=True)
        if (ids != own).any()
    ]
    for _ in range(_ROUNDS):
        if all(each.narrow for each in brackets):
            break
        tried = [each.tried() for each in brackets]
        found = _placed(
            segmentation, row, [(b.axis, b.axis.values(at)) for b, at in zip(brackets, tried, strict=True)]
        )
        brackets = [b.closer(at, ids != own) for b, at, ids in zip(brackets, tried, found, strict=True)]
    candidates = [(each.axis, _written(each)) for each in brackets]
    for (axis, values), ids in zip(candidates, _placed(segmentation, row, candidates), strict=True):
        moved = np.flatnonzero(ids != own)
        if moved.size:
            value = float(values[moved[0]])
            away = abs(float(axis.coordinates(np.array([value]))[0]) - axis.start) * axis.weight
            yield Change(axis.feature, value, int(ids[moved[0]]), away + axis.unknown)


def _written(bracket: _Bracket) -> Floats:
    """Offer the value found; of a feature in whole numbers the one at it, or else the next one outward."""
    value = float(bracket.axis.values(np.array([bracket.far]))[0])
    if not bracket.axis.whole:
        return np.array([value])
    outward = math.ceil if bracket.side > 0 else math.floor
    rounding = bracket.side * _CLOSE * max(abs(value), 1.0)
    return np.array([outward(value - rounding), outward(value)], dtype=float)


def _placed(segmentation: Segmentation, row: pa.Table, tried: Sequence[tuple[_Axis, Floats]]) -> list[Ints]:
    """Assign the user once for each value of each feature."""
    ends = np.cumsum([0, *(len(values) for _, values in tried)])
    rows = row.select(sorted(_heard(segmentation))).take(np.zeros(ends[-1], dtype=np.int64))
    for name in dict.fromkeys(axis.feature for axis, _ in tried):
        column = np.full(ends[-1], numbers(row, name)[0])
        for (axis, values), start in zip(tried, ends, strict=False):
            if axis.feature == name:
                column[start : start + len(values)] = values
        at = rows.column_names.index(name)
        rows = rows.set_column(at, name, pa.array(column, from_pandas=True))
    return np.split(assign(segmentation, rows), ends[1:-1]) if tried else []


def _of_words(segmentation: Segmentation, row: pa.Table, name: str, own: int) -> Iterator[Change]:
    here = row[name][0].as_py() or UNKNOWN
    summed = {s.category for segment in segmentation.segments for s in segment.summary if s.feature == name}
    stepped = {step.category for step in segmentation.steps if step.feature == name}
    written = {each.this for each in _literals(segmentation) if each.is_string}
    values = sorted(filter(None, summed | stepped | written - {here}))
    rows = row.take(np.zeros(len(values), dtype=np.int64))
    rows = rows.set_column(rows.column_names.index(name), name, pa.array(values, pa.string()))
    away = np.ones(len(values))
    if not isinstance(segmentation.borders, Predicates):
        apart = matrix(segmentation.steps, rows) - matrix(segmentation.steps, row)
        away = np.sqrt(np.square(apart).sum(axis=1))
    for value, ident, size in zip(values, assign(segmentation, rows).tolist(), away.tolist(), strict=True):
        if ident != own:
            yield Change(name, value, ident, size)
