"""Where single precision draws its borders: what a split on rounded numbers means for the exact ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from coterie.features.values import Floats


def at_most(limits: Floats) -> Floats:
    """Find for each limit the largest number that, rounded to single precision, is at most the limit.

    Libraries round numbers to single precision before they compare them; with these limits the numbers
    themselves are compared, with the same outcome.

    Examples:
        >>> limit = float(at_most(np.array([1.0]))[0])
        >>> np.float32(limit) <= 1.0, np.float32(np.nextafter(limit, 2)) <= 1.0
        (np.True_, np.False_)
    """
    below = limits.astype(np.float32)
    below = np.where(below.astype(np.float64) > limits, np.nextafter(below, np.float32(-np.inf)), below)
    above = np.nextafter(below, np.float32(np.inf))
    middle = (below.astype(np.float64) + above.astype(np.float64)) / 2
    # The number in the middle of two is rounded to the one whose last bit is 0.
    found: Floats = np.where(
        middle.astype(np.float32) == below, middle, np.nextafter(middle, -np.inf, dtype=np.float64)
    )
    return found


def less_than(limits: Floats) -> Floats:
    """Find for each limit the largest number that, rounded to single precision, is less than the limit.

    Args:
        limits: Numbers of single precision.
    """
    single = np.nextafter(limits.astype(np.float32), np.float32(-np.inf))
    return at_most(single.astype(np.float64))
