"""A forecast of the past laid beside what happened: day by day, and by tenths of the customers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.lifetime.candidates import NAIVE
from coterie.predictions.lifetime.tables import SCHEMAS
from coterie.sources.relation import select

if TYPE_CHECKING:
    from coterie.predictions.lifetime.candidates import Holdout
    from coterie.sources.warehouse import Warehouse

_EPOCH = dt.date(1970, 1, 1)
_DAY_US = 86_400_000_000
_TRACKED = 12
_BINS = 10

_LATER = """
    select later.day, count(*) as purchases
    from (select user_id, at_us // :day_us as day from events
        where kind = :kind and coalesce(value, 0) >= 0 and at_us >= :from_us and at_us < :until_us
        group by user_id, at_us // :day_us) as later
    join (select user_id from events where kind = :kind and coalesce(value, 0) >= 0 and at_us < :from_us
        group by user_id) as known on known.user_id = later.user_id
    group by later.day order by later.day
"""


def tracking(
    warehouse: Warehouse, kind: str, holdout: Holdout | None, day: int, unit_days: float
) -> pa.Table:
    """Count the purchases of the holdout so far, beside those that were foretold.

    Args:
        warehouse: Where `events` is.
        kind: Of the events that are purchases.
        holdout: What was foretold; nothing without.
        day: Its end, in days since 1970-01-01.
        unit_days: Days a unit of the model's time.
    """
    best = holdout.best if holdout else None
    if holdout is None or best is None:
        return SCHEMAS["tracking"].empty_table()
    days = round(holdout.time * unit_days)
    start = day - days
    later = warehouse.query(
        select(_LATER, kind=kind, day_us=_DAY_US, from_us=start * _DAY_US, until_us=day * _DAY_US)
    )
    on, purchases = (later.column(name).to_numpy().astype(float) for name in ("day", "purchases"))
    alike, model = holdout.customers.alike(), holdout.models[best]
    naive = float(holdout.foretold[NAIVE].sum())
    rows = []
    for ahead in np.unique(np.round(np.linspace(days / _TRACKED, days, _TRACKED)).clip(1)).tolist():
        expected = model.expected(ahead / unit_days, alike.repeats, alike.last, alike.until)
        rows.append(
            {
                "date": _EPOCH + dt.timedelta(days=start + int(ahead)),
                "happened": float(purchases[on < start + ahead].sum()),
                "expected": float(expected @ alike.customers),
                "naive": naive * ahead / days,
            }
        )
    return pa.Table.from_pylist(rows, schema=SCHEMAS["tracking"])


def deciles(holdout: Holdout | None, name: str) -> pa.Table:
    """Lay what a model foretold of customers beside what they did, in tenths by what was foretold."""
    if holdout is None or name not in holdout.foretold:
        return SCHEMAS["deciles"].empty_table()
    told, happened = holdout.foretold[name], holdout.customers.later_purchases
    order = np.argsort(told, kind="stable")
    rows = [
        {
            "customers": len(part),
            "expected": float(told[part].mean()),
            "happened": float(happened[part].mean()),
            "naive": float(holdout.foretold[NAIVE][part].mean()),
        }
        for part in np.array_split(order, min(_BINS, len(order)))
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["deciles"])
