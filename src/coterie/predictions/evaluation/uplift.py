"""Whether a score finds those whom an action moves: uplift and Qini curves, on randomised users.

Users with equal scores share what happened, as in `ranking`: no figure depends on the order of rows, nor on a
monotone transform of the score.

References:
    Radcliffe (2007), Using Control Groups to Target on Predicted Lift. Gutierrez & Gérardy (2017), Causal
    Inference and Uplift Modelling: A Review of the Literature.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.predictions.evaluation.ranking import Floats


@dataclasses.dataclass(frozen=True, slots=True)
class Uplift:
    """What treating the best-scored users changes.

    Attributes:
        share: Of the users, from the highest score on: 0..1, rising.
        uplift: Mean outcome of the treated less that of the others among them, times `share`: what treating
            that share changes, a user of everyone. NaN where one of the two arms is empty.
        qini: Outcome of the treated less that of the others scaled to as many, divided by all treated users.
        effect: The uplift of treating everyone: the average effect.
        area: Between the uplift curve and the straight line to its end.
        qini_area: Between the Qini curve and the straight line to its end.
    """

    share: tuple[float, ...]
    uplift: tuple[float, ...]
    qini: tuple[float, ...]
    effect: float
    area: float
    qini_area: float

    def of_treating(self, share: float) -> float:
        """Tell what treating the best-scored share changes, a user of everyone."""
        known = ~np.isnan(self.uplift)
        return float(np.interp(share, np.array(self.share)[known], np.array(self.uplift)[known]))


def uplift(scores: Floats, outcomes: Floats, treated: Floats) -> Uplift:
    """Measure what treating the best-scored users changes.

    Args:
        scores: One a user; higher should mean that the action moves them more.
        outcomes: What happened: 0 or 1, or an amount.
        treated: 1 for users who were treated, 0 for the others; drawn at random.

    Raises:
        DataError: An arm is empty, or numbers are missing.
    """
    if not np.isin(treated, (0.0, 1.0)).all() or treated.min() == treated.max():
        raise DataError(
            "Uplift compares treated users with others: give 1 and 0, with at least one user of each."
        )
    if not (np.isfinite(scores).all() and np.isfinite(outcomes).all()):
        raise DataError("Some users have no score or no outcome; leave them out of both arms.")
    _, place = np.unique(-scores, return_inverse=True)
    with_it, without = treated, 1 - treated
    n_with, n_without = _running(place, with_it), _running(place, without)
    y_with, y_without = _running(place, with_it * outcomes), _running(place, without * outcomes)
    share = (n_with + n_without) / len(scores)
    with np.errstate(invalid="ignore", divide="ignore"):
        gained = (y_with / n_with - y_without / n_without) * share
        qini = (y_with - y_without * n_with / n_without) / n_with[-1]
    gained[0] = qini[0] = 0.0
    return Uplift(
        share=tuple(share.tolist()),
        uplift=tuple(gained.tolist()),
        qini=tuple(qini.tolist()),
        effect=float(gained[-1]),
        area=_above_the_line(share, gained),
        qini_area=_above_the_line(share, qini),
    )


def _running(place: NDArray[np.integer], weights: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.bincount(place, weights=weights))])


def _above_the_line(share: Floats, curve: Floats) -> float:
    known = np.isfinite(curve)
    share, curve = share[known], curve[known]
    return float(np.trapezoid(curve, share) - curve[-1] * share[-1] / 2)
