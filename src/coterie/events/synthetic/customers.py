"""Customers with planted segments: a table of features as they come, and the truth about them."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from coterie.events.synthetic.draw import Integers, Numbers

#: What customers do, most of them never, and the unit of its number.
ACTS = ("orders", "visits", "videos", "searches", "comments", "returns")

#: Mean acts of users who don't do it, do it, and live by it.
RATES = (0.06, 3.0, 24.0)

#: Two segments differ in at least this many kinds of act, so that there is something to find.
DIFFERENT = 2
MOST_SEGMENTS = 30

_CHANNELS = ("search", "social", "partner", "direct")
_REGIONS = ("north", "east", "south", "west", "abroad")
_BASKET = 40.0
_SMALLEST = 0.35
_OWN_CHANNEL = 0.7
_YEAR = 365
_SILENT_ABOUT_AGE = 0.1


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Customers:
    """Customers as a warehouse has them, and what a segmentation should find.

    Attributes:
        rows: ``user_id`` and one column a feature, one row a user: counts with many zeros, money with a long
            tail, days, words, and columns that have nothing to do with the segments.
        units: The unit of each column but ``user_id``.
        planted: ``user_id`` and ``segment``, from 1; row by row as in `rows`.
    """

    rows: pa.Table
    units: Mapping[str, str]
    planted: pa.Table


def make_customers(
    *, users: int = 2000, segments: int = 5, seed: int = 7, spread: float = 0.4, noise: int = 3
) -> Customers:
    """Draw customers of some segments, each with its own mix of acts, of unequal sizes.

    A segment does each kind of act never, now and then, or a lot; any two differ in at least `DIFFERENT`
    kinds. A user's acts are a Poisson number around the segment's rate, times how active the user is. The
    channel leans to one for each segment; the region, the age and the columns of noise know of no segment.

    Args:
        users: How many.
        segments: How many are planted; 1 plants none.
        seed: Makes it repeatable.
        spread: Standard deviation of the logarithm of how active users of one segment are.
        noise: Columns that know of no segment, beside the region and the age.

    Raises:
        UsageError: There are fewer users than segments, or more than `MOST_SEGMENTS` segments.

    Examples:
        >>> customers = make_customers(users=100, segments=3)
        >>> customers.rows.num_rows, customers.planted.column_names
        (100, ['user_id', 'segment'])
    """
    import pyarrow as pa

    if not 1 <= segments <= min(users, MOST_SEGMENTS):
        raise UsageError(
            f"segments is {segments}; {users:,} customers can have 1 to {min(users, MOST_SEGMENTS)}."
        )
    rng = np.random.default_rng(seed)
    levels = _levels(segments, rng)
    member = rng.permutation(np.repeat(np.arange(segments), _sizes(users, segments, rng)))
    ids = pa.array([f"c{number:07d}" for number in range(users)])
    columns, units = _acts(levels[member], spread, rng)
    columns |= _facts(member, segments, rng)
    units |= {"channel": "category", "region": "category", "age": "number", "tenure_days": "days"}
    for number in range(1, noise + 1):
        columns[f"noise_{number}"] = pa.array(_noise(number, users, rng))
        units[f"noise_{number}"] = "number"
    return Customers(
        rows=pa.table({"user_id": ids} | columns),
        units=units,
        planted=pa.table({"user_id": ids, "segment": pa.array(member + 1, pa.int64())}),
    )


def _levels(segments: int, rng: np.random.Generator) -> Integers:
    """Draw how much each segment does of each act, 0 to 2, so that any two differ in enough of them."""
    every = np.array(list(itertools.product(range(len(RATES)), repeat=len(ACTS) - 1)))
    kept: list[Integers] = []
    for row in every[rng.permutation(len(every))]:
        if all(np.count_nonzero(row != other) >= DIFFERENT for other in kept):
            kept.append(row)
        if len(kept) == segments:
            break
    # Returns come with orders: they are the last act, and no segment's own.
    levels = np.zeros((len(kept), len(ACTS)), dtype=np.int64)
    levels[:, :-1] = kept
    return levels


def _sizes(users: int, segments: int, rng: np.random.Generator) -> Integers:
    shares = np.maximum(rng.dirichlet(np.full(segments, 2.0)), _SMALLEST / segments)
    sizes: Integers = np.maximum(np.floor(shares / shares.sum() * users).astype(np.int64), 1)
    sizes[sizes.argmax()] += users - sizes.sum()
    return sizes


def _acts(
    levels: Integers, spread: float, rng: np.random.Generator
) -> tuple[dict[str, pa.Array], dict[str, str]]:
    """Draw counts, the money that goes with orders, and the days since the last act."""
    import pyarrow as pa

    users = len(levels)
    active = np.exp(spread * rng.standard_normal((users, len(ACTS))))
    counts = rng.poisson(np.array(RATES)[levels] * active)
    counts[:, -1] = rng.binomial(counts[:, 0], 0.08)
    spend = counts[:, 0] * _BASKET * np.exp(0.5 * rng.standard_normal(users))
    last = rng.exponential(_YEAR / (1.0 + counts.sum(axis=1)))
    columns = {name: pa.array(counts[:, at].astype(float)) for at, name in enumerate(ACTS)}
    columns |= {
        "orders_spend": pa.array(spend.round(2)),
        "last_seen_days": pa.array(np.minimum(last, _YEAR).round()),
    }
    units = dict.fromkeys(ACTS, "events") | {"orders_spend": "money", "last_seen_days": "days"}
    return columns, units


def _facts(member: Integers, segments: int, rng: np.random.Generator) -> dict[str, pa.Array]:
    import pyarrow as pa

    users = len(member)
    own = rng.integers(len(_CHANNELS), size=segments)[member]
    stray = rng.integers(len(_CHANNELS), size=users)
    channel = np.where(rng.random(users) < _OWN_CHANNEL, own, stray)
    region = rng.choice(len(_REGIONS), size=users, p=[0.4, 0.25, 0.2, 0.1, 0.05])
    age = np.clip(rng.normal(41.0, 13.0, users), 16, 95).round()
    silent = rng.random(users) < _SILENT_ABOUT_AGE
    return {
        "channel": pa.array(np.array(_CHANNELS)[channel]),
        "region": pa.array(np.array(_REGIONS)[region]),
        "age": pa.array(age, mask=silent),
        "tenure_days": pa.array(rng.integers(1, 5 * _YEAR, users).astype(float)),
    }


def _noise(number: int, users: int, rng: np.random.Generator) -> Numbers:
    """Draw a column that knows of no segment: even, normal and skewed ones in turn."""
    drawn: tuple[Numbers, ...] = (
        rng.random(users),
        rng.standard_normal(users),
        np.exp(rng.standard_normal(users)),
    )
    return drawn[number % len(drawn)]
