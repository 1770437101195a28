"""Which acts come from where: kinds of events by channel, by category, and by both."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.growth import people as everyone
from coterie.shown import Shown
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import exp

    from coterie.growth.dimensions import Dimension
    from coterie.growth.people import People
    from coterie.sources.warehouse import Warehouse

#: How often each user did what, for the time of the questions.
TABLE = "growth_kinds"

_KINDS = "select user_id, kind, count(*) as events from events where at_us < :until group by user_id, kind"
_ACTS = """
    select kind, value, other, sum(events) as events, count(*) as users
    from :acts group by kind, value, other order by kind, value, other
"""
#: Users have one value: no event has to be read again.
_OF_USERS = """
    select k.user_id, k.kind, :value as value, :other as other, k.events
    from :kinds as k join :people as p on p.user_id = k.user_id
"""
_OF_EVENTS = """
    select user_id, kind, value, other, count(*) as events
    from (select e.user_id, e.kind, :value as value, :other as other from events as e where e.at_us < :until)
        as valued
    group by user_id, kind, value, other
"""
_OF_BOTH = """
    select user_id, kind, value, other, count(*) as events
    from (
        select e.user_id, e.kind, :value as value, :other as other
        from events as e join :people as p on p.user_id = e.user_id
        where e.at_us < :until
    ) as valued
    group by user_id, kind, value, other
"""
#: How channels are called, the most telling first.
_CHANNELS = ("acquisition_channel", "channel", "source")
_EVERY = "all"


@dataclasses.dataclass(frozen=True, slots=True)
class Act:
    """How often one kind of event happened for a value (or for two).

    Attributes:
        kind: Of the events.
        value: Such as a channel.
        other: Such as a category; ``all`` where one dimension alone is told.
        events: How many.
        users: Of how many users.
        share: Among all events of the value (and the other), from 0 to 1.
    """

    kind: str
    value: str
    other: str
    events: int
    users: int
    share: float


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Actions(Shown):
    """Kinds of events by one dimension, or by two.

    Attributes:
        dimension: Such as ``channel``.
        other: Such as ``category``; None for one dimension.
        acts: What happened, the events of all add up to those there are.
    """

    dimension: str
    other: str | None
    acts: tuple[Act, ...]

    def caption(self) -> str:
        """Say what is counted."""
        by = self.dimension if self.other is None else f"{self.dimension} and {self.other}"
        return f"Kinds of events by {by}"

    def to_arrow(self) -> pa.Table:
        """Return one row a kind and value."""
        return pa.Table.from_pylist([dataclasses.asdict(act) for act in self.acts])


def actions(warehouse: Warehouse, people: People) -> tuple[Actions, ...]:
    """Count kinds of events by each dimension, and by channel and category where the data has both.

    Args:
        warehouse: Where `events` and the tables of `people` are.
        people: Everyone, with what they are told apart by.
    """
    asked: list[tuple[Dimension, Dimension | None]] = [(one, None) for one in people.dimensions]
    channel = next((one for name in _CHANNELS if (one := people.named(name))), None)
    category = people.named("category")
    if channel and category:
        asked.append((channel, category))
    warehouse.create(TABLE, select(_KINDS, until=people.at.us), temporary=True)
    try:
        return tuple(_actions(warehouse, people, one, other) for one, other in asked)
    finally:
        warehouse.drop(TABLE)


def statement(people: People, one: Dimension, other: Dimension | None) -> exp.Select:
    """Write the SELECT of kinds of events by one dimension, or by two."""
    parts: dict[str, sql.Part] = {
        "value": _value(one),
        "other": sql.literal(_EVERY) if other is None else _value(other),
        "people": sql.table(everyone.TABLE),
        "kinds": sql.table(TABLE),
        "until": people.at.us,
    }
    of_events = {each.origin == "events" for each in (one, other) if each is not None}
    text = _OF_BOTH if len(of_events) > 1 else _OF_EVENTS if of_events == {True} else _OF_USERS
    return select(_ACTS, acts=select(text, **parts).subquery("acts", copy=False))


def _value(one: Dimension) -> exp.Expression:
    if one.origin == "events":
        return one.grouped(sql.column(one.name, "e"))
    return sql.column(one.column, "p")


def _actions(warehouse: Warehouse, people: People, one: Dimension, other: Dimension | None) -> Actions:
    rows = warehouse.query(statement(people, one, other)).to_pylist()
    totals: dict[Sequence[str], int] = {}
    for row in rows:
        place = (row["value"], row["other"])
        totals[place] = totals.get(place, 0) + int(row["events"])
    acts = tuple(
        Act(
            row["kind"],
            row["value"],
            row["other"],
            int(row["events"]),
            int(row["users"]),
            int(row["events"]) / totals[row["value"], row["other"]],
        )
        for row in rows
    )
    return Actions(one.name, other.name if other else None, acts)
