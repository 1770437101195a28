"""Each group by itself: median and mean, or the share of each value, with intervals of 95 %."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.between.difference import Group, Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Floats, Ints

_TAIL = 0.025


def of_numbers(values: Floats, codes: Ints, labels: Sequence[str]) -> tuple[Group, ...]:
    """Describe the numbers of each group.

    Args:
        values: Numbers, none of them NaN; quicker if they are ascending.
        codes: The place of each one's group in `labels`; no group is empty.
        labels: The groups.

    Examples:
        >>> of_numbers(np.array([1.0, 5.0, 3.0]), np.array([0, 0, 0]), ["all"])[0].median
        3.0
    """
    order = np.lexsort((values, codes))
    members = np.split(values[order], np.cumsum(np.bincount(codes))[:-1])
    return tuple(_described(label, mine) for label, mine in zip(labels, members, strict=True))


def _described(label: str, values: Floats) -> Group:
    """Describe one group, its numbers ascending."""
    users, mean = len(values), float(values.mean())
    low, high = _median_interval(values)
    reach = _reach(values)
    below, above = (None, None) if reach is None else (mean - reach, mean + reach)
    return Group(label, users, float(np.median(values)), low, high, mean, below, above)


def _median_interval(values: Floats) -> tuple[float | None, float | None]:
    """Find the order statistics that hold the median 95 times in a hundred, if there are any."""
    from scipy import stats

    place = int(stats.binom.ppf(_TAIL, len(values), 0.5))
    return (float(values[place - 1]), float(values[-place])) if place else (None, None)


def _reach(values: Floats) -> float | None:
    """Find how far Student's interval reaches from the mean; ``None`` for one number."""
    from scipy import special

    if len(values) == 1:
        return None
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    return float(special.stdtrit(len(values) - 1, 1 - _TAIL)) * error


def of_categories(table: Ints, labels: Sequence[str], values: Sequence[str | None]) -> tuple[Group, ...]:
    """Describe the shares of values in each group.

    Args:
        table: Groups x values, how many users have which; no row is empty.
        labels: The groups.
        values: The values.

    References:
        Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    found = []
    for label, counts in zip(labels, table.tolist(), strict=True):
        users = sum(counts)
        shares = tuple(_share(value, count, users) for value, count in zip(values, counts, strict=True))
        found.append(Group(label, users, shares=shares))
    return tuple(found)


def _share(value: str | None, count: int, users: int) -> Share:
    z = 1.959963984540054
    share, squared = count / users, z * z / users
    middle = (share + squared / 2) / (1 + squared)
    reach = z * math.sqrt(share * (1 - share) / users + squared / (4 * users)) / (1 + squared)
    return Share(value, share, max(0.0, min(middle - reach, share)), min(1.0, max(middle + reach, share)))
