"""Subscribers from events: how often each has renewed, who has left, and what those who stay will pay.

A subscriber pays once a period. Each payment within a period and a half of the one before is a renewal; a
subscriber without one for longer has left, and one who comes back after that begins anew.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.errors import DataError
from coterie.predictions.lifetime.renewal import Renewal, renewals_of
from coterie.sources.relation import select

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.features.values import Floats
    from coterie.project.lasting import SubscriptionSettings
    from coterie.sources.warehouse import Warehouse

_DAY_US = 86_400_000_000
#: Renewals that the report tells of.
_SHOWN = 12
_YEAR_DAYS = 365.25

_PAYMENTS = """
    select user_id, at_us // :day_us as day, sum(case when value >= 0 then value end) as paid
    from events where kind = :kind and at_us < :until_us
    group by user_id, at_us // :day_us
"""
_GAPS = """
    select user_id, day, paid, day - lag(day) over (partition by user_id order by day) as gap
    from payments
"""
#: A gap longer than half of a period again begins a subscription anew; one shorter than half is no renewal.
_SPELLS = """
    select user_id, day, paid, gap,
        sum(case when gap is null or gap > :longest then 1 else 0 end)
            over (partition by user_id order by day) as spell
    from gaps
"""
_SUBSCRIBED = """
    select user_id, spell, count(case when gap >= :shortest and gap <= :longest then 1 end) as renewed,
        max(day) as last_day, avg(paid) as paid
    from spells group by user_id, spell
"""
_ALL = """
    select user_id, renewed, paid, case when last_day < :day - :longest then 1 else 0 end as left_,
        row_number() over (partition by user_id order by spell desc) as place
    from subscribed
"""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Subscriptions:
    """How long subscribers stay.

    Attributes:
        renewal: The model.
        subscribers: How many subscriptions there were.
        there: How many of them go on.
        retention: Each renewal: ``renewal``, of the ``subscribers`` who came to it the share who did
            (``happened``), the share that the model says (``expected``).
        worth: Those who go on: ``user_id``, ``renewed``, ``paid`` (a period), expected further ``payments``,
            their ``value`` (discounted, times the margin).
    """

    renewal: Renewal
    subscribers: int
    there: int
    retention: pa.Table
    worth: pa.Table


def statement(settings: SubscriptionSettings, as_of_day: int) -> exp.Select:
    """Write the SELECT of subscriptions: ``user_id, renewed, paid, left_`` (1 or 0) and ``place``."""
    longest, shortest = settings.period_days * 3 // 2, settings.period_days // 2
    found = select(_ALL, day=as_of_day, longest=longest)
    until = as_of_day * _DAY_US
    for name, step in (
        ("payments", select(_PAYMENTS, kind=settings.kind, day_us=_DAY_US, until_us=until)),
        ("gaps", select(_GAPS)),
        ("spells", select(_SPELLS, longest=longest)),
        ("subscribed", select(_SUBSCRIBED, longest=longest, shortest=max(shortest, 1))),
    ):
        found.with_(name, as_=step, copy=False)
    return found


def subscriptions(
    warehouse: Warehouse, settings: SubscriptionSettings, as_of_day: int, *, margin: float, discount: float
) -> Subscriptions:
    """Fit how long subscribers stay, and tell what those who are there are worth.

    Args:
        warehouse: Where `events` is.
        settings: Which events are payments, and how long a period is.
        as_of_day: The date in days since 1970-01-01.
        margin: The share of money that is profit.
        discount: Of money from one year to the next.

    Raises:
        DataError: There are no payments of that kind, nobody had a chance to renew, or nobody left.
    """
    rows = warehouse.query(statement(settings, as_of_day))
    if not rows.num_rows:
        raise DataError(f"There is no event of kind {settings.kind!r}, so there are no subscriptions.")
    renewed = rows.column("renewed").to_numpy().astype(np.int64)
    left = rows.column("left_").to_numpy().astype(bool)
    # Who has left did so at the chance after the last renewal; who is there has used each chance so far.
    length = int(renewed.max()) + 1
    lost = np.bincount(renewed[left], minlength=length).astype(float)
    kept = np.bincount(renewed[~left], minlength=length + 1)[1:].astype(float)
    renewal = renewals_of(lost, kept)
    monthly = (1 + max(discount, 1e-6)) ** (settings.period_days / _YEAR_DAYS) - 1
    return Subscriptions(
        renewal=renewal,
        subscribers=rows.num_rows,
        there=int((~left).sum()),
        retention=_retention(renewal, lost, kept),
        worth=_worth(rows.filter(pa.array(~left)), renewal, margin, monthly),
    )


def _retention(renewal: Renewal, lost: Floats, kept: Floats) -> pa.Table:
    count = min(len(lost), _SHOWN)
    # Who came to a chance: those lost there or later, and those kept who have been through it.
    came = np.cumsum(lost[::-1])[::-1] + np.cumsum(kept[::-1])[::-1]
    came = came[:count]
    happened = 1 - lost[:count] / np.maximum(came, 1)
    return pa.table({
        "renewal": pa.array(range(1, count + 1), pa.int64()),
        "subscribers": pa.array(came.astype(np.int64)),
        "happened": pa.array(happened),
        "expected": pa.array(renewal.retention(count)),
    })  # fmt: skip


def _worth(rows: pa.Table, renewal: Renewal, margin: float, discount: float) -> pa.Table:
    renewed = rows.column("renewed").to_numpy().astype(np.int64)
    payments = np.array([renewal.periods_left(n, discount) for n in range(int(renewed.max(initial=0)) + 1)])
    paid = np.nan_to_num(rows.column("paid").to_numpy().astype(float))
    found = pa.table({
        "user_id": rows.column("user_id"),
        "renewed": pa.array(renewed),
        "paid": pa.array(paid),
        "payments": pa.array(payments[renewed]),
        "value": pa.array(payments[renewed] * paid * margin),
    })  # fmt: skip
    return found.sort_by([("value", "descending"), ("user_id", "ascending")])
