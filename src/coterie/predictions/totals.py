"""What it comes to in all: how many users, events or money, with an interval that is checked on the holdout.

Two things make such a total uncertain. Chance decides of each user by themselves, and evens out in large
groups. And whole weeks are better or worse than others for everyone: how much is seen from how far the totals
of past dates were off. There are few dates, so that part is as wide as Student's distribution says.

References:
    Student (1908), The probable error of a mean.
"""

from __future__ import annotations

import dataclasses
import datetime as dt  # noqa: TC003 - read when stored results are checked
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.score import Expected, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Floats
    from coterie.predictions.examples import Examples
    from coterie.predictions.prediction import Prediction

_Z = 1.959963984540054
_WITHIN = 0.975


@dataclasses.dataclass(frozen=True, slots=True)
class Level:
    """What was foretold of all users of a past date, and what it came to.

    Attributes:
        date: The date; the model was fitted on it unless it is the holdout.
        users: How many examples.
        foretold: The sum of their scores.
        happened: The sum of their outcomes.
    """

    date: dt.date
    users: int
    foretold: float
    happened: float

    @property
    def off(self) -> float:
        """How much more or less it came to than was foretold, as a share of that."""
        return self.happened / self.foretold - 1 if self.foretold else 0.0


def levels(prediction: Prediction, examples: Examples) -> tuple[tuple[Level, ...], Floats]:
    """Compare totals with what they came to, as of each date; the scores of the holdout beside.

    Args:
        prediction: A fitted prediction.
        examples: What it was fitted and measured on.
    """
    found, scores = [], np.empty(0)
    for place, date in enumerate(examples.dates):
        those = examples.date_of == place
        scores = score(prediction, examples.rows.filter(pa.array(those)), examples.naive[those])
        happened = float(examples.outcomes[those].sum())
        found.append(Level(date, int(those.sum()), float(scores.sum()), happened))
    return tuple(found), scores


def total(prediction: Prediction, scores: Floats, past: Sequence[Level]) -> Expected:
    """Sum the scores of users up, with a 95 % interval.

    Args:
        prediction: What foretold them.
        scores: One a user.
        past: What totals of earlier dates came to.
    """
    if prediction.residuals is None:
        chance = float((scores * (1 - scores)).sum())
    else:
        chance = float(prediction.residuals.of_each(scores).sum())
    whole = float(scores.sum())
    low, high = between(whole, chance, [level.off for level in past])
    if prediction.kind == "yes_or_no":
        high = min(high, float(len(scores)))
    return Expected(len(scores), whole, low, high)


def between(whole: float, chance: float, offs: Sequence[float]) -> tuple[float, float]:
    """Tell between what a total lies in 95 of 100 cases.

    Args:
        whole: The total; not below zero.
        chance: The variance that chance alone gives it.
        offs: How far the totals of past dates were off, as shares.

    Examples:
        >>> low, high = between(100.0, 25.0, [0.1, -0.1, 0.05])
        >>> round(low), round(high)
        (71, 129)
    """
    from scipy.stats import t

    spread = float(np.sqrt(np.mean(np.square(offs)))) if offs else 0.0
    factor = float(t.ppf(_WITHIN, len(offs))) if offs else 0.0
    half = float(np.sqrt(_Z**2 * chance + (factor * spread * whole) ** 2))
    return max(whole - half, 0.0), whole + half
