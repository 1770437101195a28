"""Who and what brings the money in: revenue net of refunds by user, channel and category."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from coterie.growth import bootstrap
from coterie.growth import people as everyone
from coterie.growth.bootstrap import Estimate, Points
from coterie.shown import Shown
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.features.values import Floats
    from coterie.growth.dimensions import Origin
    from coterie.growth.people import People
    from coterie.sources.warehouse import Warehouse

#: The highest users of a group are points of their own; the others share as many points again.
TAIL = 400
#: Fewer payers than this say too little for an interval to be drawn.
FEWEST_PAYERS = 5

_TOTALS = """
    select value, count(*) as users, count(case when events > 0 then 1 end) as active,
        count(case when spend > 0 then 1 end) as payers, sum(events) as events, sum(orders) as orders,
        sum(spend) as spend, sum(refunded) as refunded, sum(revenue) as revenue
    from :rows group by value
"""
#: Ranks within a group are cut into cells, so that a group of any size is a few thousand rows.
_POINTS = """
    select value, cell, count(*) as users, avg(revenue) as revenue, avg(events) as events
    from (
        select value, revenue, events,
            case when place <= :tail then place
                else :tail + 1 + (place - :tail - 1) * :tail // (users - :tail) end as cell
        from (
            select value, revenue, events, count(*) over (partition by value) as users,
                row_number() over (partition by value order by revenue desc, events desc) as place
            from :rows
        ) as placed
    ) as celled
    group by value, cell order by value, cell
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Earned:
    """What one value of a dimension brought in, in the money of the events.

    Attributes:
        value: Such as a channel.
        users: Who has it; where events have it, those with such an event.
        active: Those of them with events.
        payers: Users with an order that has a value.
        events: How many.
        orders: How many.
        spend: Money of orders.
        refunded: Money given back.
        revenue: Spend less refunds.
        share: Of the revenue of all values; None where that is not positive.
        per_user: Revenue a user.
        per_active: Revenue a user with events.
        per_event: Revenue an event.
    """

    value: str
    users: int
    active: int
    payers: int
    events: int
    orders: int
    spend: float
    refunded: float
    revenue: float
    share: float | None
    per_user: Estimate
    per_active: Estimate
    per_event: Estimate

    @property
    def few(self) -> bool:
        """Whether too few users paid for the interval to say much."""
        return self.payers < FEWEST_PAYERS


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Profit(Shown):
    """Revenue by the values of one dimension, the most profitable first.

    Attributes:
        dimension: Such as ``channel``.
        origin: events: revenue is that of events with the value; else that of users who have it.
        rows: The values.
    """

    dimension: str
    origin: Origin
    rows: tuple[Earned, ...]

    def caption(self) -> str:
        """Say what is measured."""
        return f"Revenue by {self.dimension}, net of refunds"

    def to_arrow(self) -> pa.Table:
        """Return one row a value, the ends of intervals in columns of their own."""
        return pa.Table.from_pylist([flat(row) for row in self.rows])


def flat(row: Any) -> dict[str, Any]:
    """Write a result as one flat row: an estimate becomes three columns."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(row):
        value = getattr(row, field.name)
        if isinstance(value, Estimate):
            found |= {
                field.name: value.value,
                f"{field.name}_low": value.low,
                f"{field.name}_high": value.high,
            }
        else:
            found[field.name] = value
    return found


def profits(warehouse: Warehouse, people: People, seed: int) -> tuple[Profit, ...]:
    """Sum the revenue by each dimension, with bootstrap intervals of what a user and an event bring in.

    Args:
        warehouse: Where the tables of `people` are.
        people: Everyone, with what they are told apart by.
        seed: Of the bootstrap.
    """
    return tuple(
        Profit(one.name, one.origin, _earned(warehouse, everyone.rows(one), seed))
        for one in people.dimensions
    )


def totals(rows: exp.Select) -> exp.Select:
    """Write the SELECT of the sums of each value."""
    return select(_TOTALS, rows=rows.subquery("valued"))


def points(rows: exp.Select) -> exp.Select:
    """Write the SELECT of the points of each value, from the most profitable to the least."""
    return select(_POINTS, rows=rows.subquery("valued"), tail=TAIL)


def read_points(warehouse: Warehouse, rows: exp.Select) -> dict[str, Points]:
    """Read the points of each value: revenue and events of users."""
    found: dict[str, list[tuple[float, float, int]]] = {}
    for row in warehouse.query(points(rows)).to_pylist():
        told = (float(row["revenue"]), float(row["events"]), int(row["users"]))
        found.setdefault(str(row["value"]), []).append(told)
    return {
        value: Points.of(np.array([one[:2] for one in told]), np.array([one[2] for one in told]))
        for value, told in found.items()
    }


def _earned(warehouse: Warehouse, rows: exp.Select, seed: int) -> tuple[Earned, ...]:
    sums = warehouse.query(totals(rows)).to_pylist()
    drawn = read_points(warehouse, rows)
    whole = sum(float(row["revenue"]) for row in sums)
    # Sums that differ in their last digits alone are equal, whatever order they were added up in.
    sums.sort(key=lambda row: (-round(float(row["revenue"]), 6), row["value"]))
    return tuple(_row(row, whole, drawn[str(row["value"])], seed) for row in sums)


def _row(row: dict[str, Any], whole: float, of_users: Points, seed: int) -> Earned:
    per_user, per_active, per_event = bootstrap.estimates(of_users, _rates, seed)
    users, active, payers, events, orders = (
        int(row[name]) for name in ("users", "active", "payers", "events", "orders")
    )
    spend, refunded, revenue = (float(row[name]) for name in ("spend", "refunded", "revenue"))
    share = revenue / whole if whole > 0 else None
    return Earned(
        str(row["value"]), users, active, payers, events, orders, spend, refunded, revenue, share,
        per_user, per_active, per_event,
    )  # fmt: skip


def _rates(drawn: Floats, values: Floats) -> Floats:
    """Revenue a user, an active user and an event, in each draw."""
    revenue, events = drawn @ values[:, 0], drawn @ values[:, 1]
    active = drawn @ (values[:, 1] > 0)
    return np.stack(
        [bootstrap.ratio(revenue, below) for below in (drawn.sum(axis=1), active, events)], axis=1
    )


_TOP = """
    select user_id, events, orders, spend, refunded, revenue, last_day from :people
    where spend > 0 order by revenue desc, user_id limit :most
"""


@dataclasses.dataclass(frozen=True, slots=True)
class TopUser:
    """One of the most profitable users.

    Attributes:
        user_id: The user.
        events: How many.
        orders: How many.
        spend: Money of orders.
        refunded: Money given back.
        revenue: Spend less refunds.
        last_day: Of the last event, in days since 1970.
        by: Their value of each dimension.
    """

    user_id: str
    events: int
    orders: int
    spend: float
    refunded: float
    revenue: float
    last_day: int
    by: dict[str, str]


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class TopUsers(Shown):
    """The most profitable users.

    Attributes:
        rows: The users, the most profitable first.
    """

    rows: tuple[TopUser, ...]

    def caption(self) -> str:
        """Say who they are."""
        return f"The {len(self.rows)} most profitable users"

    def to_arrow(self) -> pa.Table:
        """Return one row a user, with a column ``by_...`` a dimension."""
        rows = []
        for one in self.rows:
            row = dataclasses.asdict(one)
            by = row.pop("by")
            rows.append(row | {f"by_{name}": value for name, value in by.items()})
        return pa.Table.from_pylist(rows)


def top_users(warehouse: Warehouse, people: People, most: int) -> TopUsers:
    """List the users with the highest revenue net of refunds.

    Args:
        warehouse: Where the tables of `people` are.
        people: Everyone, with what they are told apart by.
        most: How many.
    """
    query = select(_TOP, people=sql.table(everyone.TABLE), most=most)
    for one in people.dimensions:
        query.select(sql.column(one.column), copy=False)
    found = warehouse.query(query).to_pylist()
    return TopUsers(tuple(_top_user(row, people) for row in found))


def _top_user(row: dict[str, Any], people: People) -> TopUser:
    by = {one.name: str(row[one.column]) for one in people.dimensions}
    spend, refunded, revenue = (float(row[name]) for name in ("spend", "refunded", "revenue"))
    events, orders, last_day = (int(row[name]) for name in ("events", "orders", "last_day"))
    return TopUser(str(row["user_id"]), events, orders, spend, refunded, revenue, last_day, by)
