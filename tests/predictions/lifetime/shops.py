"""Events of buyers in a warehouse: those of CDNOW, or of a few users written by hand."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from tests.predictions.lifetime import cdnow

from coterie.sources import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from coterie.sources.warehouse import Warehouse

    Event: TypeAlias = "tuple[str, dt.date, str, float | None, str | None]"

#: The day after the calibration of the papers, and the day after the data.
CALIBRATED = cdnow.CALIBRATED + dt.timedelta(days=1)
END = dt.date(1998, 7, 1)
AS_OF = dt.date(2026, 3, 1)
_US = 86_400_000_000


def day(date: dt.date) -> int:
    """Days since 1970-01-01."""
    return (date - dt.date(1970, 1, 1)).days


def tables(events: Sequence[Event], users: Mapping[str, dict[str, Any]] | None = None) -> dict[str, pa.Table]:
    """The tables that lifetime value reads."""
    columns = list(zip(*events, strict=True)) if events else [()] * 5
    names, dates, kinds, values, categories = columns
    people = users or {}
    return {
        "events": pa.table({
            "user_id": pa.array(list(names), pa.string()),
            "at_us": pa.array([day(one) * _US + 3_600_000_000 for one in dates], pa.int64()),
            "kind": pa.array(list(kinds), pa.string()),
            "value": pa.array(list(values), pa.float64()),
            "category": pa.array(list(categories), pa.string()),
            "channel": pa.array([None] * len(names), pa.string()),
            "device": pa.array([None] * len(names), pa.string()),
        }),
        "users": pa.table({
            "user_id": pa.array(list(people), pa.string()),
            "since_us": pa.array([one.get("since_us") for one in people.values()], pa.int64()),
            "acquisition_channel": pa.array([None] * len(people), pa.string()),
            "country": pa.array([one.get("country") for one in people.values()], pa.string()),
        }),
    }  # fmt: skip


@contextlib.contextmanager
def warehouse(
    events: Sequence[Event], users: Mapping[str, dict[str, Any]] | None = None
) -> Iterator[Warehouse]:
    """A warehouse of these events."""
    with contextlib.closing(connect.connect("duckdb://")) as opened:
        for name, table in tables(events, users).items():
            opened.create(name, table)
        yield opened


def of_cdnow(customers: dict[str, dict[dt.date, float]]) -> list[Event]:
    """The purchases of CDNOW as events."""
    return [
        (user, date, "order", paid, None)
        for user, bought in customers.items()
        for date, paid in bought.items()
    ]


def drawn(users: int, days: int = 200, seed: int = 3) -> list[Event]:
    """Orders of users who buy at a rate of their own until they are gone."""
    rng = np.random.default_rng(seed)
    events: list[Event] = []
    for user in range(users):
        rate, life = rng.gamma(0.8, 0.08), rng.exponential(150)
        first = float(rng.integers(0, days * 2 // 3))
        at = first
        while at < min(days, first + life):
            date = AS_OF - dt.timedelta(days=days - int(at))
            events.append((f"u{user}", date, "order", float(rng.gamma(4, 10)), ("a", "b")[user % 2]))
            at += rng.exponential(1 / rate)
    return events
