"""Which groups of users are worth most: segments, channels, countries; everyone in them counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.predictions.lifetime.tables import SCHEMAS
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlglot import exp

    from coterie.sources.warehouse import Warehouse

_WORTH = "lifetime_worth"
_Z = 1.959963984540054
#: Users below which an interval says nothing.
_FEWEST = 2

_GROUPS = """
    select grouped.value, count(*) as users, count(worth.value) as customers,
        avg(coalesce(worth.value, 0.0)) as mean, sum(coalesce(worth.value, 0.0)) as total,
        sum(coalesce(worth.value, 0.0) * coalesce(worth.value, 0.0)) as squares,
        avg(coalesce(worth.future_value, 0.0)) as future_mean
    from :grouped left join :worth as worth on worth.user_id = grouped.user_id
    where not grouped.value is null
    group by grouped.value
"""


def ranking(warehouse: Warehouse, customers: pa.Table, groups: Mapping[str, exp.Select]) -> pa.Table:
    """Work out what a user of each group is worth on average, the most valuable group of a kind first.

    Users who have never bought count with nothing. The interval is that of a mean, by the spread of users.

    Args:
        warehouse: Where groups are.
        customers: ``user_id``, ``value`` (so far and to come) and ``future_value`` of customers.
        groups: Each a SELECT of ``user_id, value``.

    Returns:
        ``dimension, group, users, customers, mean, low, high, total, future_mean``.
    """
    warehouse.create(_WORTH, customers.select(["user_id", "value", "future_value"]), temporary=True)
    rows = []
    for name, users in groups.items():
        query = select(_GROUPS, grouped=users.subquery("grouped"), worth=sql.table(_WORTH))
        found = warehouse.query(query).to_pylist()
        for row in sorted(found, key=lambda each: (-each["mean"], str(each["value"]))):
            half = _half(row["users"], row["mean"], row["squares"])
            rows.append(
                {
                    **row,
                    "dimension": name,
                    "group": str(row["value"]),
                    "low": None if half is None else row["mean"] - half,
                    "high": None if half is None else row["mean"] + half,
                }
            )
    warehouse.drop(_WORTH)
    return pa.Table.from_pylist(rows, schema=SCHEMAS["ranking"])


def _half(users: int, mean: float, squares: float) -> float | None:
    """Half of the 95 % interval of a mean."""
    if users < _FEWEST:
        return None
    variance = max(squares / users - mean * mean, 0.0) * users / (users - 1)
    return float(_Z * (variance / users) ** 0.5)
