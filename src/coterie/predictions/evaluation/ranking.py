"""How well a score ranks: cumulative gains, lift, deciles.

A score that can't tell two users apart has no order for them; every figure here is the mean over all orders
of such users, so that none depends on the order of rows, nor on any monotone transform of the score.

References:
    Ling & Li (1998), Data Mining for Direct Marketing: Problems and Solutions.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa

from coterie.errors import DataError
from coterie.shown import Shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"

#: Bootstrap resamples behind a band, and its bounds in percent.
RESAMPLES = 200
BOUNDS = (2.5, 97.5)


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Gains(Shown):
    """Cumulative gains: what part of the outcome lies in the best-scored part of the users.

    Attributes:
        share: Of the users, from the highest score on: 0..1, rising.
        captured: Share of the whole outcome among them, 0..1.
        rate: The mean outcome of all users, such as the share who left.
        users: How many there are.
        low: Lower end of the 95 % bootstrap band of `captured`; empty without one.
        high: Upper end.
    """

    share: tuple[float, ...]
    captured: tuple[float, ...]
    rate: float
    users: int
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

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

    def caption(self) -> str:
        """Say what the best tenth holds."""
        return (
            f"The best-scored 10% of {self.users:,} users hold {self.at(0.1):.1%} of the outcome: "
            f"a lift of {self.lift(0.1):.2f}."
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a tenth: users, their outcome and its lift, and that of all tenths so far."""
        edges = np.linspace(0, 1, 11)
        captured = np.array([self.at(edge) for edge in edges])
        inside = np.diff(captured)
        return pa.table(
            {
                "tenth": pa.array(range(1, 11), pa.int64()),
                "users": pa.array(np.full(10, self.users / 10)),
                "rate": pa.array(inside * 10 * self.rate),
                "lift": pa.array(inside * 10),
                "captured": pa.array(captured[1:]),
                "cumulative_lift": pa.array(captured[1:] / edges[1:]),
            }
        )


def gains(scores: Floats, outcomes: Floats, *, band: bool = False, seed: int = 42) -> Gains:
    """Measure what part of an outcome the best-scored users hold.

    Args:
        scores: One a user; higher should mean more of the outcome.
        outcomes: What happened: 0 or 1, or an amount from 0 on.
        band: Whether to draw users again for a 95 % band.
        seed: Makes the band repeatable.

    Raises:
        DataError: There are no users, numbers are missing or negative, or nothing happened to anybody.
    """
    _refuse(scores, outcomes)
    share, captured = _curve(scores, outcomes, np.ones(len(scores)))
    found = Gains(tuple(share.tolist()), tuple(captured.tolist()), float(outcomes.mean()), len(scores))
    if not band:
        return found
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(RESAMPLES):
        weights = rng.multinomial(len(scores), np.full(len(scores), 1 / len(scores))).astype(float)
        if weights @ outcomes > 0:
            drawn.append(np.interp(share, *_curve(scores, outcomes, weights)))
    low, high = np.percentile(drawn, BOUNDS, axis=0)
    return dataclasses.replace(found, low=tuple(low.tolist()), high=tuple(high.tolist()))


def _refuse(scores: Floats, outcomes: Floats) -> None:
    if not len(scores):
        raise DataError("There are no users to measure a ranking on.")
    if not (np.isfinite(scores).all() and np.isfinite(outcomes).all()):
        missing = int((~np.isfinite(scores) | ~np.isfinite(outcomes)).sum())
        raise DataError(f"{missing:,} of {len(scores):,} users have no score or no outcome; leave them out.")
    if (outcomes < 0).any():
        raise DataError(
            f"An outcome is {outcomes.min():g}; a share of a whole needs outcomes from 0 on: use gross "
            "amounts."
        )
    if not outcomes.any():
        raise DataError(
            f"Nothing happened to any of {len(scores):,} users, so no ranking is better than another."
        )


def _curve(scores: Floats, outcomes: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the shares of users and of the outcome at each distinct score, from the highest on."""
    _, place = np.unique(-scores, return_inverse=True)
    users = np.concatenate([[0.0], np.cumsum(np.bincount(place, weights=weights))])
    outcome = np.concatenate([[0.0], np.cumsum(np.bincount(place, weights=weights * outcomes))])
    return users / users[-1], outcome / outcome[-1]
