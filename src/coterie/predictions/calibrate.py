"""How a model's probabilities are mended by what happened to users whom it was not fitted on.

Both ways keep the order of users. With few users the logit is stretched and shifted (Platt). With many, users
are pooled until what happened rises with what was foretold (isotonic); between the means of the pools it is
interpolated, so that no two users who were apart fall together, and at either end it rises a little still.

References:
    Platt (1999), Probabilistic Outputs for Support Vector Machines. Zadrozny & Elkan (2002), Transforming
    Classifier Scores into Accurate Multiclass Probability Estimates. Oron & Flournoy (2017), Centered
    Isotonic Regression.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from coterie.sources import sql

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.features.values import Floats

#: Users of either outcome from which on there are many.
MANY = 1_000

#: Probabilities are kept this far from 0 and 1 before their logit is taken.
_NEAREST = 1e-6

#: Groups of users by what was foretold that pools are made of.
_GROUPS = 100

#: How far it rises at either end, as a share of what is left to 0 and to 1.
_RISE = 1e-3

_STEPS = 100
_CLOSE = 1e-10


@dataclasses.dataclass(frozen=True, slots=True)
class Platt:
    """A logistic curve over the logit of what was foretold.

    Attributes:
        slope: From 0 on; 1 leaves the spread as it is.
        shift: Added to the logit.
    """

    slope: float
    shift: float

    def mended(self, foretold: Floats) -> Floats:
        """Mend probabilities."""
        bound = np.clip(foretold, _NEAREST, 1 - _NEAREST)
        found: Floats = 1 / (1 + np.exp(-(self.slope * np.log(bound / (1 - bound)) + self.shift)))
        return found

    def mending(self, foretold: exp.Expression) -> exp.Expression:
        """Write the same in SQL, over a column."""
        text = "case when :p < :low then :low when :p > :high then :high else :p end"
        bound = sql.sql(text, p=foretold, low=sql.double(_NEAREST), high=sql.double(1 - _NEAREST))
        text = "1e0 / (1e0 + exp(-(:slope * ln(:p / (1e0 - :p)) + :shift)))"
        return sql.sql(text, p=bound, slope=sql.double(self.slope), shift=sql.double(self.shift))


@dataclasses.dataclass(frozen=True, slots=True)
class Isotonic:
    """A rising line through points.

    Attributes:
        foretold: Probabilities as they were foretold, ascending, from 0 to 1.
        happened: What they are mended to, ascending.
    """

    foretold: tuple[float, ...]
    happened: tuple[float, ...]

    def mended(self, foretold: Floats) -> Floats:
        """Mend probabilities."""
        x, y = np.array(self.foretold), np.array(self.happened)
        place = np.clip(np.searchsorted(x, foretold), 1, len(x) - 1)
        slopes = np.diff(y) / np.diff(x)
        found: Floats = y[place - 1] + (foretold - x[place - 1]) * slopes[place - 1]
        return found

    def mending(self, foretold: exp.Expression) -> exp.Expression:
        """Write the same in SQL, over a column."""
        result: exp.Expression | None = None
        for at in range(len(self.foretold) - 1, 0, -1):
            start, slope = self.foretold[at - 1], self._slope(at)
            parts = {"y": sql.double(self.happened[at - 1]), "start": sql.double(start)}
            line = sql.sql(":y + (:p - :start) * :slope", p=foretold, slope=sql.double(slope), **parts)
            end = sql.double(self.foretold[at])
            text = "case when :p <= :end then :line else :rest end"
            result = line if result is None else sql.sql(text, p=foretold, end=end, line=line, rest=result)
        return sql.literal(result)

    def _slope(self, at: int) -> float:
        rise, run = (each[at] - each[at - 1] for each in (self.happened, self.foretold))
        return rise / run


Calibrator: TypeAlias = Platt | Isotonic


def calibrate(foretold: Floats, happened: Floats) -> Calibrator:
    """Learn how probabilities are to be mended.

    Args:
        foretold: Probabilities of users whom the model was not fitted on.
        happened: 0 or 1, both at least once.
    """
    fewer = min(int(happened.sum()), int((1 - happened).sum()))
    return isotonic(foretold, happened) if fewer >= MANY else platt(foretold, happened)


def platt(foretold: Floats, happened: Floats) -> Platt:
    """Fit the slope and the shift by Newton's steps, towards Platt's targets just inside 0 and 1."""
    many, few = float(happened.sum()), float((1 - happened).sum())
    target = np.where(happened > 0, (many + 1) / (many + 2), 1 / (few + 2))
    bound = np.clip(foretold, _NEAREST, 1 - _NEAREST)
    logit = np.log(bound / (1 - bound))
    slope, shift = _curve(logit, target)
    if slope >= 0:
        return Platt(slope, shift)
    rate = float(target.mean())  # what it foretells is the wrong way round: everyone's rate is better
    return Platt(0.0, float(np.log(rate / (1 - rate))))


def _curve(logit: Floats, target: Floats) -> tuple[float, float]:
    middle, spread = float(logit.mean()), float(logit.std()) or 1.0
    columns = np.column_stack([(logit - middle) / spread, np.ones(len(logit))])
    found = np.zeros(2)
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-columns @ found))
        curvature = columns.T @ (columns * (p * (1 - p))[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, columns.T @ (target - p))
        found = found + np.clip(step, -2, 2)
        if np.abs(step).max() < _CLOSE:
            break
    slope = float(found[0]) / spread
    return slope, float(found[1]) - slope * middle


def isotonic(foretold: Floats, happened: Floats) -> Isotonic:
    """Pool users until what happened rises with what was foretold."""
    x, y, users = _groups(foretold, happened)
    pools: list[tuple[float, float, float]] = []
    for pool in zip(x.tolist(), y.tolist(), users.tolist(), strict=True):
        pools.append(pool)
        while len(pools) > 1 and pools[-2][1] >= pools[-1][1]:
            pools[-2:] = [_together(pools[-2], pools[-1])]
    # Nothing is certain, whatever few users say.
    points = [(at, min(max(mean, _NEAREST), 1 - _NEAREST)) for at, mean, _ in pools]
    (first, lowest), (last, highest) = points[0], points[-1]
    if first > 0:
        points.insert(0, (0.0, lowest * (1 - _RISE)))
    if last < 1:
        points.append((1.0, highest + (1 - highest) * _RISE))
    return Isotonic(tuple(at for at, _ in points), tuple(mean for _, mean in points))


def _together(one: tuple[float, float, float], two: tuple[float, float, float]) -> tuple[float, float, float]:
    users = one[2] + two[2]
    at, mean = ((one[place] * one[2] + two[place] * two[2]) / users for place in (0, 1))
    return at, mean, users


def _groups(foretold: Floats, happened: Floats) -> tuple[Floats, Floats, Floats]:
    """Group users by what was foretold; those with the same prediction stay together."""
    _, place, counts = np.unique(foretold, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(foretold)
    _, group = np.unique(
        np.minimum((middle * _GROUPS).astype(np.int64), _GROUPS - 1)[place], return_inverse=True
    )
    users = np.bincount(group).astype(np.float64)
    x, y = (np.bincount(group, weights=each) / users for each in (foretold, happened))
    return x, y, users
