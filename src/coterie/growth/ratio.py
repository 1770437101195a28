"""Lifts with intervals: how many times as high the rate of one group of users is as that of another.

A rate is a sum over users divided by a sum over users: buyers by users, orders by events, revenue by users.
Users are what varies, so the variance of a rate comes from users, even where events are counted: events of
one user are not independent. On the logarithm this is the delta method; for a share of users it is Katz's.

References:
    Katz, Baptista, Azen & Pike (1978), Obtaining confidence intervals for the risk ratio in cohort studies.
    Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.
    Deng, Knoblich & Lu (2018), Applying the delta method in metric analytics.
"""

from __future__ import annotations

import dataclasses
import math

from coterie.growth.bootstrap import UNDEFINED, Estimate
from coterie.intervals import wilson

#: The normal quantile of 95 % intervals.
_Z = 1.959963984540054


@dataclasses.dataclass(frozen=True, slots=True)
class Sums:
    """What is known of a rate from its users: sums, and sums of squares and of products.

    Attributes:
        users: How many users.
        above: The sum above the line: buyers, orders, money.
        below: The sum below it: users, events.
        above_squared: The sum of squares of what each user has above the line.
        below_squared: The same below it.
        both: The sum of products of the two.
    """

    users: int
    above: float
    below: float
    above_squared: float
    below_squared: float
    both: float

    @classmethod
    def of_share(cls, count: int, of: int) -> Sums:
        """Take a share of users, of whom each has 0 or 1 above the line and 1 below it."""
        return cls(of, count, of, count, of, count)

    @property
    def rate(self) -> float | None:
        """Above by below; None where there is nothing below."""
        return self.above / self.below if self.below else None

    @property
    def is_share(self) -> bool:
        """Whether it is a share of users."""
        return (
            self.below == self.users == self.below_squared and self.above == self.above_squared == self.both
        )

    def without(self, part: Sums) -> Sums:
        """Take a part of the users away."""
        mine, theirs = dataclasses.astuple(self), dataclasses.astuple(part)
        return Sums(*(one - other for one, other in zip(mine, theirs, strict=True)))

    def variance(self, above: float, below: float) -> float:
        """Tell the variance of ``above x (sum above) + below x (sum below)`` when users are drawn again."""
        if not self.users:
            return 0.0
        centred = [
            self.above_squared - self.above * self.above / self.users,
            self.both - self.above * self.below / self.users,
            self.below_squared - self.below * self.below / self.users,
        ]
        found = above * above * centred[0] + 2 * above * below * centred[1] + below * below * centred[2]
        return max(found, 0.0)


def lift(one: Sums, other: Sums) -> Estimate:
    """Divide the rate of one group by that of another, who share no users.

    Examples:
        >>> found = lift(Sums.of_share(60, 845), Sums.of_share(60, 879))
        >>> [round(number, 4) for number in (found.value, found.low, found.high)]
        [1.0402, 0.7366, 1.469]
    """
    if not (one.above > 0 and other.above > 0 and one.below and other.below):
        return _ratio_alone(one, other)
    variance = one.variance(1 / one.above, -1 / one.below) + other.variance(1 / other.above, -1 / other.below)
    return _on_log(one, other, variance)


def lift_over(part: Sums, whole: Sums) -> Estimate:
    """Divide the rate of a part of the users by that of all of them, the part among them.

    Examples:
        >>> found = lift_over(Sums.of_share(52, 217), Sums.of_share(60, 879))
        >>> [round(number, 4) for number in (found.value, found.low, found.high)]
        [3.5106, 3.1857, 3.8686]
    """
    if not (part.above > 0 and whole.above > 0 and part.below and whole.below):
        return _ratio_alone(part, whole)
    variance = part.variance(1 / part.above - 1 / whole.above, 1 / whole.below - 1 / part.below)
    variance += whole.without(part).variance(-1 / whole.above, 1 / whole.below)
    return _on_log(part, whole, variance)


def difference(one: Sums, other: Sums) -> Estimate:
    """Take the rate of one group less that of another, who share no users.

    Examples:
        >>> found = difference(Sums.of_share(56, 70), Sums.of_share(48, 80))
        >>> [round(number, 4) for number in (found.value, found.low, found.high)]
        [0.2, 0.0524, 0.3339]
    """
    if one.rate is None or other.rate is None:
        return UNDEFINED
    apart = one.rate - other.rate
    if one.is_share and other.is_share:
        (low, high), (other_low, other_high) = (wilson(each.above, each.below) for each in (one, other))
        down = math.hypot(one.rate - low, other_high - other.rate)
        up = math.hypot(high - one.rate, other.rate - other_low)
        return Estimate(apart, apart - down, apart + up)
    half = _Z * math.sqrt(
        sum(each.variance(1 / each.below, -(each.rate or 0.0) / each.below) for each in (one, other))
    )
    return Estimate(apart, apart - half, apart + half)


def difference_over(part: Sums, whole: Sums) -> Estimate:
    """Take the rate of a part of the users less that of all of them, the part among them."""
    if part.rate is None or whole.rate is None:
        return UNDEFINED
    of_part = part.variance(
        1 / part.below - 1 / whole.below, whole.rate / whole.below - part.rate / part.below
    )
    of_rest = whole.without(part).variance(-1 / whole.below, whole.rate / whole.below)
    apart, half = part.rate - whole.rate, _Z * math.sqrt(of_part + of_rest)
    return Estimate(apart, apart - half, apart + half)


def _on_log(one: Sums, other: Sums, variance: float) -> Estimate:
    value = (one.above / one.below) / (other.above / other.below)
    factor = math.exp(_Z * math.sqrt(variance))
    return Estimate(value, value / factor, value * factor)


def _ratio_alone(one: Sums, other: Sums) -> Estimate:
    """A ratio without an interval: the logarithm of zero knows none."""
    if one.rate is None or not other.rate:
        return UNDEFINED
    return Estimate(one.rate / other.rate, None, None)
