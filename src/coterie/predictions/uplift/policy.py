"""What treating the best-scored share of the users is worth, and which share is worth most."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import numpy as np

from coterie.predictions.evaluation.ranking import SHARES
from coterie.predictions.evaluation.resampling import Interval

if TYPE_CHECKING:
    from coterie.predictions.evaluation.uplift import Uplift

#: Whom it is best to treat.
Verdict = Literal["best", "everyone", "nobody"]


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """What treating the best-scored share is worth, against treating nobody.

    Attributes:
        cost: Of treating one user, in money.
        benefit: What one more of the outcome is worth, in money.
        share: Of the users treated, best-scored first: each hundredth.
        value: What treating that share is worth, in money a user of everyone.
        low: Lower ends of the 95 % bootstrap band of `value`.
        high: Upper ends.
        best: The share that is worth most; the smallest of several.
    """

    cost: float
    benefit: float
    share: tuple[float, ...]
    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    best: float

    def at(self, share: float) -> float:
        """Tell what treating a share is worth, in money a user of everyone."""
        return float(np.interp(share, self.share, self.value))

    def within(self, share: float) -> Interval:
        """Tell the 95 % interval of what treating a share is worth."""
        low, high = (float(np.interp(share, self.share, ends)) for ends in (self.low, self.high))
        return Interval(low, high)


def policy(measured: Uplift, *, cost: float = 0.0, benefit: float = 1.0) -> Policy:
    """Work out what treating the best-scored share of the users is worth.

    Args:
        measured: Uplift on users held out, with its band.
        cost: Of treating one user, in money.
        benefit: What one more of the outcome is worth, in money; > 0.

    Raises:
        ValueError: `measured` has no band.
    """
    if measured.band is None:
        raise ValueError("A policy needs uplift with a band; measure it with band=True.")
    spent = SHARES * cost
    value = np.interp(SHARES, measured.share, measured.uplift) * benefit - spent
    low, high = (np.array(ends) * benefit - spent for ends in (measured.band.low, measured.band.high))
    best = float(SHARES[int(np.argmax(np.round(value, 12)))])
    shares, values, lows, highs = (tuple(each.tolist()) for each in (SHARES, value, low, high))
    return Policy(cost, benefit, shares, values, lows, highs, best)


def verdict(found: Policy, *, ranks: bool) -> Verdict:
    """Say whom to treat.

    Args:
        found: What treating is worth.
        ranks: Whether the score ranks users better than chance does; else it is everyone or nobody.
    """
    if ranks and 0 < found.best < 1:
        return "best"
    return "everyone" if found.value[-1] > 0 else "nobody"
