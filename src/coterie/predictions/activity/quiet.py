"""Which frequent users are about to go quiet, how likely each of them is, and why.

A logistic regression on six numbers, each against the user's own rhythm: three days of silence mean much of
somebody who comes daily, and nothing of somebody who comes on Mondays. It is learnt as of past dates, two or
more `quiet_weeks` back. Later dates count more, how much the dates differ widens every interval, and what it
foretold of each date from the ones before sets right how far its probabilities go apart (Platt scaling). The
last date whose following weeks are known is the check, where all of this is done without it.

References:
    Platt (1999), Probabilistic outputs for support vector machines and comparisons to regularized likelihood
    methods.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.predictions.activity import rhythm
from coterie.predictions.evaluation.calibration import Calibration, calibration

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from coterie.predictions.activity.history import History
    from coterie.predictions.activity.rhythm import Floats, Rhythms
    from coterie.project.lasting import ActivitySettings
    from coterie.sources.warehouse import Warehouse

#: What the probability is made of, in order; also the keys of reasons.
SIGNS = ("silence", "fewer_days", "missed_weeks", "long_rests", "unevenness", "short_history")

#: As of how many past dates it is learnt, at most, and how many users must have gone quiet and stayed.
_DATES = 8
_FEWEST = 10
_RIDGE = 1.0
_STEPS = 50
_CLOSE = 1e-9
_Z = 1.959963984540054
_BINS = 5
#: What a date counts, against the one after it.
_FADING = 0.7
#: Dates that a forecast of the next one is learnt from, at least, and how hard it is to bend what it says.
_BEFORE = 2
_STIFF = (1.0, 10.0)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Quiet:
    """Frequent users with the probability of each to go quiet.

    Attributes:
        rhythms: The users as of the date; their `quiet` says nothing, as nothing is known yet.
        probability: For each, 0..1; none where it can't be learnt.
        low: Lower end of the 95 % interval of `probability`.
        high: Upper end.
        reasons: Users x `SIGNS`: what each adds to the log-odds over the average frequent user.
        learnt_from: Users of past dates that it was learnt from, a user counted once a date.
        went_quiet: How many of them went quiet.
        checked: How well it foretold the last date whose following weeks are known, where it was left out.
        of_silence: The same of going by the days of silence alone.
        brier_of_rate: Brier's score of foretelling everyone the rate of the dates before, on that date.
        note: Why there are no probabilities; empty if there are.
    """

    rhythms: Rhythms
    probability: Floats
    low: Floats
    high: Floats
    reasons: Floats
    learnt_from: int
    went_quiet: int
    checked: Calibration | None
    of_silence: Calibration | None
    brier_of_rate: float | None = None
    note: str = ""


def quiet(warehouse: Warehouse, settings: ActivitySettings, history: History, as_of_day: int) -> Quiet:
    """Learn from past dates who went quiet, and tell it of today's frequent users.

    Args:
        warehouse: Where `user_days` is.
        settings: What frequent and quiet mean.
        history: How many weeks of the past there are.
        as_of_day: The date in days since 1970-01-01.
    """
    step = settings.quiet_weeks
    dates = [as_of_day - 7 * step * back for back in range(min(_DATES, history.moves // step) + 1)]
    found = rhythm.read(warehouse, settings, dates)
    today, past = found.day == as_of_day, found.day < as_of_day
    now = _only(found, today)
    if len(dates) < 3 or not _enough(found.quiet[past]):  # noqa: PLR2004
        return _unknown(now, found.quiet[past])
    signs = _signs(found)
    last, earlier = found.day == dates[1], found.day < dates[1]
    checked = of_silence = of_rate = None
    if _enough(found.quiet[earlier]) and last.any():
        checked, of_silence = (_checked(columns, found, earlier, last) for columns in (signs, signs[:, :1]))
        of_rate = float(np.square(found.quiet[last] - found.quiet[earlier].mean()).mean())
    learnt = _Learnt(signs[past], found.quiet[past], found.day[past])
    probability, low, high = learnt.interval(signs[today])
    return Quiet(
        now,
        probability,
        low,
        high,
        learnt.parts(signs[today]),
        int(past.sum()),
        int(found.quiet[past].sum()),
        checked,
        of_silence,
        of_rate,
    )


def _checked(
    signs: Floats, found: Rhythms, learnt: NDArray[np.bool_], last: NDArray[np.bool_]
) -> Calibration:
    model = _Learnt(signs[learnt], found.quiet[learnt], found.day[learnt])
    return calibration(model.interval(signs[last])[0], found.quiet[last], bins=_BINS)


def _enough(happened: Floats) -> bool:
    return bool(min(happened.sum(), (1 - happened).sum()) >= _FEWEST)


def _unknown(now: Rhythms, happened: Floats) -> Quiet:
    none = np.full(len(now.day), np.nan)
    signs = np.zeros((len(now.day), len(SIGNS)))
    told = (
        f"{int(happened.sum()):,} of {len(happened):,} frequent users of past dates went quiet and "
        f"{int((1 - happened).sum()):,} did not; it takes {_FEWEST} of each to learn who will."
    )
    return Quiet(now, none, none, none, signs, len(happened), int(happened.sum()), None, None, note=told)


def _only(found: Rhythms, wanted: NDArray[np.bool_]) -> Rhythms:
    import pyarrow as pa

    chosen = {
        field.name: getattr(found, field.name)[wanted]
        for field in dataclasses.fields(found)
        if field.name != "users"
    }
    users: pa.Array = found.users.filter(pa.array(wanted))
    return dataclasses.replace(found, users=users, **chosen)


def _signs(found: Rhythms) -> Floats:
    """Bring what is known of users on scales of which more means quieter."""
    return np.column_stack(
        [
            np.log((found.silence + 1) / np.maximum(found.usual_rest, 1.0)),
            -np.log((found.days_lately + 0.5) / (found.days_usual + 0.5)),
            -found.active_weeks,
            np.log(np.maximum(found.usual_rest, 1.0)),
            found.unevenness,
            -np.log(found.age_weeks + 1),
        ]
    )


class _Learnt:
    """A logistic regression whose probabilities were set right by dates it did not know.

    Args:
        signs: Users x numbers.
        happened: 1 or 0.
        day: The date of each user.
    """

    def __init__(self, signs: Floats, happened: Floats, day: NDArray[np.int64]) -> None:
        self._mean = signs.mean(axis=0)
        spread = signs.std(axis=0)
        self._scale = np.where(spread > 0, spread, 1.0)
        design = self._design(signs)
        dates, place = np.unique(day, return_inverse=True)
        counts = _faded(len(dates) - 1 - place)
        self._weights, self._errors = _logistic(design, happened, counts, *_ridge(design))
        self._errors[0, 0] += _between(design @ self._weights, happened, place)
        self._level, self._slope = _set_right(design, happened, place)

    def _design(self, signs: Floats) -> Floats:
        return np.column_stack([np.ones(len(signs)), (signs - self._mean) / self._scale])

    def interval(self, signs: Floats) -> tuple[Floats, Floats, Floats]:
        """Tell the probability of each user with its 95 % interval."""
        design = self._design(signs)
        odds = self._level + self._slope * (design @ self._weights)
        half = _Z * np.sqrt(np.einsum("ij,jk,ik->i", design, self._errors, design))
        return _expit(odds), _expit(odds - half), _expit(odds + half)

    def parts(self, signs: Floats) -> Floats:
        """Tell what each sign adds to the log-odds of each user over the average."""
        found: Floats = self._slope * (signs - self._mean) / self._scale * self._weights[1:]
        return found


def _faded(ago: NDArray[np.int64]) -> Floats:
    found: Floats = np.power(_FADING, ago.astype(float))
    return found


def _ridge(design: Floats) -> tuple[Floats, Floats]:
    """Where the weights start from and are drawn to, and how hard; the level is free."""
    size = design.shape[1]
    return np.zeros(size), np.array([0.0, *[_RIDGE] * (size - 1)])


def _logistic(
    design: Floats, happened: Floats, counts: Floats, start: Floats, penalty: Floats
) -> tuple[Floats, Floats]:
    """Find the weights of a logistic regression by Newton's method, and their covariances."""
    weights = start.copy()
    for _ in range(_STEPS):
        chance = _expit(design @ weights)
        curvature = design.T @ (design * (counts * chance * (1 - chance))[:, None]) + np.diag(
            penalty + _CLOSE
        )
        downhill = design.T @ (counts * (happened - chance)) - penalty * (weights - start)
        step = np.linalg.solve(curvature, downhill)
        weights = weights + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < _CLOSE:
            break
    return weights, np.linalg.inv(curvature).astype(np.float64)


def _set_right(design: Floats, happened: Floats, place: NDArray[np.int64]) -> tuple[float, float]:
    """Find the line through foretold log-odds that fits what happened on dates that were not learnt from."""
    odds, outcomes = [], []
    for date in range(_BEFORE, int(place.max()) + 1):
        before, then = place < date, place == date
        if _enough(happened[before]):
            counts = _faded(date - 1 - place[before])
            weights, _ = _logistic(design[before], happened[before], counts, *_ridge(design))
            odds.append(design[then] @ weights)
            outcomes.append(happened[then])
    if not odds:
        return 0.0, 1.0
    told = np.concatenate(odds)
    line = np.column_stack([np.ones(len(told)), told])
    start, ones = np.array([0.0, 1.0]), np.ones(len(told))
    (level, slope), _ = _logistic(line, np.concatenate(outcomes), ones, start, np.array(_STIFF))
    return float(level), max(float(slope), 0.0)


def _between(odds: Floats, happened: Floats, place: NDArray[np.int64]) -> float:
    """How much the log-odds of dates differ (their variance), less what chance makes of equal dates."""
    chance = _expit(odds)
    information = np.maximum(np.bincount(place, weights=chance * (1 - chance)), 1e-9)
    offsets = np.bincount(place, weights=happened - chance) / information
    return max(float(offsets.var() - np.mean(1 / information)), 0.0)


def _expit(odds: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-odds))
    return found
