"""How many users will be in each state, week by week, and how good such forecasts were before.

Users with the same pattern are active in the next week with the same probability, and all of them a little
more or less likely in a good week or a bad one. Paths are drawn: first the probabilities, which are known
from few users or many; then for each week how good it is, which goes on from the last one and forgets it as
past weeks did; then who comes. New users arrive as they did in the last weeks; what they add is stated apart.

The same forecast is made as of past dates. Where more of what happened then lies outside the intervals than
should, they are widened until it does not.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.predictions.activity.history import held_back
from coterie.predictions.activity.states import STATES

if TYPE_CHECKING:
    from coterie.predictions.activity.history import Counts, History

#: Weeks with a week after that a forecast needs.
FEWEST = 4
#: The last weeks whose arrivals go on.
ARRIVALS = 8

_DRAWS = 500
_CHECKS = 4
#: What part of the past must lie inside the intervals.
_INSIDE = 0.95
#: How much of a good week is left a week later, where nothing is seen of it, and how many weeks that counts.
_KEPT, _KEPT_WEEKS = 0.5, 4.0
_BOUNDS = (2.5, 97.5)
#: Users that a pattern borrows from its state, where it has few of its own.
_BORROWED = 4.0
_STEPS = 30


@dataclasses.dataclass(frozen=True, slots=True)
class Foretold:
    """How many users a state will have.

    Attributes:
        week: Weeks after the date: 1, 2, ...
        state: The state.
        users: Expected number at the end of that week.
        low: Lower end of the 95 % interval.
        high: Upper end.
        arrivals: How many of `users` are expected to arrive only after the date.
    """

    week: int
    state: str
    users: float
    low: float
    high: float
    arrivals: float


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """A forecast of the past beside what happened.

    Attributes:
        origin: How many weeks before the date it was made as of.
        week: Weeks after that.
        state: The state.
        happened: Users in it.
        users: Foretold, with an interval of 95 % from `low` to `high`.
        low: Lower end.
        high: Upper end.
        naive: What there was when the forecast was made: the same as last week.
    """

    origin: int
    week: int
    state: str
    happened: int
    users: float
    low: float
    high: float
    naive: int


@dataclasses.dataclass(frozen=True, slots=True)
class Forecast:
    """What is foretold, and how it went before.

    Attributes:
        weeks: The forecast, week by week and state by state.
        checks: Forecasts of the past beside what happened; none where there are too few weeks.
        widened: By how much the intervals of `weeks` were widened after the checks; 1 is not at all.
    """

    weeks: tuple[Foretold, ...]
    checks: tuple[Checked, ...]
    widened: float

    @property
    def error(self) -> float:
        """How many users the forecasts of the past were off by, on average."""
        return float(np.mean([abs(one.users - one.happened) for one in self.checks]))

    @property
    def naive_error(self) -> float:
        """The same of foretelling what there was at the time."""
        return float(np.mean([abs(one.naive - one.happened) for one in self.checks]))

    @property
    def inside(self) -> float:
        """The share of what happened that lay inside the intervals before they were widened."""
        return float(np.mean([one.low <= one.happened <= one.high for one in self.checks]))


def forecast(history: History, weeks: int, seed: int) -> Forecast:
    """Foretell the number of users in each state, and check it on the past.

    Args:
        history: Of at least `FEWEST` moves.
        weeks: How many weeks ahead.
        seed: Makes the intervals repeatable.
    """
    checks = check(history, weeks, seed)
    widened = _widening(checks)
    return Forecast(_foretold(history, weeks, seed, widened=widened), checks, widened)


def _widening(checks: tuple[Checked, ...]) -> float:
    """How many times as wide intervals must be to hold what happened."""
    if not checks:
        return 1.0
    ratios = [
        abs(one.happened - one.users) / max((one.high - one.low) / 2, one.users**0.5, 1.0) for one in checks
    ]
    return max(1.0, float(np.quantile(ratios, _INSIDE)))


def _foretold(
    history: History, weeks: int, seed: int, *, draws: int = _DRAWS, widened: float = 1.0
) -> tuple[Foretold, ...]:
    now, later = _drawn(history, weeks, np.random.default_rng(seed), draws)
    both = now + later
    means, arrivals = both.mean(axis=0), later.mean(axis=0)
    low, high = np.percentile(both, _BOUNDS, axis=0)
    low = np.maximum(means - (means - low) * widened, 0.0)
    high = np.minimum(means + (high - means) * widened, both.sum(axis=2).max(axis=0)[:, None])
    return tuple(
        Foretold(week + 1, name, *(float(found[week, at]) for found in (means, low, high, arrivals)))
        for week in range(weeks)
        for at, name in enumerate(STATES)
    )


def _drawn(history: History, weeks: int, rng: np.random.Generator, draws: int) -> tuple[Counts, Counts]:
    """Draw paths (draws x weeks x states) of those who are there now, and of those who arrive."""
    kinds = history.patterns
    users, came = history.users[1:].sum(axis=0), history.came[1:].sum(axis=0)
    usual = _usual(history, users, came)
    alpha, beta = came + _BORROWED * usual, users - came + _BORROWED * (1 - usual)
    odds = _logit(rng.beta(alpha, beta, (draws, len(usual))))
    good = _going_on(_goodness(history), weeks, rng, draws)
    arrived = history.arrived[:ARRIVALS].astype(np.int64)
    counts = np.zeros((draws, 2, len(usual)), dtype=np.int64)
    counts[:, 0] = history.users[0].astype(np.int64)
    state = np.eye(len(STATES), dtype=np.int64)[kinds.state]
    lead = [np.eye(len(usual), dtype=np.int64)[kinds.next[:, active]] for active in (0, 1)]
    found = np.empty((2, draws, weeks, len(STATES)))
    for week in range(weeks):
        chance = _expit(odds + good[:, week, None])
        comes = rng.binomial(counts, chance[:, None, :])
        counts = (counts - comes) @ lead[0] + comes @ lead[1]
        counts[:, 1, kinds.newborn] += arrived[rng.integers(len(arrived), size=draws)]
        found[:, :, week] = (counts @ state).transpose(1, 0, 2)
    return found[0], found[1]


def _going_on(past: Counts, weeks: int, rng: np.random.Generator, draws: int) -> Counts:
    """Draw how good the next weeks are: each keeps a part of the one before and surprises as past ones."""
    now, before = past[:-1], past[1:]  # week 0 is the last
    spread = float(np.mean(past**2)) * _KEPT_WEEKS
    kept = (float(now @ before) + _KEPT * spread) / max(float(before @ before) + spread, 1e-300)
    kept = min(max(kept, 0.0), 0.95)
    surprises = now - kept * before if len(now) else past
    good, found = np.full(draws, past[0]), np.empty((draws, weeks))
    for week in range(weeks):
        good = kept * good + surprises[rng.integers(len(surprises), size=draws)]
        found[:, week] = good
    return found


def _usual(history: History, users: Counts, came: Counts) -> Counts:
    """The share of each state who come, for the patterns of it."""
    state = np.eye(len(STATES))[history.patterns.state]
    shares = (came @ state + 0.5) / (users @ state + 1.0)
    found: Counts = shares[history.patterns.state]
    return found


def _goodness(history: History) -> Counts:
    """How good each past week was: what it adds to the log-odds of everyone to come.

    What chance alone makes of weeks that are alike is taken off the spread.
    """
    users, came = history.users[1:], history.came[1:]
    usual = _usual(history, users.sum(axis=0), came.sum(axis=0))
    share = (came.sum(axis=0) + _BORROWED * usual) / (users.sum(axis=0) + _BORROWED)
    odds, good = _logit(share), np.zeros(len(users))
    information = np.ones(len(users))
    for _ in range(_STEPS):
        chance = _expit(odds + good[:, None])
        information = np.maximum((users * chance * (1 - chance)).sum(axis=1), 1e-9)
        step = (came - users * chance).sum(axis=1) / information
        good = good + np.clip(step, -1.0, 1.0)
    good = np.clip(good - good.mean(), -3.0, 3.0)
    spread = float(np.mean(good**2))
    by_chance = float(np.mean(1 / information))
    found: Counts = good * np.sqrt(max(1 - by_chance / spread, 0.0)) if spread > 0 else good
    return found


def _logit(share: Counts) -> Counts:
    found: Counts = np.log(np.maximum(share, 1e-9)) - np.log(np.maximum(1 - share, 1e-9))
    return found


def _expit(odds: Counts) -> Counts:
    found: Counts = 1 / (1 + np.exp(-odds))
    return found


def check(history: History, weeks: int, seed: int) -> tuple[Checked, ...]:
    """Make the forecast as of past dates, and lay it beside what happened.

    Args:
        history: What is known now.
        weeks: How far ahead forecasts are checked, at most.
        seed: Makes the intervals repeatable.

    Returns:
        Nothing where there are too few weeks to learn from and to check on.
    """
    ahead = min(weeks, history.moves // 2)
    happened = history.in_states()
    found = []
    for origin in sorted({round(ahead * (at + 1) / _CHECKS) for at in range(_CHECKS)} - {0}):
        known = held_back(history, origin)
        if known.moves < FEWEST:
            continue
        for one in _foretold(known, origin, seed, draws=_DRAWS // 2):
            at = STATES.index(one.state)
            then, there = int(happened[origin, at]), int(happened[origin - one.week, at])
            told = (one.users, one.low, one.high)
            found.append(Checked(origin, one.week, one.state, there, *told, then))
    return tuple(found)
