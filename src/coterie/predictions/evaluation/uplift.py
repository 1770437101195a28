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
import pyarrow as pa

from coterie.errors import DataError
from coterie.predictions.evaluation.cumulative import kept, places
from coterie.predictions.evaluation.ranking import SHARES
from coterie.predictions.evaluation.resampling import (
    RESAMPLES,
    Band,
    Interval,
    band,
    cells,
    interval,
    resampled,
)
from coterie.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.features.values import Floats
    from coterie.predictions.evaluation.cumulative import Places


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Uplift(Shown):
    """What treating the best-scored users changes.

    Points above which one of the two arms has nobody are left out, so the curves go straight over them.

    Attributes:
        share: Of the users, from the highest score on: 0..1, rising.
        uplift: Mean outcome of the treated less that of the others among them, times `share`: what treating
            that share changes, a user of everyone.
        qini: Outcome of the treated less that of the others scaled to as many, divided by all treated users.
        effect: The uplift of treating everyone: the average effect.
        area: Between the uplift curve and the straight line to its end.
        qini_area: Between the Qini curve and the straight line to its end.
        treated: How many users were treated.
        others: How many were not.
        band: The 95 % bootstrap band of `uplift`, if it was asked for.
        qini_band: The same of `qini`.
        area_interval: The same of `area`.
        qini_interval: The same of `qini_area`.
    """

    share: tuple[float, ...]
    uplift: tuple[float, ...]
    qini: tuple[float, ...]
    effect: float
    area: float
    qini_area: float
    treated: int
    others: int
    band: Band | None = None
    qini_band: Band | None = None
    area_interval: Interval | None = None
    qini_interval: Interval | None = None

    def of_treating(self, share: float) -> float:
        """Tell what treating the best-scored share changes, a user of everyone."""
        return float(np.interp(share, self.share, self.uplift))

    def caption(self) -> str:
        """Say what treating everyone changes, and what the best-scored half does."""
        return (
            f"Treating everyone changes the outcome by {self.effect:+.4g} a user, treating the best-scored "
            f"half by {self.of_treating(0.5):+.4g}; Qini area {self.qini_area:.4g}."
        )

    def to_arrow(self) -> pa.Table:
        """Return the curves at each tenth of the users."""
        shares = SHARES[::10]
        return pa.table(
            {
                "share": pa.array(shares),
                "uplift": pa.array(np.interp(shares, self.share, self.uplift)),
                "qini": pa.array(np.interp(shares, self.share, self.qini)),
            }
        )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Uplift and Qini curve, point by point.

    Attributes:
        share: Of the users.
        uplift: As in `Uplift`.
        qini: As in `Uplift`.
    """

    share: Floats
    uplift: Floats
    qini: Floats

    @property
    def area(self) -> float:
        """Between the uplift curve and the straight line to its end."""
        return _above_the_line(self.share, self.uplift)

    @property
    def qini_area(self) -> float:
        """Between the Qini curve and the straight line to its end."""
        return _above_the_line(self.share, self.qini)


def uplift(
    scores: Floats, outcomes: Floats, treated: Floats, *, band: bool = False, seed: int = 42
) -> Uplift:
    """Measure what treating the best-scored users changes.

    Args:
        scores: One a user; higher should mean that the action moves them more.
        outcomes: What happened: 0 or 1, or an amount.
        treated: 1 for users who were treated, 0 for the others; drawn at random.
        band: Whether to draw users again for 95 % bands and intervals.
        seed: Makes them repeatable.

    Raises:
        DataError: An arm is empty, or numbers are missing.
    """
    if not np.isin(treated, (0.0, 1.0)).all() or treated.min() == treated.max():
        raise DataError(
            "Uplift compares treated users with others: give 1 and 0, with at least one user of each."
        )
    if not (np.isfinite(scores).all() and np.isfinite(outcomes).all()):
        raise DataError("Some users have no score or no outcome; leave them out of both arms.")
    found = curves(places(scores), np.ones(len(scores)), outcomes, treated)
    at = kept(found.share)
    told = Uplift(
        share=tuple(found.share[at].tolist()),
        uplift=tuple(found.uplift[at].tolist()),
        qini=tuple(found.qini[at].tolist()),
        effect=float(found.uplift[-1]),
        area=found.area,
        qini_area=found.qini_area,
        treated=int(treated.sum()),
        others=int((1 - treated).sum()),
    )
    return _with_bands(told, list(redrawn(scores, outcomes, treated, seed))) if band else told


def curves(place: Places, weights: Floats, outcomes: Floats, treated: Floats) -> Curves:
    """Draw uplift and Qini curve.

    Args:
        place: Of each user in the ranking, 0 the highest.
        weights: How many times each user counts.
        outcomes: What happened.
        treated: 1 or 0.
    """
    with_it, without = weights * treated, weights * (1 - treated)
    n_with, n_without = _running(place, with_it), _running(place, without)
    y_with, y_without = _running(place, with_it * outcomes), _running(place, without * outcomes)
    known = (n_with > 0) & (n_without > 0)
    n_with, n_without, y_with, y_without = (each[known] for each in (n_with, n_without, y_with, y_without))
    share = (n_with + n_without) / weights.sum()
    gained = (y_with / n_with - y_without / n_without) * share
    qini = (y_with - y_without * n_with / n_without) / with_it.sum()
    start = np.zeros(1)
    return Curves(*(np.concatenate([start, each]) for each in (share, gained, qini)))


def redrawn(
    scores: Floats, outcomes: Floats, treated: Floats, seed: int, draws: int = RESAMPLES
) -> Iterator[Curves]:
    """Draw the curves of users drawn again; draws without one of the arms are left out."""
    drawn_from = cells([scores, treated], outcomes)
    place, arm = drawn_from.places
    of_treated = (arm == 0).astype(np.float64)
    for weights in resampled(drawn_from, seed, draws):
        if 0 < weights @ of_treated < weights.sum():
            yield curves(place, weights, drawn_from.outcomes, of_treated)


def _with_bands(told: Uplift, drawn: list[Curves]) -> Uplift:
    return dataclasses.replace(
        told,
        band=band(SHARES, [np.interp(SHARES, one.share, one.uplift) for one in drawn]),
        qini_band=band(SHARES, [np.interp(SHARES, one.share, one.qini) for one in drawn]),
        area_interval=interval([one.area for one in drawn]),
        qini_interval=interval([one.qini_area for one in drawn]),
    )


def _running(place: Places, weights: Floats) -> Floats:
    found: Floats = np.cumsum(np.bincount(place, weights=weights))
    return found


def _above_the_line(share: Floats, curve: Floats) -> float:
    return float(np.trapezoid(curve, share) - curve[-1] * share[-1] / 2)
