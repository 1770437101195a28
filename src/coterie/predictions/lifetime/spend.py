"""What a customer spends on a purchase: the Gamma-Gamma model.

The amounts of a customer's purchases follow a gamma distribution (p, nu); nu differs between customers by a
gamma distribution (q, v). The more purchases are known of a customer, the more their own mean counts against
everyone's.

References:
    Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError
from coterie.predictions.lifetime.likelihood import Optimum, maximise

if TYPE_CHECKING:
    from coterie.features.values import Floats

_START = np.array([5.0, 4.0, 4.0])


@dataclasses.dataclass(frozen=True, slots=True)
class Spend:
    """A fitted Gamma-Gamma model.

    Attributes:
        p: Shape of a customer's amounts.
        q: Shape of the differences between customers.
        v: Their scale, in money.
        optimum: The fit itself, with errors in the order p, q, v.
    """

    p: float
    q: float
    v: float
    optimum: Optimum

    @property
    def of_everyone(self) -> float:
        """The mean amount over all customers, in money; NaN if the spread has no mean (q <= 1)."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("nan")

    def expected(self, purchases: Floats, mean: Floats) -> Floats:
        """Expect this amount of each customer's next purchase.

        Args:
            purchases: How many purchases `mean` rests on; 0 for none.
            mean: Their mean amount, in money; anything where there are none.
        """
        return self.scale(purchases, mean) * self.p / (self.p * purchases + self.q - 1)

    def scale(self, purchases: Floats, mean: Floats) -> Floats:
        """Return v + x m: what the money ahead of each customer is in proportion to.

        Args:
            purchases: x: how many purchases `mean` rests on; 0 for none.
            mean: m: their mean amount, in money; anything where there are none.
        """
        own: Floats = np.where(purchases > 0, mean, 0.0)
        return self.v + purchases * own


def gamma_gamma(purchases: Floats, mean: Floats) -> Spend:
    """Fit the Gamma-Gamma model.

    Args:
        purchases: For each customer, how many purchases the mean rests on; those with none are left out.
        mean: The mean amount of these, in money.

    Raises:
        DataError: An amount is not positive (refunds are taken off before), nobody has bought, or there is
            no optimum.
    """
    bought = purchases > 0
    x, m = purchases[bought], mean[bought]
    if not len(x):
        raise DataError("Nobody has bought anything, so there is no spend to model.")
    if not (np.isfinite(m) & (m > 0)).all():
        worst = float(np.nanmin(m))
        raise DataError(
            f"The mean amount of a customer is {worst:g}; the Gamma-Gamma model needs amounts above 0. "
            "Leave customers out whose refunds outweigh their purchases."
        )
    scale = float(np.average(m, weights=x)) / 35
    best = maximise(lambda parameters: log_likelihood(x, m / scale, parameters), _START, "Gamma-Gamma")
    best = best.in_units((1.0, 1.0, scale), len(x) * float(np.log(scale)))
    p, q, v = best.parameters
    return Spend(p, q, v, best)


def log_likelihood(x: Floats, m: Floats, parameters: Floats) -> tuple[float, Floats]:
    """Return the logarithm of the likelihood and its gradient by p, q and v.

    Args:
        x: Purchases of each customer.
        m: Their mean amount.
        parameters: p, q, v.
    """
    from scipy.special import digamma, gammaln

    p, q, v = parameters.tolist()
    shape, total = p * x, x * m
    value = (
        gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v)
        + (shape - 1) * np.log(m) + shape * np.log(x) - (shape + q) * np.log(v + total)
    )  # fmt: skip
    both = digamma(shape + q) - np.log(v + total)
    gradient = np.array(
        [
            float((x * (both - digamma(shape) + np.log(m) + np.log(x))).sum()),
            float((both - digamma(q) + np.log(v)).sum()),
            float((q / v - (shape + q) / (v + total)).sum()),
        ]
    )
    return float(value.sum()), gradient
