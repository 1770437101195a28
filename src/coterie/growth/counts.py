"""How many users, events and goals each channel, category, device or segment has."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.growth import people as everyone
from coterie.intervals import wilson
from coterie.shown import Shown
from coterie.sources.relation import select

if TYPE_CHECKING:
    from coterie.growth.dimensions import Origin
    from coterie.growth.people import People
    from coterie.sources.warehouse import Warehouse

_COUNTS = """
    select value, count(*) as users, count(case when events > 0 then 1 end) as active, sum(events) as events,
        sum(goals) as goals, count(case when goals > 0 then 1 end) as achievers
    from :rows group by value order by users desc, events desc, value
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """What one value of a dimension counts.

    Attributes:
        value: Such as a channel.
        users: Who has it; where events have it, those with such an event, who may have others as well.
        active: Those of them with events.
        events: Their events; where events have the value, such events alone.
        goals: How many of these are the goal.
        achievers: Users with a goal among these events.
        share: Achievers among the users, from 0 to 1.
        low: The share is likely at least this (Wilson, 95 %).
        high: The share is likely at most this.
    """

    value: str
    users: int
    active: int
    events: int
    goals: int
    achievers: int
    share: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Counts(Shown):
    """Users, events and goals by the values of one dimension.

    Attributes:
        dimension: Such as ``channel``.
        origin: events: each event has its own value; else each user has one.
        goal: The kind of event that counts as success.
        rows: The values, those with most users first.
    """

    dimension: str
    origin: Origin
    goal: str
    rows: tuple[Count, ...]

    def caption(self) -> str:
        """Say what is counted."""
        return f"Users, events and {self.goal} events by {self.dimension}"

    def to_arrow(self) -> pa.Table:
        """Return one row a value."""
        return pa.Table.from_pylist([dataclasses.asdict(row) for row in self.rows])


def counts(warehouse: Warehouse, people: People) -> tuple[Counts, ...]:
    """Count users, events and goals by each dimension.

    Args:
        warehouse: Where the tables of `people` are.
        people: Everyone, with what they are told apart by.
    """
    found = []
    for one in people.dimensions:
        query = select(_COUNTS, rows=everyone.rows(one).subquery("valued", copy=False))
        rows = tuple(_count(row) for row in warehouse.query(query).to_pylist())
        found.append(Counts(one.name, one.origin, people.goal, rows))
    return tuple(found)


def _count(row: dict[str, int | str]) -> Count:
    users, active, events, goals, achievers = (
        int(row[name]) for name in ("users", "active", "events", "goals", "achievers")
    )
    low, high = wilson(achievers, users)
    return Count(str(row["value"]), users, active, events, goals, achievers, achievers / users, low, high)
