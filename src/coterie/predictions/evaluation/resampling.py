"""How far a figure may be from the truth: the same figure of users drawn again, with replacement.

Users who can't be told apart are drawn as one cell, which gives the same draws as drawing each by itself.

References:
    Efron & Tibshirani (1993), An Introduction to the Bootstrap: percentile intervals.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.predictions.evaluation.cumulative import cumulative, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coterie.features.values import Floats
    from coterie.predictions.evaluation.cumulative import Places

#: Resamples behind a band, and its bounds in percent.
RESAMPLES = 200
BOUNDS = (2.5, 97.5)
#: Distinct scores that a ranking is resampled at: of one ranking, and of each of several.
_ONE, _SEVERAL = 1000, 250


@dataclasses.dataclass(frozen=True, slots=True)
class Band:
    """What a curve lies in with 95 % at each place across.

    Attributes:
        at: Places across, rising.
        low: Lower end there.
        high: Upper end there.
    """

    at: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Interval:
    """What a number lies in with 95 %.

    Attributes:
        low: Lower end.
        high: Upper end.
    """

    low: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Users who are alike in all that is measured, cell by cell.

    Attributes:
        places: For each ranking the place of each cell in it, 0 the highest.
        outcomes: What happened to a user of each cell.
        users: How many users each cell has.
    """

    places: tuple[Places, ...]
    outcomes: Floats
    users: Floats


def cells(rankings: Sequence[Floats], outcomes: Floats) -> Cells:
    """Gather users into cells.

    Args:
        rankings: For each ranking a score a user, aligned with the users.
        outcomes: What happened to each user.
    """
    found = [places(scores, _ONE if len(rankings) == 1 else _SEVERAL) for scores in rankings]
    _, code = np.unique(outcomes, return_inverse=True)
    code = code.astype(np.int64)
    for place in found:
        code = code * (place.max() + 1) + place
        _, code = np.unique(code, return_inverse=True)
    _, first, counts = np.unique(code, return_index=True, return_counts=True)
    return Cells(tuple(place[first] for place in found), outcomes[first], counts.astype(np.float64))


def resampled(of: Cells, seed: int, draws: int = RESAMPLES) -> Iterator[Floats]:
    """Draw as many users as there are, again and again: how many times each cell was drawn."""
    rng = np.random.default_rng(seed)
    everyone = int(of.users.sum())
    chances = of.users / of.users.sum()
    for _ in range(draws):
        yield rng.multinomial(everyone, chances).astype(np.float64)


def redrawn(scores: Floats, happened: Floats, seed: int) -> list[tuple[Floats, Floats]]:
    """Rank users drawn again, many times: users down to each distinct score, and to how many it happened.

    Draws without both, those to whom it happened and those to whom it didn't, tell nothing and are left out.

    Args:
        scores: One a user.
        happened: 0 or 1.
        seed: Makes it repeatable.
    """
    of = cells([scores], happened)
    found = (cumulative(of.places[0], weights, of.outcomes) for weights in resampled(of, seed))
    return [(users, hits) for users, hits in found if 0 < hits[-1] < users[-1]]


def band(at: Floats, curves: Sequence[Floats]) -> Band:
    """Find the band that holds 95 % of curves at each place."""
    low, high = np.percentile(curves, BOUNDS, axis=0)
    return Band(tuple(at.tolist()), tuple(low.tolist()), tuple(high.tolist()))


def interval(values: Sequence[float]) -> Interval:
    """Find the interval that holds the middle 95 % of values."""
    low, high = np.percentile(values, BOUNDS)
    return Interval(float(low), float(high))
