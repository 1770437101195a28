"""Numbers that a person can read: the roundest one in a range."""

from __future__ import annotations

import math

_DIGITS = 17


def roundest(low: float, high: float) -> float:
    """Find the roundest number t with ``low <= t < high``; of equally round ones that nearest the middle.

    Where `low` and `high` are neighbours among some values, ``x > t`` splits them as ``x > low`` does.

    Args:
        low: Finite.
        high: Above `low`; infinity is fine.

    Examples:
        >>> roundest(2.718, 3.1416), roundest(0.2317, 0.2683), roundest(1153.7, 1209.2), roundest(12.0, 13.0)
        (3.0, 0.25, 1200.0, 12.0)
    """
    if low <= 0.0 < high:
        return 0.0
    high = min(high, low + max(abs(low), 1.0))
    middle = low + (high - low) / 2
    first = math.floor(math.log10(max(abs(low), abs(high)))) + 1
    for exponent in range(first, first - _DIGITS, -1):
        for multiple in (5, 2, 1):
            step = multiple * 10.0**exponent
            least = math.ceil(low / step)
            near = max(least, round(middle / step))
            for count in (near, near - 1, least):
                found = float(f"{count * multiple}e{exponent}")
                if low <= found < high:
                    return found
    return low
