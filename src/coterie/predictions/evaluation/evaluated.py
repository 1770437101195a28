"""Everything that is measured of one set of scores: what a model card and its charts are made from."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.predictions.evaluation.calibration import Calibration, calibration
from coterie.predictions.evaluation.precision import Precision, precision
from coterie.predictions.evaluation.profit import Profit, Worth, profit
from coterie.predictions.evaluation.ranking import Gains, gains
from coterie.predictions.evaluation.roc import Roc, roc
from coterie.predictions.evaluation.spread import Spread, spread

if TYPE_CHECKING:
    from coterie.predictions.evaluation.comparison import Scored


@dataclasses.dataclass(frozen=True, slots=True)
class Evaluated:
    """What was measured of one set of scores.

    Attributes:
        gains: Cumulative gains, tenths and the Gini coefficient.
        spread: How the scores are spread.
        roc: Whom a cut-off finds; ``None`` for amounts, or where it happened to everybody.
        precision: How many of those found are right; ``None`` likewise.
        calibration: Foretold and seen; ``None`` likewise, and where a score is no probability.
        profit: What acting earns; ``None`` likewise, and where nothing was said of what acting is worth.
    """

    gains: Gains
    spread: Spread
    roc: Roc | None = None
    precision: Precision | None = None
    calibration: Calibration | None = None
    profit: Profit | None = None


def evaluate(of: Scored, *, worth: Worth | None = None, band: bool = True, seed: int = 42) -> Evaluated:
    """Measure everything that scores and outcomes allow.

    The result holds no users and is small however many there are, and `pydantic.TypeAdapter` reads it back
    from JSON.

    Args:
        of: Scores and outcomes.
        worth: What acting and not acting are worth, for the profit curve.
        band: Whether to draw users again for 95 % bands and intervals.
        seed: Makes them repeatable.

    Raises:
        DataError: There are no users, numbers are missing or negative, or nothing happened to anybody.
    """
    scores, outcomes = of.scores, of.outcomes
    ranked = gains(scores, outcomes, band=band, seed=seed)
    if not of.yes_or_no:
        return Evaluated(ranked, spread(scores))
    probabilities = bool(((scores >= 0) & (scores <= 1)).all()) and not np.isin(scores, (0.0, 1.0)).all()
    return Evaluated(
        gains=ranked,
        spread=spread(scores),
        roc=roc(scores, outcomes, band=band, seed=seed),
        precision=precision(scores, outcomes, band=band, seed=seed),
        calibration=calibration(scores, outcomes) if probabilities else None,
        profit=profit(scores, outcomes, worth, band=band, seed=seed) if worth is not None else None,
    )
