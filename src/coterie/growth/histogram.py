"""How many users do how much: histograms of events and of goals a user, by channel and the like."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.growth import people as everyone
from coterie.intervals import wilson
from coterie.shown import Shown
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.growth.people import People
    from coterie.sources.warehouse import Warehouse

#: The least count of each bin; the last one is open.
BINS = (0, 1, 2, 3, 4, 6, 11, 21, 51, 101)

_COUNTS = """
    select value, bin, count(*) as users
    from (select value, :bin as bin from :rows) as binned
    group by value, bin
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram.

    Attributes:
        value: Such as a channel.
        bin: The place of the bin, from 0.
        label: The counts it holds, such as ``4-5``.
        users: How many users have as many.
        share: Among the users of the value, from 0 to 1.
        low: The share is likely at least this (Wilson, 95 %).
        high: The share is likely at most this.
    """

    value: str
    bin: int
    label: str
    users: int
    share: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Histogram(Shown):
    """How many users have how many events (or goals), by the values of one dimension.

    Attributes:
        dimension: Such as ``channel``.
        counted: events, or the kind of event that is the goal.
        bars: For each value every bin up to the last that somebody is in.
    """

    dimension: str
    counted: str
    bars: tuple[Bar, ...]

    def caption(self) -> str:
        """Say what is counted."""
        return f"Users by their number of {self.counted}, by {self.dimension}"

    def to_arrow(self) -> pa.Table:
        """Return one row a bar."""
        return pa.Table.from_pylist([dataclasses.asdict(bar) for bar in self.bars])


def histograms(warehouse: Warehouse, people: People) -> tuple[Histogram, ...]:
    """Count how many users have how many events and goals: everyone, then by each dimension.

    Args:
        warehouse: Where the tables of `people` are.
        people: Everyone, with what they are told apart by.
    """
    found = []
    every = select("select 'all' as value, events, goals from :people", people=sql.table(everyone.TABLE))
    for name, rows in (("all", every), *((one.name, everyone.rows(one)) for one in people.dimensions)):
        for column, counted in (("events", "events"), ("goals", people.goal)):
            query = select(_COUNTS, bin=_bin(sql.column(column)), rows=rows.subquery("valued"))
            cells = {(row["value"], row["bin"]): row["users"] for row in warehouse.query(query).to_pylist()}
            found.append(Histogram(name, counted, _bars(cells)))
    return tuple(found)


def _bin(count: exp.Expression) -> exp.Expression:
    """Write the place of the bin that a count falls into."""
    place: exp.Expression = sql.literal(0)
    for at, least in enumerate(BINS[1:], start=1):
        place = sql.sql(
            "case when :is_in then :at else :below end",
            is_in=sql.sql(":count >= :least", count=count, least=least),
            at=at,
            below=place,
        )
    return place


def _bars(cells: dict[tuple[str, int], int]) -> tuple[Bar, ...]:
    last = max((place for _, place in cells), default=-1)
    totals: dict[str, int] = {}
    for (value, _), users in cells.items():
        totals[value] = totals.get(value, 0) + users
    values = sorted(totals, key=lambda value: (-totals[value], value))
    bars = []
    for value, place in itertools.product(values, range(last + 1)):
        users = cells.get((value, place), 0)
        low, high = wilson(users, totals[value])
        bars.append(Bar(value, place, label(place), users, users / totals[value], low, high))
    return tuple(bars)


def label(place: int) -> str:
    """Name a bin by the counts that it holds.

    Examples:
        >>> [label(place) for place in (0, 4, 5, 9)]
        ['0', '4-5', '6-10', '101 or more']
    """
    if place == len(BINS) - 1:
        return f"{BINS[-1]} or more"
    least, most = BINS[place], BINS[place + 1] - 1
    return str(least) if least == most else f"{least}-{most}"
