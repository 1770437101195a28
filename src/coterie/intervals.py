"""Intervals of shares: how far a share that was counted may be from the true one."""

from __future__ import annotations

import math

#: The normal quantile of 95 % intervals.
_Z = 1.959963984540054


def wilson(count: float, of: float) -> tuple[float, float]:
    """Find the 95 % interval of a share that was seen as `count` among `of`.

    Args:
        count: How many had it.
        of: Among how many; nothing is known of none.

    References:
        Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Examples:
        >>> low, high = wilson(5, 10)
        >>> round(low, 3), round(high, 3)
        (0.237, 0.763)
        >>> wilson(0, 0)
        (0.0, 1.0)
    """
    if of <= 0:
        return 0.0, 1.0
    share, weight = count / of, _Z * _Z / of
    middle = (share + weight / 2) / (1 + weight)
    half = _Z * math.sqrt(share * (1 - share) / of + weight / (4 * of)) / (1 + weight)
    # The last digits must not put the share itself outside.
    return min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share)
