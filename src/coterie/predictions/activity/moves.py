"""How users move between states from one week to the next, how sure that is, and whether it changes.

Weeks differ: in a good one more users of every kind come. So the interval of a share draws the weeks again,
not the users alone, and a change is measured against how much weeks differ anyway.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.predictions.activity.patterns import reachable
from coterie.predictions.activity.states import STATES

if TYPE_CHECKING:
    from coterie.predictions.activity.history import Counts, History

_DRAWS = 400
_BOUNDS = (2.5, 97.5)
#: Jeffreys' prior of a share.
_PRIOR = 0.5
#: Lately is the last third of the weeks, and at least so many; as many must lie before.
_FEWEST = 3
#: Of chance alone one project in a hundred seems to drift.
RARE = 0.01


@dataclasses.dataclass(frozen=True, slots=True)
class Move:
    """What part of the users of a state are in another a week later.

    Attributes:
        state: At the end of a week.
        next_state: At the end of the next one.
        users: How many did so, over all weeks learnt from.
        share: Of the users of `state`, 0..1.
        low: Lower end of the 95 % interval of `share`.
        high: Upper end.
    """

    state: str
    next_state: str
    users: int
    share: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True)
class Shift:
    """Whether users of a state come in the next week as they did before.

    Attributes:
        state: The state.
        before: The share of them who had an event in the next week, over the earlier weeks, 0..1.
        lately: The same over the last third of the weeks.
        chance: How likely a difference as large is where nothing changes (Welch's test over weeks).
    """

    state: str
    before: float
    lately: float
    chance: float

    @property
    def drifted(self) -> bool:
        """Whether chance is no explanation, with five states to look at."""
        return self.chance < RARE / len(STATES)


def moves(history: History, seed: int) -> tuple[Move, ...]:
    """Measure the share of each move that a week can bring.

    The intervals draw weeks with replacement and, for the users of them, a Dirichlet distribution.

    Args:
        history: With at least one week and the one after.
        seed: Makes the intervals repeatable.
    """
    counted, rng = history.moved(), np.random.default_rng(seed)
    possible = reachable(history.patterns)
    prior = np.zeros(counted.shape[1:])
    for at, to in possible:
        prior[at, to] = _PRIOR
    drawn = rng.multinomial(len(counted), np.full(len(counted), 1 / len(counted)), _DRAWS)
    weights = rng.standard_gamma(np.einsum("bw,wij->bij", drawn, counted) + prior)
    shares = weights / np.maximum(weights.sum(axis=2, keepdims=True), 1e-300)
    low, high = np.percentile(shares, _BOUNDS, axis=0)
    total = counted.sum(axis=0)
    found = []
    for at, to in possible:
        of = float(total[at].sum())
        share = float(total[at, to] / of) if of else float("nan")
        bounds = (min(float(low[at, to]), share), max(float(high[at, to]), share)) if of else (0.0, 1.0)
        found.append(Move(STATES[at], STATES[to], round(total[at, to]), share, *bounds))
    return tuple(found)


def shifts(history: History) -> tuple[Shift, ...]:
    """Compare how many users of each state came in the next week, lately and before.

    States that had no users in enough weeks are left out.
    """
    state = np.eye(len(STATES))[history.patterns.state]
    users, came = history.users[1:] @ state, history.came[1:] @ state
    found = []
    for at, name in enumerate(STATES):
        seen = users[:, at] > 0
        shares = came[seen, at] / users[seen, at]
        late = max(len(shares) // 3, _FEWEST)
        if len(shares) - late >= _FEWEST:
            lately, before = shares[:late], shares[late:]
            chance = _welch(lately, before)
            found.append(Shift(name, float(before.mean()), float(lately.mean()), chance))
    return tuple(found)


def _welch(one: Counts, other: Counts) -> float:
    from scipy.special import stdtr

    variances = [float(side.var(ddof=1)) / len(side) for side in (one, other)]
    together = sum(variances)
    difference = float(one.mean() - other.mean())
    if together <= 0:
        return 1.0 if difference == 0 else 0.0
    sizes = (len(one) - 1, len(other) - 1)
    freedom = together**2 / sum(v**2 / n for v, n in zip(variances, sizes, strict=True))
    return float(2 * stdtr(freedom, -abs(difference) / together**0.5))
