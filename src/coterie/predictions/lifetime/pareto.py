"""Buying until a customer is gone at a time of their own: the Pareto/NBD model.

While active a customer buys at a rate of their own; the rates follow a gamma distribution (r, alpha). The
time until a customer is gone has a rate of its own, too; these follow a gamma distribution (s, beta). The
likelihood holds the integral over the time at which a customer may have gone; it is summed over nodes on the
logarithm of time plus the smaller of the two scales, which is exact to ten digits and needs no
hypergeometric function.

References:
    Schmittlein, Morrison & Colombo (1987), Counting Your Customers: Who Are They and What Will They Do Next?
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.predictions.lifetime.likelihood import Optimum, maximise

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.lifetime.purchases import Purchases

_START = np.array([0.6, 8.0, 0.6, 10.0])
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


@dataclasses.dataclass(frozen=True, slots=True)
class Pareto:
    """A fitted Pareto/NBD model.

    Attributes:
        r: Shape of the rates of buying.
        alpha: Their scale, in the unit of time: the mean rate is ``r / alpha``.
        s: Shape of the rates of going.
        beta: Their scale, in the unit of time.
        optimum: The fit itself, with errors in the order r, alpha, s, beta.
    """

    r: float
    alpha: float
    s: float
    beta: float
    optimum: Optimum

    def alive(self, repeats: Floats, last: Floats, until: Floats) -> Floats:
        """Tell how probable it is that a customer is still active at the end, 0..1."""
        parameters = np.array([self.r, self.alpha, self.s, self.beta])
        parts = _parts(repeats, last, until, parameters)
        found: Floats = parts.stays
        return found

    def expected(self, ahead: float, repeats: Floats, last: Floats, until: Floats) -> Floats:
        """Expect so many purchases of each customer within the time ahead.

        Args:
            ahead: A length of time after the end, in the unit of the fit.
            repeats: Purchases after the first one.
            last: The time of the last purchase.
            until: How long the customer has been watched.
        """
        rate = (self.r + repeats) / (self.alpha + until)
        shrunk = np.log((self.beta + until) / (self.beta + until + ahead))
        # (1 - e^((s - 1) shrunk)) / (s - 1), which has a value at s = 1 as well.
        share = -np.expm1((self.s - 1) * shrunk) / (self.s - 1) if self.s != 1 else -shrunk
        found: Floats = rate * (self.beta + until) * share * self.alive(repeats, last, until)
        return found


def pareto_nbd(found: Purchases) -> Pareto:
    """Fit the Pareto/NBD model.

    Raises:
        DataError: There is no optimum.
    """
    scale = float(found.until.max()) / 39 or 1.0
    scaled = dataclasses.replace(found, last=found.last / scale, until=found.until / scale)
    best = maximise(lambda parameters: log_likelihood(scaled, parameters), _START, "Pareto/NBD")
    shift = float(found.repeats @ found.customers) * float(np.log(scale))
    best = best.in_units((1.0, scale, 1.0, scale), shift)
    r, alpha, s, beta = best.parameters
    return Pareto(r, alpha, s, beta, best)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """The logarithm of the density of the last purchase, and when the customer may have gone.

    Attributes:
        logarithm: Of all ways together.
        stays: The share of the way in which the customer is still there.
        leaves: Rows x nodes: the share of having gone around each time.
        times: Rows x nodes: these times.
    """

    logarithm: Floats
    stays: Floats
    leaves: Floats
    times: Floats


def _parts(repeats: Floats, last: Floats, until: Floats, parameters: Floats) -> _Parts:
    r, alpha, s, beta = parameters.tolist()
    n = r + repeats
    # On the larger scale the other factor of the integrand would change within a single step.
    scale = min(alpha, beta)
    length = np.log((scale + until) / (scale + last))
    scaled = (scale + last)[:, None] * np.exp(length[:, None] * (_NODES + 1) / 2)
    times = scaled - scale
    with np.errstate(divide="ignore"):
        widths = np.log(length / 2)[:, None] + np.log(_WEIGHTS)
    leaves = (
        np.log(s)
        - n[:, None] * np.log(alpha + times)
        - (s + 1) * np.log(beta + times)
        + np.log(scaled)
        + widths
    )
    stays = -n * np.log(alpha + until) - s * np.log(beta + until)
    every = np.column_stack([stays, leaves])
    highest = every.max(axis=1, keepdims=True)
    shares = np.exp(every - highest)
    total = shares.sum(axis=1, keepdims=True)
    shares /= total
    return _Parts(highest[:, 0] + np.log(total[:, 0]), shares[:, 0], shares[:, 1:], times)


def log_likelihood(found: Purchases, parameters: Floats) -> tuple[float, Floats]:
    """Return the logarithm of the likelihood and its gradient by r, alpha, s and beta."""
    from scipy.special import digamma, gammaln

    r, alpha, s, beta = parameters.tolist()
    n = r + found.repeats
    parts = _parts(found.repeats, found.last, found.until, parameters)
    value = gammaln(n) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + parts.logarithm
    bought, there = alpha + parts.times, beta + parts.times
    bought_until, there_until = alpha + found.until, beta + found.until
    stays, leaves = parts.stays, parts.leaves

    def mean(at_end: Floats, at_times: Floats) -> Floats:
        result: Floats = stays * at_end + (leaves * at_times).sum(axis=1)
        return result

    gradient = np.column_stack(
        [
            digamma(n) - digamma(r) + np.log(alpha) - mean(np.log(bought_until), np.log(bought)),
            r / alpha - n * mean(1 / bought_until, 1 / bought),
            np.log(beta) - mean(np.log(there_until), np.log(there)) + (1 - stays) / s,
            s / beta - mean(s / there_until, (s + 1) / there),
        ]
    )
    return float(found.customers @ value), found.customers @ gradient
