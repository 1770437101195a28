"""How well a score ranks: cumulative gains, lift, deciles, normalised Gini.

A score that can't tell two users apart has no order for them; every figure here is the mean over all orders
of such users, so that none depends on the order of rows, nor on any monotone transform of the score.

References:
    Ling & Li (1998), Data Mining for Direct Marketing: Problems and Solutions.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.evaluation.cumulative import cumulative, kept, places, refuse
from coterie.predictions.evaluation.resampling import Band, Interval, band, cells, interval, resampled
from coterie.shown import Shown

if TYPE_CHECKING:
    from coterie.features.values import Floats

#: Shares of the users at which a band of gains is drawn: each hundredth.
SHARES = np.linspace(0, 1, 101)
_TENTHS = np.linspace(0, 1, 11)


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Gains(Shown):
    """Cumulative gains: what part of the outcome lies in the best-scored part of the users.

    Attributes:
        share: Of the users, from the highest score on: 0..1, rising.
        captured: Share of the whole outcome among them, 0..1.
        rate: The mean outcome of all users, such as the share who left.
        users: How many there are.
        gini: Twice the area between the curve and the diagonal, over that of ranking users by the outcome
            itself: 1 is perfect, 0 no ranking, -1 upside down.
        band: The 95 % bootstrap band of `captured`, if it was asked for.
        gini_interval: The 95 % bootstrap interval of `gini`, if it was asked for.
        tenths: The same of the lift of each tenth of the users, the best first; empty without.
    """

    share: tuple[float, ...]
    captured: tuple[float, ...]
    rate: float
    users: int
    gini: float
    band: Band | None = None
    gini_interval: Interval | None = None
    tenths: tuple[Interval, ...] = ()

    def at(self, share: float) -> float:
        """Tell the share of the outcome among the best-scored share of users."""
        return float(np.interp(share, self.share, self.captured))

    def lift(self, share: float) -> float:
        """Tell how many times as much outcome the best-scored share of users has as everyone; share > 0.

        Examples:
            >>> gains(np.array([0.9, 0.8, 0.2, 0.1]), np.array([1.0, 0.0, 0.0, 0.0])).lift(0.25)
            4.0
        """
        return self.at(share) / share

    @property
    def top_decile_lift(self) -> float:
        """How many times as much outcome the best-scored tenth of the users has as everyone."""
        return self.lift(0.1)

    def caption(self) -> str:
        """Say what the best tenth holds."""
        return (
            f"The best-scored 10% of {self.users:,} users hold {self.at(0.1):.1%} of the outcome: "
            f"a lift of {self.top_decile_lift:.2f}."
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a tenth: users, their outcome and its lift, and that of all tenths so far.

        ``lift_low`` and ``lift_high`` are the ends of the 95 % interval of the lift, null without one.
        """
        captured = np.array([self.at(edge) for edge in _TENTHS])
        inside = np.diff(captured)
        unknown = [None] * 10
        return pa.table(
            {
                "tenth": pa.array(range(1, 11), pa.int64()),
                "users": pa.array(np.full(10, self.users / 10)),
                "rate": pa.array(inside * 10 * self.rate),
                "lift": pa.array(inside * 10),
                "lift_low": pa.array([one.low for one in self.tenths] or unknown, pa.float64()),
                "lift_high": pa.array([one.high for one in self.tenths] or unknown, pa.float64()),
                "captured": pa.array(captured[1:]),
                "cumulative_lift": pa.array(captured[1:] / _TENTHS[1:]),
            }
        )


def gains(scores: Floats, outcomes: Floats, *, band: bool = False, seed: int = 42) -> Gains:
    """Measure what part of an outcome the best-scored users hold.

    Args:
        scores: One a user; higher should mean more of the outcome.
        outcomes: What happened: 0 or 1, or an amount from 0 on.
        band: Whether to draw users again for a 95 % band and intervals.
        seed: Makes them repeatable.

    Raises:
        DataError: There are no users, numbers are missing or negative, or nothing happened to anybody.
    """
    refuse(scores, outcomes)
    once = np.ones(len(scores))
    users, outcome = cumulative(places(scores), once, outcomes)
    best = cumulative(places(outcomes), once, outcomes)
    at = kept(users / users[-1])
    found = Gains(
        share=tuple((users / users[-1])[at].tolist()),
        captured=tuple((outcome / outcome[-1])[at].tolist()),
        rate=float(outcomes.mean()),
        users=len(scores),
        gini=gini(users, outcome, best),
    )
    return _with_band(found, scores, outcomes, seed) if band else found


def gini(users: Floats, outcome: Floats, best: tuple[Floats, Floats]) -> float:
    """Work out the normalised Gini coefficient of a ranking; 0 where no ranking is better than another.

    Args:
        users: Users down to each distinct score.
        outcome: Their outcome.
        best: The same two of ranking users by their outcome.
    """
    most = _above_the_diagonal(*best)
    return _above_the_diagonal(users, outcome) / most if most > 0 else 0.0


def _above_the_diagonal(users: Floats, outcome: Floats) -> float:
    return float(np.trapezoid(outcome / outcome[-1], users / users[-1])) - 0.5


def captured(users: Floats, outcome: Floats) -> Floats:
    """Read the share of the outcome at each hundredth of the users."""
    found: Floats = np.interp(SHARES, users / users[-1], outcome / outcome[-1])
    return found


def _with_band(found: Gains, scores: Floats, outcomes: Floats, seed: int) -> Gains:
    drawn_from = cells([scores, outcomes], outcomes)
    ours, best = drawn_from.places
    curves, ginis = [], []
    for weights in resampled(drawn_from, seed):
        users, outcome = cumulative(ours, weights, drawn_from.outcomes)
        if outcome[-1] > 0:
            curves.append(captured(users, outcome))
            ginis.append(gini(users, outcome, cumulative(best, weights, drawn_from.outcomes)))
    lifts = 10 * np.diff(np.array(curves)[:, ::10], axis=1)
    return dataclasses.replace(
        found,
        band=band(SHARES, curves),
        gini_interval=interval(ginis),
        tenths=tuple(interval(one) for one in lifts.T),
    )
