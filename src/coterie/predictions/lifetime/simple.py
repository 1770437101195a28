"""The simple formula of lifetime value: average order value x repeat rate x retention time, factor by factor.

Over the buyers of a group, the repeat rate is the mean of their orders in a month in which they bought, and
the retention time the mean number of such months; the average order value is money over orders, refunds taken
off. Months are those of the calendar, told from days by integer arithmetic, so that every engine finds the
same.

References:
    Hinnant (2013), chrono-Compatible Low-Level Date Algorithms.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.sources.relation import select

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.sources.warehouse import Warehouse

_DAY_US = 86_400_000_000
_Z = 1.959963984540054
#: Buyers below which an interval says nothing.
_FEWEST = 2

_DAYS = """
    select user_id, :value as value, at_us // :day_us as day,
        count(case when kind = :kind and coalesce(value, 0) >= 0 then 1 end) as orders,
        sum(case when kind = :kind and value >= 0 then value
            when kind = 'refund' or kind = :kind then -coalesce(abs(value), 0.0) else 0.0 end) as money
    from events where (kind = :kind or kind = 'refund') and at_us < :until_us
    group by user_id, :value, at_us // :day_us
"""
#: Days since 0000-03-01, in eras of 400 years.
_ERAS = """
    select user_id, value, orders, money, (day + 719468) // 146097 as era, (day + 719468) % 146097 as of_era
    from days
"""
_YEARS = """
    select user_id, value, orders, money, era, of_era,
        (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365 as year_of_era
    from eras
"""
_MONTHS = """
    select user_id, value, month, sum(orders) as orders, sum(money) as money
    from (
        select user_id, value, orders, money, (year_of_era + era * 400) * 12
            + (5 * (of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)) + 2) // 153 as month
        from years
    ) as dated
    group by user_id, value, month
"""
_BUYERS = """
    select user_id, value, sum(orders) as orders, sum(money) as money,
        count(case when orders > 0 then 1 end) as months
    from months group by user_id, value having sum(orders) > 0
"""


def buyers(kind: str, as_of_day: int, value: exp.Expression) -> exp.Select:
    """Write the SELECT of buyers: ``user_id, value, orders, money`` (refunds taken off) and ``months``.

    Args:
        kind: Of the events that are orders.
        as_of_day: The date in days since 1970-01-01.
        value: What events are told apart by; a constant for no difference.
    """
    found = select(_BUYERS)
    days = select(_DAYS, kind=kind, value=value, day_us=_DAY_US, until_us=as_of_day * _DAY_US)
    steps = (("days", days), ("eras", select(_ERAS)), ("years", select(_YEARS)), ("months", select(_MONTHS)))
    for name, step in steps:
        found.with_(name, as_=step, copy=False)
    return found


#: What the sums of a group are of: money, orders, orders a month, months.
_PARTS = ("money", "orders", "rate", "months")
_SUMS = "select value, count(*) as buyers from :rows group by value"
_RATED = """
    select value, cast(money as double) as money, cast(orders as double) as orders,
        cast(orders as double) / months as rate, cast(months as double) as months
    from :rows
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Simple:
    """The simple formula of a group of buyers.

    Attributes:
        value: What the group is called.
        buyers: How many there are.
        orders: Their orders.
        money: Their money, refunds taken off.
        average_order: Money an order.
        repeat_rate: Orders of a buyer in a month with an order, on average.
        months: Months with an order of a buyer, on average.
        lifetime: The product of the three, in money.
        low: Lower end of its 95 % interval (delta method); None where it can't be told.
        high: Upper end.
    """

    value: str
    buyers: int
    orders: float
    money: float
    average_order: float
    repeat_rate: float
    months: float
    lifetime: float
    low: float | None
    high: float | None


def simple(warehouse: Warehouse, rows: exp.Select, margin: float = 1.0) -> tuple[Simple, ...]:
    """Work the formula out for each group, the most valuable first.

    Args:
        warehouse: Where to.
        rows: ``value, orders, money, months``, one row a buyer; as `buyers` writes it.
        margin: The share of money that is profit; it multiplies the average order value.
    """
    statement = select(_SUMS, rows=select(_RATED, rows=rows.subquery("rows", copy=False)).subquery("rated"))
    for at, one in enumerate(_PARTS):
        statement = statement.select(f"sum({one}) AS sum_{one}", copy=False)
        for other in _PARTS[at:]:
            statement = statement.select(f"sum({one} * {other}) AS sum_{one}_{other}", copy=False)
    found = [_simple(row, margin) for row in warehouse.query(statement).to_pylist()]
    return tuple(sorted(found, key=lambda one: (-one.lifetime, one.value)))


def _simple(row: dict[str, Any], margin: float) -> Simple:
    n = int(row["buyers"])
    sums = np.array([float(row[f"sum_{part}"]) for part in _PARTS])
    money, orders, rate, months = sums
    average, rate, months = margin * money / orders, rate / n, months / n
    lifetime = average * rate * months
    error = _error(row, sums, n)
    low = high = None
    if error is not None and lifetime > 0:
        low, high = (float(lifetime * math.exp(side * _Z * error)) for side in (-1, 1))
    name = "" if row["value"] is None else str(row["value"])
    factors = float(average), float(rate), float(months)
    return Simple(name, n, float(orders), float(money), *factors, float(lifetime), low, high)


def _error(row: dict[str, Any], sums: Any, n: int) -> float | None:
    """Find the standard error of the logarithm of the product, from the second moments of its parts."""
    if n < _FEWEST or (sums <= 0).any():
        return None
    second = np.empty((4, 4))
    for at, one in enumerate(_PARTS):
        for to, other in enumerate(_PARTS[at:], start=at):
            second[at, to] = second[to, at] = float(row[f"sum_{one}_{other}"]) / n
    means = sums / n
    covariance = (second - np.outer(means, means)) * n / (n - 1)
    weights = np.array([1.0, -1.0, 1.0, 1.0]) / means
    return math.sqrt(max(float(weights @ covariance @ weights), 0.0) / n)
