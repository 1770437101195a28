"""Buying until a customer drops out after a purchase: the BG/NBD and MBG/NBD models.

While active a customer buys at a rate of their own; the rates follow a gamma distribution (r, alpha). After
each purchase the customer drops out with a probability of their own; these follow a beta distribution (a, b).
In BG/NBD nobody drops out before the first repeat purchase; in MBG/NBD some do right after the first one.

References:
    Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD
    Model.
    Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for customer base
    analysis.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import numpy as np

from coterie.predictions.lifetime.likelihood import Optimum, maximise

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.lifetime.purchases import Purchases

_START = np.array([0.5, 5.0, 0.8, 2.0])


@dataclasses.dataclass(frozen=True, slots=True)
class Dropout:
    """A fitted BG/NBD or MBG/NBD model.

    Attributes:
        model: Which of the two.
        r: Shape of the rates of buying.
        alpha: Their scale, in the unit of time: the mean rate is ``r / alpha``.
        a: Of the probabilities of dropping out, whose mean is ``a / (a + b)``.
        b: The same.
        optimum: The fit itself, with errors in the order r, alpha, a, b.
    """

    model: Literal["bg_nbd", "mbg_nbd"]
    r: float
    alpha: float
    a: float
    b: float
    optimum: Optimum

    @property
    def at_first(self) -> int:
        """Tell whether customers may drop out after their first purchase, 1 or 0."""
        return int(self.model == "mbg_nbd")

    def alive(self, repeats: Floats, last: Floats, until: Floats) -> Floats:
        """Tell how probable it is that a customer is still active at the end, 0..1."""
        n = self.r + repeats
        chances = np.maximum(self.b + repeats + self.at_first - 1, 1e-300)
        odds = np.exp(n * np.log((self.alpha + until) / (self.alpha + last))) * self.a / chances
        return np.where((repeats > 0) | bool(self.at_first), 1 / (1 + odds), 1.0)

    def expected(self, ahead: float, repeats: Floats, last: Floats, until: Floats) -> Floats:
        """Expect so many purchases of each customer within the time ahead.

        Args:
            ahead: A length of time after the end, in the unit of the fit.
            repeats: Purchases after the first one.
            last: The time of the last purchase.
            until: How long the customer has been watched.
        """
        from scipy.special import hyp2f1

        n, s = self.r + repeats, self.at_first
        watched = self.alpha + until
        c = self.a + self.b + repeats + s - 1
        series = hyp2f1(n, self.b + repeats + s, c, ahead / (watched + ahead))
        bought = c / (self.a - 1) * (1 - np.exp(n * np.log(watched / (watched + ahead))) * series)
        found: Floats = bought * self.alive(repeats, last, until)
        return found

    def expected_of_new(self, ahead: Floats) -> Floats:
        """Expect so many repeat purchases of a customer within that time of the first one."""
        nothing = np.zeros(1)
        return np.array([self.expected(time, nothing, nothing, nothing)[0] for time in ahead.tolist()])


def bg_nbd(found: Purchases) -> Dropout:
    """Fit the BG/NBD model.

    Raises:
        DataError: There is no optimum.
    """
    return _fitted("bg_nbd", found)


def mbg_nbd(found: Purchases) -> Dropout:
    """Fit the MBG/NBD model.

    Raises:
        DataError: There is no optimum.
    """
    return _fitted("mbg_nbd", found)


def _fitted(model: Literal["bg_nbd", "mbg_nbd"], found: Purchases) -> Dropout:
    at_first = int(model == "mbg_nbd")
    # Time in units of the longest watch, so that the optimum has the same look for hours and for years.
    scale = float(found.until.max()) / 39 or 1.0
    scaled = dataclasses.replace(found, last=found.last / scale, until=found.until / scale)

    def value(parameters: Floats) -> tuple[float, Floats]:
        return log_likelihood(scaled, parameters, at_first=at_first)

    best = maximise(value, _START, model.replace("_", "/").upper())
    best = best.in_units(
        (1.0, scale, 1.0, 1.0), float(found.repeats @ found.customers) * float(np.log(scale))
    )
    r, alpha, a, b = best.parameters
    return Dropout(model, r, alpha, a, b, best)


def log_likelihood(found: Purchases, parameters: Floats, *, at_first: int) -> tuple[float, Floats]:
    """Return the logarithm of the likelihood and its gradient by r, alpha, a and b.

    Args:
        found: Customers.
        parameters: r, alpha, a, b.
        at_first: 1 if customers may drop out after their first purchase (MBG/NBD), else 0.
    """
    from scipy.special import betaln, digamma, gammaln

    r, alpha, a, b = parameters.tolist()
    x, s = found.repeats, at_first
    n = r + x
    watched, active = alpha + found.until, alpha + found.last
    may_be_gone = (x > 0) | bool(s)
    chances = np.where(may_be_gone, b + x + s - 1, 1.0)
    stays = -n * np.log(watched)
    goes = np.where(may_be_gone, np.log(a / chances) - n * np.log(active), -np.inf)
    either = np.logaddexp(stays, goes)
    gone = np.exp(goes - either)
    value = gammaln(n) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x + s) - betaln(a, b) + either
    kept = 1 - gone
    gradient = np.column_stack(
        [
            digamma(n) - digamma(r) + np.log(alpha) - kept * np.log(watched) - gone * np.log(active),
            r / alpha - n * (kept / watched + gone / active),
            digamma(a + b) - digamma(a + b + x + s) + gone / a,
            digamma(b + x + s) - digamma(a + b + x + s) - digamma(b) + digamma(a + b) - gone / chances,
        ]
    )
    return float(found.customers @ value), found.customers @ gradient
