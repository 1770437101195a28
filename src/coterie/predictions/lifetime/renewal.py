"""How long subscribers stay: the shifted-beta-geometric model.

At each renewal a subscriber leaves with a probability of their own, and these follow a beta distribution.
Those who are likely to leave do so early, so that retention rises with the years though nobody changes.

References:
    Fader & Hardie (2007), How to Project Customer Retention.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError
from coterie.predictions.lifetime.likelihood import Optimum, maximise

if TYPE_CHECKING:
    from coterie.features.values import Floats

_START = np.array([1.0, 2.0])
_SEVERAL = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Renewal:
    """A fitted shifted-beta-geometric model.

    Attributes:
        a: Of the probabilities of leaving, whose mean is ``a / (a + b)``.
        b: The same.
        optimum: The fit itself, with errors in the order a, b.
    """

    a: float
    b: float
    optimum: Optimum

    def survival(self, renewals: int) -> Floats:
        """Tell the share of subscribers who are still there after 0, 1, ... renewals."""
        return np.concatenate([[1.0], np.cumprod(self.retention(renewals))])

    def retention(self, renewals: int) -> Floats:
        """Tell the share of those still there who renew, for each renewal."""
        at = np.arange(1.0, renewals + 1)
        return (self.b + at - 1) / (self.a + self.b + at - 1)

    def periods_left(self, renewed: int, discount: float) -> float:
        """Expect so many more payments of a subscriber who is about to renew, discounted.

        Args:
            renewed: How often the subscriber has renewed already.
            discount: Of money from one period to the next, > 0, such as .1.
        """
        from scipy.special import hyp2f1

        if discount <= 0:
            raise DataError(f"The discount from one period to the next is {discount:g}; it must be above 0.")
        n = renewed + 1
        first = (self.b + n - 1) / (self.a + self.b + n - 1)
        return float(first * hyp2f1(1, self.b + n, self.a + self.b + n, 1 / (1 + discount)))


def renewals(still_there: Floats) -> Renewal:
    """Fit the shifted-beta-geometric model to one cohort.

    Args:
        still_there: How many subscribers there were at the start and after each renewal; never rising.

    Raises:
        DataError: There is no renewal, numbers rise, or there is no optimum.
    """
    if len(still_there) < _SEVERAL:
        raise DataError(
            "One count of subscribers says nothing of renewals; give the count after each one too."
        )
    if (np.diff(still_there) > 0).any() or still_there[-1] < 0:
        at = int(np.argmax(np.diff(still_there) > 0)) + 1
        raise DataError(
            f"Subscribers of one cohort rise from {still_there[at - 1]:g} to {still_there[at]:g} at renewal "
            f"{at}; count those of the cohort who are still there, never fewer than later."
        )
    kept = np.zeros(len(still_there) - 1)
    kept[-1] = still_there[-1]
    return renewals_of(-np.diff(still_there), kept)


def renewals_of(lost: Floats, kept: Floats) -> Renewal:
    """Fit the model to subscribers who began at different times, and so had more chances to renew or fewer.

    Args:
        lost: How many left at their first chance to renew, at their second, ...
        kept: How many are still there after one renewal, after two, ... and have had no further chance.

    Raises:
        DataError: Nobody had a chance to renew, nobody left, or there is no optimum.
    """
    if not (lost.any() or kept.any()):
        raise DataError("No subscriber has had a chance to renew yet; wait for a whole period.")
    if not lost.any():
        raise DataError("No subscriber has left yet, so there is no telling how long they stay.")
    best = maximise(lambda parameters: log_likelihood(lost, kept, parameters), _START, "beta-geometric")
    a, b = best.parameters
    return Renewal(a, b, best)


def log_likelihood(lost: Floats, kept: Floats, parameters: Floats) -> tuple[float, Floats]:
    """Return the logarithm of the likelihood and its gradient by a and b."""
    from scipy.special import betaln, digamma

    a, b = parameters.tolist()
    at = np.arange(1.0, len(lost) + 1)
    value = lost @ (betaln(a + 1, b + at - 1) - betaln(a, b)) + kept @ (betaln(a, b + at) - betaln(a, b))
    whole, until = digamma(a + b), digamma(a + b + at)
    by_a = lost @ (digamma(a + 1) - until - digamma(a) + whole) + kept @ (whole - until)
    by_b = lost @ (digamma(b + at - 1) - until - digamma(b) + whole)
    by_b += kept @ (digamma(b + at) - until - digamma(b) + whole)
    return float(value), np.array([float(by_a), float(by_b)])
