"""Bootstrap intervals of sums and ratios over users, from a few thousand points a group."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.features.values import Floats

#: How often users are drawn again.
TIMES = 1000
#: Draws that are held in memory at once.
_AT_ONCE = 100
_LEVELS = (2.5, 97.5)


@dataclasses.dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Attributes:
        value: The number; None where it is not defined.
        low: It is likely at least this (95 %).
        high: It is likely at most this.
    """

    value: float | None
    low: float | None
    high: float | None


#: No number at all.
UNDEFINED = Estimate(None, None, None)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Users with what is measured of each; equal users share a point.

    Attributes:
        values: Points x measures; the mean of the users of a point.
        users: How many users each point stands for.
    """

    values: Floats
    users: npt.NDArray[np.int64]

    @classmethod
    def of(cls, values: Floats, users: npt.NDArray[np.int64]) -> Points:
        """Merge points that are equal, keeping the order from the largest to the least."""
        merged, places = np.unique(values, axis=0, return_inverse=True)
        counts = np.bincount(places.ravel(), weights=users, minlength=len(merged)).astype(np.int64)
        return cls(merged[::-1], counts[::-1])


def estimates(
    points: Points, measure: Callable[[Floats, Floats], Floats], seed: int, times: int = TIMES
) -> tuple[Estimate, ...]:
    """Measure something of all users, and again of users drawn from them with replacement.

    Args:
        points: The users.
        measure: Given draws x points (how often each was drawn) and points x measures, returns draws x
            numbers; nan where a number is not defined.
        seed: The same seed gives the same intervals.
        times: How many draws.

    References:
        Efron & Tibshirani (1993), An introduction to the bootstrap, ch. 13 (percentile intervals).

    Examples:
        >>> users = Points.of(np.array([[0.0], [10.0]]), np.array([90, 10]))
        >>> [mean] = estimates(users, lambda drawn, values: drawn @ values / 100, seed=1)
        >>> mean.value, 0.3 < mean.low < 0.8, 1.2 < mean.high < 2.0
        (1.0, True, True)
    """
    total = int(points.users.sum())
    seen = measure(points.users[None, :].astype(float), points.values)[0]
    if not total:
        return tuple(UNDEFINED for _ in seen)
    rng = np.random.default_rng(seed)
    shares = points.users / total
    drawn = [
        measure(rng.multinomial(total, shares, size=min(_AT_ONCE, times - done)).astype(float), points.values)
        for done in range(0, times, _AT_ONCE)
    ]
    return tuple(map(_estimate, seen.tolist(), np.concatenate(drawn).T))


def _estimate(value: float, drawn: Floats) -> Estimate:
    known = drawn[np.isfinite(drawn)]
    if not np.isfinite(value):
        return UNDEFINED
    low, high = np.percentile(known, _LEVELS).tolist()
    return Estimate(float(value), low, high)


def ratio(above: Floats, below: Floats) -> Floats:
    """Divide, and give nan where there is nothing to divide by."""
    found: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0)
    return found
