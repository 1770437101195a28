"""Who has bought, how often, how lately and for how much, as of a date: counted in SQL, from events.

A purchase is a day on which a customer bought something, as in the papers: two orders of one evening are one.
Refunds are taken off what somebody spent; they undo no purchase.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.predictions.lifetime.purchases import Purchases
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from sqlglot import exp

    from coterie.features.values import Floats
    from coterie.sources.warehouse import Warehouse

_DAY_US = 86_400_000_000

_BUYING = """
    select user_id, at_us // :day_us as day,
        count(case when kind = :kind and coalesce(value, 0) >= 0 then 1 end) as orders,
        count(case when kind = :kind and value >= 0 then 1 end) as priced,
        sum(case when kind = :kind and value >= 0 then value else 0.0 end) as spend,
        sum(case when kind = 'refund' or (kind = :kind and value < 0) then coalesce(abs(value), 0.0)
            else 0.0 end) as refunded
    from events where (kind = :kind or kind = 'refund') and at_us < :until_us
    group by user_id, at_us // :day_us
"""

_FIRSTS = "select user_id, min(day) as first_day from buying where orders > 0 and day < :day group by user_id"

_CUSTOMERS = """
    select firsts.user_id, firsts.first_day,
        count(case when buying.day < :day and buying.orders > 0 then 1 end) - 1 as repeats,
        max(case when buying.day < :day and buying.orders > 0 then buying.day end) - firsts.first_day
            as last_days,
        :day - 1 - firsts.first_day as until_days,
        sum(case when buying.day < :day then buying.orders else 0 end) as orders,
        sum(case when buying.day < :day then buying.priced else 0 end) as priced,
        sum(case when buying.day < :day then buying.spend else 0.0 end) as spend,
        sum(case when buying.day < :day then buying.refunded else 0.0 end) as refunded,
        sum(case when buying.day < :day and buying.day > firsts.first_day then buying.spend else 0.0 end)
            as repeat_spend,
        count(case when buying.day >= :day and buying.orders > 0 then 1 end) as later_purchases,
        sum(case when buying.day >= :day then buying.spend - buying.refunded else 0.0 end) as later_spend
    from firsts join buying on buying.user_id = firsts.user_id
    group by firsts.user_id, firsts.first_day
"""

_ALIKE = """
    select repeats, last_days, until_days, count(*) as customers from :customers
    group by repeats, last_days, until_days order by repeats, last_days, until_days
"""


def statement(kind: str, day: int, until: int | None = None) -> exp.Select:
    """Write the SELECT of customers as of a date, one row each.

    Its columns: ``user_id``, ``first_day``, ``repeats`` (x), ``last_days`` (t_x) and ``until_days`` (T),
    ``orders``, ``priced`` (orders with a value), ``spend``, ``refunded``, ``repeat_spend`` (after the first
    day); and of the days from the date on ``later_purchases`` and ``later_spend`` (refunds taken off).

    Args:
        kind: Of the events that are purchases.
        day: The date in days since 1970-01-01; customers bought before it.
        until: Until when later purchases are counted; default: none are.
    """
    found = select(_CUSTOMERS, day=day)
    for name, step in (
        ("buying", select(_BUYING, kind=kind, day_us=_DAY_US, until_us=(until or day) * _DAY_US)),
        ("firsts", select(_FIRSTS, day=day)),
    ):
        found.with_(name, as_=step, copy=False)
    return found


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Customers:
    """Customers as of a date, one entry each.

    Attributes:
        users: Their ids.
        repeats: x: purchases after the first one.
        last: t_x: the time of the last purchase, in units.
        until: T: how long each has been watched, in units.
        orders: Orders, of which a purchase may hold several.
        spend: Money spent; refunds not taken off.
        refunded: Money given back.
        repeat_spend: Money spent after the day of the first purchase.
        later_purchases: Purchases from the date on.
        later_spend: Money from the date on, refunds taken off.
        priced: Whether any order has a value.
    """

    users: pa.Array
    repeats: Floats
    last: Floats
    until: Floats
    orders: Floats
    spend: Floats
    refunded: Floats
    repeat_spend: Floats
    later_purchases: Floats
    later_spend: Floats
    priced: bool

    def __len__(self) -> int:
        """Count the customers."""
        return len(self.repeats)

    @property
    def net(self) -> Floats:
        """Money spent, refunds taken off; below 0 where they are larger."""
        found: Floats = self.spend - self.refunded
        return found

    @property
    def kept(self) -> Floats:
        """What part of the spend is left after refunds, 0..1; 1 where nothing was spent."""
        share = np.where(self.spend > 0, self.net / np.maximum(self.spend, 1e-12), 1.0)
        found: Floats = np.clip(share, 0.0, 1.0)
        return found

    @property
    def mean(self) -> Floats:
        """Money a repeat purchase, refunds taken off; 0 where there was none."""
        found: Floats = np.where(
            self.repeats > 0, self.repeat_spend * self.kept / np.maximum(self.repeats, 1), 0.0
        )
        return found

    def alike(self) -> Purchases:
        """Gather customers who bought alike."""
        together = np.column_stack([self.repeats, self.last, self.until])
        rows, counts = np.unique(together, axis=0, return_counts=True)
        return Purchases(rows[:, 0], rows[:, 1], rows[:, 2], counts.astype(float))


def read(warehouse: Warehouse, kind: str, day: int, unit_days: float, until: int | None = None) -> Customers:
    """Read the customers as of a date.

    Args:
        warehouse: Where `events` is.
        kind: Of the events that are purchases.
        day: The date in days since 1970-01-01.
        unit_days: Days a unit of time.
        until: Until when later purchases are counted.
    """
    rows = warehouse.query(statement(kind, day, until).order_by(sql.column("user_id", "firsts")))
    number = {name: _numbers(rows, name) for name in rows.column_names if name != "user_id"}
    return Customers(
        users=rows.column("user_id").combine_chunks(),
        repeats=number["repeats"],
        last=number["last_days"] / unit_days,
        until=number["until_days"] / unit_days,
        orders=number["orders"],
        spend=number["spend"],
        refunded=number["refunded"],
        repeat_spend=number["repeat_spend"],
        later_purchases=number["later_purchases"],
        later_spend=number["later_spend"],
        priced=bool(number["priced"].any()),
    )


def _numbers(rows: pa.Table, name: str) -> Floats:
    found: Floats = rows.column(name).to_numpy().astype(float)
    return found


def alike(warehouse: Warehouse, customers: exp.Select, unit_days: float) -> Purchases:
    """Gather customers who bought alike by the warehouse: few rows of however many customers.

    Args:
        warehouse: Where `events` is.
        customers: From `statement`.
        unit_days: Days a unit of time.
    """
    rows = warehouse.query(select(_ALIKE, customers=customers.subquery("customers", copy=False)))
    numbers: Sequence[Floats] = [_numbers(rows, name) for name in rows.column_names]
    return Purchases(numbers[0], numbers[1] / unit_days, numbers[2] / unit_days, numbers[3])
