"""Small tables of events and users in a warehouse in memory, as loading makes them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie.events import changed, days
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coterie.sources.warehouse import Warehouse

DAY = 86_400_000_000
MINUTE = 60_000_000

EVENTS = pa.schema(
    [
        ("event_id", pa.string()), ("user_id", pa.string()), ("at", pa.timestamp("us")),
        ("at_us", pa.int64()), ("kind", pa.string()), ("item", pa.string()), ("category", pa.string()),
        ("value", pa.float64()), ("duration", pa.float64()), ("channel", pa.string()),
        ("device", pa.string()), ("device_id", pa.string()), ("session_id", pa.string()),
        ("query", pa.string()), ("properties", pa.string()), ("source", pa.string()),
        ("unit", pa.string()), ("row_number", pa.int64()),
    ]
)  # fmt: skip
USERS = pa.schema(
    [
        ("user_id", pa.string()), ("since_us", pa.int64()), ("acquisition_channel", pa.string()),
        ("country", pa.string()), ("age", pa.float64()),
    ]
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    user_id: str
    at_us: int
    kind: str = "view"
    item: str | None = None
    category: str | None = None
    value: float | None = None
    duration: float | None = None
    channel: str | None = None
    device: str | None = None
    query: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class User:
    user_id: str
    since_us: int | None = None
    acquisition_channel: str | None = None
    country: str | None = None
    age: float | None = None


def _rows(schema: pa.Schema, things: Iterable[Any]) -> pa.Table:
    rows = [dataclasses.asdict(thing) for thing in things]
    return pa.Table.from_pylist([{"at": row.get("at_us"), **row} for row in rows], schema=schema)


def put(warehouse: Warehouse, events: Iterable[Event], users: Iterable[User] = ()) -> None:
    """Make the tables `events` and `users`, and forget what was built from others."""
    warehouse.create("events", _rows(EVENTS, events))
    warehouse.create("users", _rows(USERS, users))
    for table in (days.TABLE, changed.TABLE, "features", "features_state"):
        warehouse.drop(table)


def add(warehouse: Warehouse, events: Sequence[Event]) -> None:
    """Add events as a second loading does, naming whose they are."""
    warehouse.append("events", _rows(EVENTS, events))
    users = sorted({event.user_id for event in events})
    warehouse.create(changed.TABLE, pa.table({"user_id": pa.array(users, pa.string())}))


def feature_rows(table: pa.Table) -> dict[str, dict[str, Any]]:
    """Name each row by its user, and make sure that nobody comes twice."""
    rows = {row.pop("user_id"): row for row in table.to_pylist()}
    assert len(rows) == table.num_rows
    return rows


def all_of(warehouse: Warehouse, table: str, order: str) -> list[dict[str, Any]]:
    statement = sql.sql("select * from :table", table=sql.table(table))
    rows = warehouse.query(statement).sort_by([(word, "ascending") for word in order.split()])
    return list(rows.to_pylist())
