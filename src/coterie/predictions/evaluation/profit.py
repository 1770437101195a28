"""Where to stop: what acting on the best-scored users earns, by how many are acted on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError
from coterie.predictions.evaluation.ranking import gains

if TYPE_CHECKING:
    from coterie.predictions.evaluation.ranking import Floats


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
    """

    share: tuple[float, ...]
    money: tuple[float, ...]
    best: float
    cut_off: float | None
    earned: float


def profit(scores: Floats, happened: Floats, worth: Worth) -> Profit:
    """Measure what acting on the best-scored users would have earned.

    Args:
        scores: One a user.
        happened: 0 or 1.
        worth: What acting and not acting are worth.

    Raises:
        DataError: `happened` holds something else, or nothing happened to anybody.

    Examples:
        >>> found = profit(np.array([0.9, 0.5, 0.1]), np.array([1.0, 0.0, 0.0]), Worth(hit=10, wasted=-1))
        >>> round(found.best, 2), found.cut_off, round(found.earned, 2)
        (0.33, 0.9, 3.33)
    """
    if not np.isin(happened, (0.0, 1.0)).all():
        raise DataError("Profit needs to know to whom it happened: 1 or 0 for each user, nothing else.")
    curve = gains(scores, happened)
    share, rate = np.array(curve.share), curve.rate
    hits = np.array(curve.captured) * rate
    rest = rate - hits
    money = hits * worth.hit + (share - hits) * worth.wasted
    money += rest * worth.missed + (1 - share - rest) * worth.spared
    at = int(np.argmax(np.round(money, 12)))
    distinct = np.unique(scores)[::-1]
    cut_off = float(distinct[at - 1]) if at else None
    return Profit(tuple(curve.share), tuple(money.tolist()), float(share[at]), cut_off, float(money[at]))
