"""How well a score tells those to whom it happened from the others: the ROC curve and the area below it.

References:
    Fawcett (2006), An introduction to ROC analysis. Hanley & McNeil (1982): the area is the chance that the
    score ranks one to whom it happened above one to whom it didn't, equal scores counting half.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.evaluation.cumulative import cumulative, kept, places, refuse_all_but_both
from coterie.predictions.evaluation.resampling import Band, Interval, band, interval, redrawn
from coterie.shown import Shown

if TYPE_CHECKING:
    from coterie.features.values import Floats

#: Shares of false positives at which a curve is read, closer where a good score rises.
GRID = np.concatenate([[0.0, 0.001, 0.002, 0.005], np.linspace(0.01, 1, 100)])


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Roc(Shown):
    """Whom a cut-off finds, and whom it takes for one of them by mistake, for every cut-off.

    Attributes:
        false_positives: Of those to whom it didn't happen, the share above the cut-off: 0..1, rising.
        true_positives: Of those to whom it happened, the share above the cut-off.
        area: Below the curve: 1 is perfect, 0.5 no ranking.
        positives: To how many it happened.
        negatives: To how many it didn't.
        band: The 95 % bootstrap band of `true_positives`, if it was asked for.
        area_interval: The same of `area`.
    """

    false_positives: tuple[float, ...]
    true_positives: tuple[float, ...]
    area: float
    positives: int
    negatives: int
    band: Band | None = None
    area_interval: Interval | None = None

    def caption(self) -> str:
        """Say how large the area is, and of whom."""
        users = self.positives + self.negatives
        return f"Area below the ROC curve {self.area:.3f}: {self.positives:,} of {users:,} users."

    def to_arrow(self) -> pa.Table:
        """Return the points of the curve."""
        return pa.table(
            {
                "false_positives": pa.array(self.false_positives, pa.float64()),
                "true_positives": pa.array(self.true_positives, pa.float64()),
            }
        )


def roc(scores: Floats, happened: Floats, *, band: bool = False, seed: int = 42) -> Roc:
    """Measure how well a score tells those to whom it happened from the others.

    Args:
        scores: One a user.
        happened: 0 or 1.
        band: Whether to draw users again for a 95 % band and interval.
        seed: Makes them repeatable.

    Raises:
        DataError: There is nobody of one of the two, or numbers are missing.

    Examples:
        >>> roc(np.array([0.9, 0.6, 0.6, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])).area
        0.875
    """
    refuse_all_but_both(scores, happened)
    users, hits = cumulative(places(scores), np.ones(len(scores)), happened)
    false, true = curve(users, hits)
    at = kept(users / users[-1])
    found = Roc(
        tuple(false[at].tolist()),
        tuple(true[at].tolist()),
        area(users, hits),
        int(hits[-1]),
        len(happened) - int(hits[-1]),
    )
    return _with_band(found, scores, happened, seed) if band else found


def curve(users: Floats, hits: Floats) -> tuple[Floats, Floats]:
    """Turn users and hits down to each cut-off into the shares of false and of true positives."""
    missed = users - hits
    return missed / missed[-1], hits / hits[-1]


def area(users: Floats, hits: Floats) -> float:
    """Measure the area below the curve."""
    false, true = curve(users, hits)
    return float(np.trapezoid(true, false))


def _with_band(found: Roc, scores: Floats, happened: Floats, seed: int) -> Roc:
    drawn = redrawn(scores, happened, seed)
    return dataclasses.replace(
        found,
        band=band(GRID, [np.interp(GRID, *curve(*each)) for each in drawn]),
        area_interval=interval([area(*each) for each in drawn]),
    )
