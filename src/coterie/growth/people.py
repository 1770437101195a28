"""Everyone in one row with what they did and what they are told apart by: what all questions are asked of."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

from coterie.events import days
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlglot import exp

    from coterie.features.as_of import AsOf
    from coterie.growth.dimensions import Dimension
    from coterie.sources.warehouse import Warehouse

#: One row a user: ``user_id``, ``first_day`` and ``last_day`` of events (null without any), counts of
#: ``events``, ``goals`` and ``orders``, ``spend``, ``refunded`` and ``revenue`` (spend less refunds), and a
#: column ``by_...`` a dimension.
TABLE = "growth_people"

_EVERYONE = """
    select user_id from users where since_us is null or since_us < :until
    union
    select user_id from user_days where day < :until_day
"""
_DONE = """
    select user_id, min(day) as first_day, max(day) as last_day, sum(events) as events, sum(:goal) as goals,
        sum(orders) as orders, sum(spend) as spend, sum(refunded) as refunded
    from user_days where day < :until_day group by user_id
"""
_PEOPLE = """
    select everyone.user_id, done.first_day, done.last_day,
        cast(coalesce(done.events, 0) as bigint) as events, cast(coalesce(done.goals, 0) as bigint) as goals,
        cast(coalesce(done.orders, 0) as bigint) as orders, coalesce(done.spend, 0.0) as spend,
        coalesce(done.refunded, 0.0) as refunded,
        coalesce(done.spend, 0.0) - coalesce(done.refunded, 0.0) as revenue
    from everyone left join done on done.user_id = everyone.user_id
"""
_OF_EVENTS = """
    select user_id, told as value, count(*) as events, sum(goal) as goals, sum(ordered) as orders,
        sum(spend) as spend, sum(refunded) as refunded, sum(spend) - sum(refunded) as revenue
    from (
        select user_id, :grouped as told,
            case when :is_goal then 1 else 0 end as goal,
            case when :is_order then 1 else 0 end as ordered,
            case when kind = 'order' and value >= 0 then value else 0.0 end as spend,
            case when kind = 'refund' or (kind = 'order' and value < 0) then coalesce(abs(value), 0.0)
                else 0.0 end as refunded
        from events where at_us < :until
    ) as valued
    group by user_id, told
"""
_IS_ORDER = "kind = 'order' and coalesce(value, 0) >= 0"


@dataclasses.dataclass(frozen=True, slots=True)
class People:
    """Everyone as of a date, in temporary tables.

    Attributes:
        at: The date.
        goal: The kind of event that counts as success.
        dimensions: What users and events are told apart by.
        users: How many there are.
        active: How many of them have events.
        events: How many events they have.
        goals: How many of these are the goal.
        payers: Users with an order that has a value.
        first_day: Of the first event, in days since 1970; None without events.
    """

    at: AsOf
    goal: str
    dimensions: tuple[Dimension, ...]
    users: int
    active: int
    events: int
    goals: int
    payers: int
    first_day: int | None

    @property
    def of_users(self) -> tuple[Dimension, ...]:
        """Dimensions of which each user has one value, whatever they do."""
        return tuple(one for one in self.dimensions if one.origin != "events")

    def named(self, name: str) -> Dimension | None:
        """Find the dimension of that name."""
        return next((one for one in self.dimensions if one.name == name), None)


def is_goal(goal: str) -> exp.Expression:
    """Test whether an event is the goal; an order of a negative value is a refund and none."""
    return sql.sql(_IS_ORDER) if goal == "order" else sql.sql("kind = :goal", goal=goal)


def rows(dimension: Dimension) -> exp.Select:
    """Select ``user_id, value, events, goals, orders, spend, refunded, revenue``, a row a user and value.

    A user is in as many rows as their events have values; where each user has one value, in one row, even
    without events.
    """
    if dimension.origin == "events":
        return select("select * from :table", table=sql.table(_table(dimension)))
    return select(
        "select user_id, :value as value, events, goals, orders, spend, refunded, revenue from :people",
        value=sql.column(dimension.column),
        people=sql.table(TABLE),
    )


@contextlib.contextmanager
def gathered(
    warehouse: Warehouse, dimensions: Sequence[Dimension], at: AsOf, goal: str = "order"
) -> Iterator[People]:
    """Make the tables that the questions are asked of, and drop them again.

    Args:
        warehouse: Where `events`, `users` and `user_days` are.
        dimensions: What users and events are told apart by.
        at: Events at or after this date are not seen.
        goal: The kind of event that counts as success.
    """
    warehouse.create(TABLE, statement(warehouse, dimensions, at, goal), temporary=True)
    of_events = [one for one in dimensions if one.origin == "events"]
    for one in of_events:
        warehouse.create(_table(one), of_events_statement(one, at, goal), temporary=True)
    try:
        yield _counted(warehouse, tuple(dimensions), at, goal)
    finally:
        for name in (TABLE, *map(_table, of_events)):
            warehouse.drop(name)


def statement(
    warehouse: Warehouse, dimensions: Sequence[Dimension], at: AsOf, goal: str = "order"
) -> exp.Select:
    """Write the SELECT of everyone."""
    column = "orders" if goal == "order" else days.kind_column(goal)
    counted = sql.column(column) if column in warehouse.columns(days.TABLE) else sql.literal(0)
    people = select(_PEOPLE)
    people.with_("everyone", as_=sql.sql(_EVERYONE, until=at.us, until_day=at.day), copy=False)
    people.with_("done", as_=select(_DONE, goal=counted, until_day=at.day), copy=False)
    for one in dimensions:
        value = one.grouped(sql.column("value", one.column))
        people.select(sql.named(value, one.column), copy=False)
        people.join(
            one.of_users.subquery(one.column, copy=True),
            on=sql.column("user_id", one.column).eq(sql.column("user_id", "everyone")),
            join_type="left",
            copy=False,
        )
    return people


def of_events_statement(dimension: Dimension, at: AsOf, goal: str) -> exp.Select:
    """Write the SELECT of what each user did by the values of their events."""
    return select(
        _OF_EVENTS,
        grouped=dimension.grouped(sql.column(dimension.name)),
        is_goal=is_goal(goal),
        is_order=sql.sql(_IS_ORDER),
        until=at.us,
    )


def _table(dimension: Dimension) -> str:
    return f"growth_{dimension.column}"


def _counted(warehouse: Warehouse, dimensions: tuple[Dimension, ...], at: AsOf, goal: str) -> People:
    [found] = warehouse.query(
        select(
            """select count(*) as users, count(case when events > 0 then 1 end) as active,
                coalesce(sum(events), 0) as events, coalesce(sum(goals), 0) as goals,
                count(case when spend > 0 then 1 end) as payers, min(first_day) as first_day
            from :people""",
            people=sql.table(TABLE),
        )
    ).to_pylist()
    numbers = {name: int(found[name]) for name in ("users", "active", "events", "goals", "payers")}
    return People(at, goal, dimensions, **numbers, first_day=found["first_day"])
