"""Where to stop: what acting on the best-scored users earns, by how many are acted on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError
from coterie.predictions.evaluation.cumulative import cumulative, kept, places, refuse
from coterie.predictions.evaluation.ranking import SHARES
from coterie.predictions.evaluation.resampling import Band, cells, resampled
from coterie.predictions.evaluation.resampling import band as band_of

if TYPE_CHECKING:
    from coterie.features.values import Floats


@dataclasses.dataclass(frozen=True, slots=True)
class Worth:
    """What an action is worth, in money a user: the cost-benefit matrix.

    Attributes:
        hit: Acting on a user to whom it happens.
        wasted: Acting on one to whom it doesn't; a cost is negative.
        missed: Not acting on one to whom it happens.
        spared: Not acting on one to whom it doesn't.
    """

    hit: float
    wasted: float
    missed: float = 0.0
    spared: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Profit:
    """What acting on the best-scored users earns.

    Attributes:
        share: Of the users who are acted on, from the highest score: 0..1, rising.
        money: What that earns, a user of everyone.
        best: The share that earns most; the smallest of several.
        cut_off: The score down to which that acts; ``None`` if it is best to act on nobody.
        earned: What the best share earns, a user of everyone.
        band: The 95 % bootstrap band of `money`, if it was asked for.
    """

    share: tuple[float, ...]
    money: tuple[float, ...]
    best: float
    cut_off: float | None
    earned: float
    band: Band | None = None


def profit(scores: Floats, happened: Floats, worth: Worth, *, band: bool = False, seed: int = 42) -> Profit:
    """Measure what acting on the best-scored users would have earned.

    Args:
        scores: One a user.
        happened: 0 or 1.
        worth: What acting and not acting are worth.
        band: Whether to draw users again for a 95 % band.
        seed: Makes it repeatable.

    Raises:
        DataError: `happened` holds something else, or nothing happened to anybody.

    Examples:
        >>> found = profit(np.array([0.9, 0.5, 0.1]), np.array([1.0, 0.0, 0.0]), Worth(hit=10, wasted=-1))
        >>> round(found.best, 2), found.cut_off, round(found.earned, 2)
        (0.33, 0.9, 3.33)
    """
    refuse(scores, happened)
    if not np.isin(happened, (0.0, 1.0)).all():
        raise DataError("Profit needs to know to whom it happened: 1 or 0 for each user, nothing else.")
    users, hits = cumulative(places(scores), np.ones(len(scores)), happened)
    share, money = users / users[-1], _money(users, hits, worth)
    at = int(np.argmax(np.round(money, 12)))
    distinct = np.unique(scores)[::-1]
    points = kept(share, at)
    return Profit(
        share=tuple(share[points].tolist()),
        money=tuple(money[points].tolist()),
        best=float(share[at]),
        cut_off=float(distinct[at - 1]) if at else None,
        earned=float(money[at]),
        band=_band(scores, happened, worth, seed) if band else None,
    )


def _money(users: Floats, hits: Floats, worth: Worth) -> Floats:
    left, passed = hits[-1] - hits, users[-1] - users
    earned = hits * worth.hit + (users - hits) * worth.wasted
    earned += left * worth.missed + (passed - left) * worth.spared
    found: Floats = earned / users[-1]
    return found


def _band(scores: Floats, happened: Floats, worth: Worth, seed: int) -> Band:
    drawn_from = cells([scores], happened)
    curves = []
    for weights in resampled(drawn_from, seed):
        users, hits = cumulative(drawn_from.places[0], weights, drawn_from.outcomes)
        curves.append(np.interp(SHARES, users / users[-1], _money(users, hits, worth)))
    return band_of(SHARES, curves)
