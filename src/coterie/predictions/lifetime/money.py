"""How much money a customer will spend in a time ahead: the whole distribution, and so its bounds.

The money of k purchases of a customer follows a gamma distribution of shape p k, whose scale follows, after x
purchases of mean m, a gamma distribution too (Gamma-Gamma). So money over v + x m follows a beta prime
distribution of p k and q + p x, whatever the scale; summed over how probable k purchases are, that is the
distribution of the money ahead. It holds both how often a customer will buy and for how much, and nothing is
simulated.

References:
    Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.predictions.lifetime.ahead import Ahead
    from coterie.predictions.lifetime.spend import Spend

_TAIL = 0.025
#: How far the probability beyond an end may be off, and how often the end is looked for at most.
_OFF, _STEPS = 2e-4, 60
#: An end is looked for within this many of the logarithm of the mean.
_REACH = 12.0


def bounds(found: Ahead, spend: Spend, known: Floats) -> tuple[Floats, Floats]:
    """Find the 95 % interval of the money ahead, as a multiple of v + x m of each customer.

    The intervals are of the customer's own chance at the parameters of the fits.

    Args:
        found: The purchases ahead.
        spend: What a purchase is worth.
        known: x: how many purchases each customer's mean amount rests on.

    Returns:
        The lower ends and the upper ends.
    """
    row, count, share = _each(found)
    shape, other = spend.p * count, spend.q + spend.p * known
    middle = np.log(np.maximum(found.expected, 1e-12) * spend.p / other)
    low, high = (
        _quantile(level, found.none, (row, shape, share), other, middle) for level in (_TAIL, 1 - _TAIL)
    )
    return low, high


def _each(found: Ahead) -> tuple[Ints, Floats, Floats]:
    """Tell how probable exactly k purchases are: the customer, k, and the probability."""
    order = np.lexsort((found.count, found.row))
    row, count, at_least = found.row[order], found.count[order], found.at_least[order]
    more = np.append(np.where(row[1:] == row[:-1], at_least[1:], 0.0), 0.0)
    return row, count.astype(float), at_least - more


def _quantile(
    level: float, none: Floats, parts: tuple[Ints, Floats, Floats], other: Floats, middle: Floats
) -> Floats:
    """Look for the quantile of each customer by false position; 0 where nothing at all is as probable."""
    from scipy.special import betainc

    row, shape, share = parts

    def above(at: Ints, where: Floats) -> Floats:
        """How much more of the distribution lies below exp(where) than should, of customers `at`."""
        place = np.full(len(none), -1)
        place[at] = np.arange(len(at))
        mine = place[row] >= 0
        to = place[row[mine]]
        ratio = 1 / (1 + np.exp(-where))
        held = share[mine] * betainc(shape[mine], other[row[mine]], ratio[to])
        found: Floats = none[at] + np.bincount(to, held, len(at)) - level
        return found

    ends = np.zeros(len(none))
    at = np.flatnonzero(none < level)
    low, high = middle[at] - _REACH, middle[at] + _REACH
    under, over = above(at, low), above(at, high)
    before = np.zeros(len(at), dtype=bool)
    for _ in range(_STEPS):
        if not len(at):
            break
        guess = np.clip((low * over - high * under) / (over - under), low, high)
        off = above(at, guess)
        ends[at] = np.exp(guess)
        right = off > 0
        half = np.where(right == before, 0.5, 1.0)  # the Illinois rule
        under, over = np.where(right, under * half, off), np.where(right, off, over * half)
        low, high = np.where(right, low, guess), np.where(right, guess, high)
        open_ = np.abs(off) > _OFF
        at, low, high, before = at[open_], low[open_], high[open_], right[open_]
        under, over = under[open_], over[open_]
    return ends
