"""How many of those whom a score picks are right ones: precision by recall, and average precision.

Between two cut-offs that differ by several users precision bends: both right and wrong ones are added evenly.
Average precision is that of scikit-learn where all scores differ; where some are equal it is the mean over
all orders of their users, so that a score which can't tell users apart gains nothing from being coarse.

References:
    Davis & Goadrich (2006), The Relationship Between Precision-Recall and ROC Curves. McSherry & Najork
    (2008), Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied Scores.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.evaluation.cumulative import cumulative, places, refuse_all_but_both
from coterie.predictions.evaluation.resampling import Band, Interval, band, interval, redrawn
from coterie.shown import Shown

if TYPE_CHECKING:
    from coterie.features.values import Floats

#: Shares of those to whom it happened at which precision is read: each hundredth.
RECALLS = np.linspace(0.01, 1, 100)


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Precision(Shown):
    """What share of the users above a cut-off is right, by what share of the right ones is above it.

    Attributes:
        recall: Of those to whom it happened, the share above the cut-off: each hundredth.
        precision: Of the users above that cut-off, the share to whom it happened.
        average: The mean precision over those to whom it happened.
        rate: The share to whom it happened: the precision of no ranking.
        band: The 95 % bootstrap band of `precision`, if it was asked for.
        average_interval: The same of `average`.
    """

    recall: tuple[float, ...]
    precision: tuple[float, ...]
    average: float
    rate: float
    band: Band | None = None
    average_interval: Interval | None = None

    def caption(self) -> str:
        """Say how large average precision is, and that of no ranking."""
        return f"Average precision {self.average:.3f}; without a ranking it would be {self.rate:.3f}."

    def to_arrow(self) -> pa.Table:
        """Return precision at each hundredth of recall."""
        return pa.table(
            {
                "recall": pa.array(self.recall, pa.float64()),
                "precision": pa.array(self.precision, pa.float64()),
            }
        )


def precision(scores: Floats, happened: Floats, *, band: bool = False, seed: int = 42) -> Precision:
    """Measure how many of those whom a score picks are right ones.

    Args:
        scores: One a user.
        happened: 0 or 1.
        band: Whether to draw users again for a 95 % band and interval.
        seed: Makes them repeatable.

    Raises:
        DataError: There is nobody of one of the two, or numbers are missing.

    Examples:
        >>> round(precision(np.array([0.9, 0.8, 0.1]), np.array([1.0, 0.0, 1.0])).average, 3)
        0.833
    """
    refuse_all_but_both(scores, happened)
    users, hits = cumulative(places(scores), np.ones(len(scores)), happened)
    found = Precision(
        recall=tuple(RECALLS.tolist()),
        precision=tuple(curve(users, hits).tolist()),
        average=average(users, hits),
        rate=float(happened.mean()),
    )
    return _with_band(found, scores, happened, seed) if band else found


def curve(users: Floats, hits: Floats) -> Floats:
    """Read precision at each hundredth of recall, at the highest cut-off that reaches it."""
    recall, wrong = hits / hits[-1], users - hits
    fewest = np.interp(-RECALLS, -recall[::-1], wrong[::-1])
    right = RECALLS * hits[-1]
    found: Floats = right / (right + fewest)
    return found


def average(users: Floats, hits: Floats) -> float:
    """Work out the mean of average precision over all orders of users with equal scores.

    Args:
        users: Users down to each distinct score, from 0.
        hits: To how many of them it happened.
    """
    from scipy.special import digamma  # 0.1 s, which a run with nothing new would spend as well

    above, right_above = users[:-1], hits[:-1]
    count, right = np.diff(users), np.diff(hits)
    some = right > 0
    above, right_above, count, right = (each[some] for each in (above, right_above, count, right))
    # Of n users with one score, r of them right, the user at place j is right with chance r / n, and then
    # (j - 1) (r - 1) / (n - 1) right ones are expected before them within the step.
    harmonic = digamma(above + count + 1) - digamma(above + 1)
    before = np.where(count > 1, (right - 1) / np.maximum(count - 1, 1), 0.0)
    inside = (right_above + 1) * harmonic + before * (count - (above + 1) * harmonic)
    return float((right / count * inside).sum() / hits[-1])


def _with_band(found: Precision, scores: Floats, happened: Floats, seed: int) -> Precision:
    drawn = redrawn(scores, happened, seed)
    return dataclasses.replace(
        found,
        band=band(RECALLS, [curve(*each) for each in drawn]),
        average_interval=interval([average(*each) for each in drawn]),
    )
