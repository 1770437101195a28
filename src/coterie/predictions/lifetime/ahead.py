"""How many purchases a customer will make in a time ahead: the whole distribution, and so its bounds.

A customer who is still there makes at least k purchases if the rate brings as many (a negative binomial) and
the customer doesn't drop out before: after each of k - 1 purchases (BG/NBD, MBG/NBD), or at a time of their
own (Pareto/NBD). Both are independent once it is known that the customer is there, so nothing is simulated.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from coterie.predictions.lifetime.dropout import Dropout

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.predictions.lifetime.pareto import Pareto

    Model: TypeAlias = Dropout | Pareto

_TAIL = 0.025
#: Purchases within a time ahead beyond this are not told apart.
_MOST = 2000
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """Purchases within a time ahead, one entry a customer.

    Attributes:
        expected: How many are expected.
        low: Lower end of the 95 % interval: fewer are made with 2.5 % at most.
        high: Upper end: more are made with 2.5 % at most.
        none: How probable it is that there is none.
        row: With `count` and `at_least`, one entry for each customer and number of purchases that is not too
            improbable: the place of the customer.
        count: The number of purchases.
        at_least: How probable so many or more are.
    """

    expected: Floats
    low: Floats
    high: Floats
    none: Floats
    row: Ints
    count: Ints
    at_least: Floats


def ahead(model: Model, time: float, repeats: Floats, last: Floats, until: Floats) -> Ahead:
    """Foretell the number of purchases within a time ahead.

    The intervals are of the customer's own chance at the parameters of the fit; that these are estimates adds
    little with some hundred customers.

    Args:
        model: A fitted one.
        time: A length of time after the end, in the unit of the fit, > 0.
        repeats: Purchases after the first one.
        last: The time of the last purchase.
        until: How long the customer has been watched.
    """
    alive = model.alive(repeats, last, until)
    low, high, none, total = (np.zeros(len(repeats)) for _ in range(4))
    open_ = np.arange(len(repeats))
    parts: list[tuple[Ints, Ints, Floats]] = []
    for k in range(1, _MOST):
        at_least = alive[open_] * _at_least(model, k, time, repeats[open_], until[open_])
        if k == 1:
            none = 1 - at_least
        total[open_] += at_least
        parts.append((open_, np.full(len(open_), k), at_least))
        low[open_[at_least >= 1 - _TAIL]] = k
        high[open_[at_least > _TAIL]] = k
        open_ = open_[at_least > _TAIL / 25]
        if not len(open_):
            break
    expected = model.expected(time, repeats, last, until)
    row, count, tail = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Ahead(np.where(np.isfinite(expected), expected, total), low, high, none, row, count, tail)


def _at_least(model: Model, k: int, time: float, repeats: Floats, until: Floats) -> Floats:
    """Tell how probable at least k purchases are of a customer who is still there."""
    if isinstance(model, Dropout):
        b = model.b + repeats + model.at_first
        stays = np.exp(_log_beta_ratio(model.a, b, k - 1))
        found: Floats = _brought(k, model.r + repeats, time / (model.alpha + until + time)) * stays
        return found
    n, beta = model.r + repeats, model.beta + until
    goes = 1 - (beta / (beta + time)) ** model.s  # within the time
    # The time of going, if within it, at nodes of its own distribution.
    share = (_NODES + 1) / 2 * goes[:, None]
    gone_at = beta[:, None] * ((1 - share) ** (-1 / model.s) - 1)
    alpha = model.alpha + until
    left = _brought(k, n[:, None], gone_at / (alpha[:, None] + gone_at)) @ (_WEIGHTS / 2) * goes
    stayed: Floats = _brought(k, n, time / (alpha + time)) * (1 - goes)
    return left + stayed


def _brought(k: int, shape: Floats, share: Floats) -> Floats:
    """Tell how probable at least k purchases are at a gamma-distributed rate: a negative binomial tail."""
    from scipy.special import betainc

    found: Floats = betainc(k, shape, share)
    return found


def _log_beta_ratio(a: float, b: Floats, n: int) -> Floats:
    """Logarithm of the mean of (1 - p)^n, where p follows a beta distribution of a and b."""
    from scipy.special import betaln

    found: Floats = betaln(a, b + n) - betaln(a, b)
    return found
