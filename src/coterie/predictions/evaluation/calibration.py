"""Whether what was foretold with 20 % happens to 20 %: calibration in bins, and Brier's score."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError
from coterie.intervals import wilson

if TYPE_CHECKING:
    from coterie.features.values import Floats


@dataclasses.dataclass(frozen=True, slots=True)
class Bin:
    """Users with much the same prediction.

    Attributes:
        users: How many.
        predicted: Their mean prediction, 0..1.
        happened: The share to whom it happened.
        low: Lower end of Wilson's 95 % interval of `happened`.
        high: Upper end.
    """

    users: int
    predicted: float
    happened: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True)
class Calibration:
    """How well probabilities were foretold.

    Attributes:
        bins: From the lowest predictions to the highest.
        brier: Mean squared error of the predictions, 0..1: lower is better.
        of_the_rate: The same of foretelling everyone's rate to everyone.
        error: Mean distance of predicted and happened over bins, by users.
        mean_predicted: Of everyone.
        mean_happened: Of everyone.
    """

    bins: tuple[Bin, ...]
    brier: float
    of_the_rate: float
    error: float
    mean_predicted: float
    mean_happened: float

    @property
    def skill(self) -> float:
        """How much better than everyone's rate: 1 is perfect, 0 no better, below 0 worse."""
        return 1 - self.brier / self.of_the_rate if self.of_the_rate > 0 else 0.0


def calibration(predicted: Floats, happened: Floats, *, bins: int = 10) -> Calibration:
    """Compare foretold probabilities with what happened, in bins of about equally many users.

    Args:
        predicted: Probabilities, 0..1.
        happened: 0 or 1.
        bins: At most so many; users with the same prediction stay together.

    Raises:
        DataError: Predictions are no probabilities, or outcomes other than 0 and 1.

    References:
        Brier (1950), Verification of forecasts expressed in terms of probability. Wilson (1927).
    """
    if not len(predicted) or not ((predicted >= 0) & (predicted <= 1)).all():
        raise DataError("Calibration needs a probability from 0 to 1 for each user, and at least one user.")
    if not np.isin(happened, (0.0, 1.0)).all():
        raise DataError("Calibration needs to know to whom it happened: 1 or 0 for each user, nothing else.")
    _, place, counts = np.unique(predicted, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(predicted)
    of_value = np.minimum((middle * bins).astype(np.int64), bins - 1)
    _, of_user = np.unique(of_value[place], return_inverse=True)
    users = np.bincount(of_user)
    means = np.bincount(of_user, weights=predicted) / users
    shares = np.bincount(of_user, weights=happened) / users
    rate = float(happened.mean())
    return Calibration(
        bins=tuple(
            Bin(n, mean, share, *wilson(share * n, n))
            for n, mean, share in zip(users.tolist(), means.tolist(), shares.tolist(), strict=True)
        ),
        brier=float(np.square(predicted - happened).mean()),
        of_the_rate=rate * (1 - rate),
        error=float((users * np.abs(means - shares)).sum() / len(predicted)),
        mean_predicted=float(predicted.mean()),
        mean_happened=rate,
    )
