"""How a feature is distributed, in bins that are the same for every date, so that any two can be compared.

A number lies in the bin of its sign, its power of two and the sixteenth of that power: bins need not be
agreed upon beforehand, are at most a sixteenth wide of what they hold, and whole numbers up to 32 have one
each. (The same bins make up the high dynamic range histograms of monitoring systems.) Zero, null and each
frequent category are bins of their own.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import numpy as np

from coterie.features.values import numbers, words

if TYPE_CHECKING:
    import pyarrow as pa

    from coterie.features.feature import Feature, FeatureTable
    from coterie.features.values import Floats, Ints

Holds = Literal["number", "category", "other", "null"]

#: Parts of each power of two.
PARTS = 16
#: Categories that get a bin each, the most frequent first; the others share one.
CATEGORIES = 100

#: Above the exponent of the smallest number there is, so that places are positive.
_SHIFT = 1100


@dataclasses.dataclass(frozen=True, slots=True)
class Bin:
    """One bin and the share of users in it.

    Attributes:
        holds: number, category, other (all further categories) or null.
        place: Of numbers: the same for the same bin of any date, ascending; ``None`` for all else.
        low: Of numbers: the end nearer to zero, which belongs to it.
        high: Of numbers: the end further from zero, which doesn't; equal to `low` for zero.
        category: The category, if of one.
        share: Of all users, 0..1.
    """

    holds: Holds
    place: int | None
    low: float | None
    high: float | None
    category: str | None
    share: float


@dataclasses.dataclass(frozen=True, slots=True)
class Distribution:
    """How one feature is distributed over the users.

    Attributes:
        feature: The feature.
        users: How many were counted: all, or a sample of them.
        bins: Those that hold anyone: numbers ascending, or categories by their frequency; then the rest.
    """

    feature: str
    users: int
    bins: tuple[Bin, ...]


def distributions(table: FeatureTable) -> tuple[Distribution, ...]:
    """Count every feature of a table, in their order."""
    return tuple(distribution(table.rows, feature) for feature in table.features)


def distribution(rows: pa.Table, feature: Feature) -> Distribution:
    """Count one feature.

    Args:
        rows: A table with its column.
        feature: The feature; null, NaN and infinities share the bin of nulls.
    """
    users = rows.num_rows
    if feature.categorical:
        return Distribution(feature.name, users, _of_words(rows, feature.name))
    values = numbers(rows, feature.name)
    known = values[~np.isnan(values)]
    found, counts = np.unique(places(known), return_counts=True)
    bins = [
        Bin("number", place, *ends(place), None, count / users)
        for place, count in zip(found.tolist(), counts.tolist(), strict=True)
    ]
    return Distribution(feature.name, users, (*bins, *_nulls(users - len(known), users)))


def places(values: Floats) -> Ints:
    """Find the bin of each number: 0 for zero, negative below it.

    Examples:
        >>> found = places(np.array([-1.0, 0.0, 1.0, 1.03, 1.07]))
        >>> (found - found[2]).tolist()[2:], found[1].item(), (found[0] == -found[2]).item()
        ([0, 0, 1], 0, True)
    """
    fraction, power = np.frexp(np.abs(values))
    part = np.floor((fraction * 2 - 1) * PARTS)
    found: Ints = (((power + _SHIFT) * PARTS + part) * np.sign(values)).astype(np.int64)
    return found


def ends(place: int) -> tuple[float, float]:
    """Tell the ends of a bin, the one nearer to zero first.

    Examples:
        >>> [ends(place) for place in places(np.array([0.0, 3.0, -33.0])).tolist()]
        [(0.0, 0.0), (3.0, 3.125), (-32.0, -34.0)]
    """
    if place == 0:
        return 0.0, 0.0
    power, part = divmod(abs(place), PARTS)
    sign = 1.0 if place > 0 else -1.0
    one = np.ldexp(1.0, power - _SHIFT - 1)
    return sign * float(one * (1 + part / PARTS)), sign * float(one * (1 + (part + 1) / PARTS))


def _of_words(rows: pa.Table, name: str) -> tuple[Bin, ...]:
    column = words(rows, name)
    counts = np.bincount(column.codes[column.known], minlength=len(column.values))
    order = [at for at in np.argsort(-counts, kind="stable").tolist() if counts[at]]
    users = rows.num_rows
    kept = [
        Bin("category", None, None, None, column.values[at], int(counts[at]) / users)
        for at in order[:CATEGORIES]
    ]
    others = int(counts[order[CATEGORIES:]].sum())
    rest = (Bin("other", None, None, None, None, others / users),) if others else ()
    return (*kept, *rest, *_nulls(users - int(counts.sum()), users))


def _nulls(count: int, users: int) -> tuple[Bin, ...]:
    return (Bin("null", None, None, None, None, count / users),) if count else ()
