"""A warehouse of hand-made events, and everyone in it as the questions about growth see them."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING

import pyarrow as pa
from hypothesis import strategies as st
from tests.features import made
from tests.features.made import DAY, Event, User

from coterie.events import days
from coterie.features.as_of import AsOf
from coterie.growth import people
from coterie.growth.dimensions import dimensions
from coterie.growth.growth import Asked, Growth, growth
from coterie.project.growing import GrowthSettings
from coterie.sources import sql
from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from coterie.growth.people import People
    from coterie.sources.sqlite_warehouse import SQLite
    from coterie.sources.warehouse import Warehouse

#: Thursday, 2026-01-01.
START = 20_454
EPOCH = dt.date(1970, 1, 1)


def at(day: float) -> int:
    """The microsecond of a moment, in days since `START`."""
    return round((START + day) * DAY)


def as_of(day: int) -> AsOf:
    return AsOf(START + day, (START + day) * DAY)


def asked(day: int, sources: Sequence[str] = ()) -> Asked:
    return Asked(EPOCH + dt.timedelta(days=START + day), as_of(day), sources)


def filled(
    events: Iterable[Event], users: Iterable[User] = (), segments: dict[str, str] | None = None
) -> DuckDB:
    """A warehouse with events, users and, by user, the names of segments of one segmentation."""
    warehouse = DuckDB()
    put(warehouse, events, users, segments)
    return warehouse


def put(
    warehouse: Warehouse,
    events: Iterable[Event],
    users: Iterable[User] = (),
    segments: dict[str, str] | None = None,
) -> None:
    made.put(warehouse, events, users)
    days.refresh(warehouse)
    for table in ("segments", "membership"):
        warehouse.drop(table)
    if segments is not None:
        numbers = {name: number for number, name in enumerate(sorted(set(segments.values())), start=1)}
        rows = [
            {"segmentation": "taste", "segment": number, "name": name} for name, number in numbers.items()
        ]
        members = [
            {"segmentation": "taste", "segment": numbers[name], "user_id": user}
            for user, name in segments.items()
        ]
        warehouse.create("segments", pa.Table.from_pylist(rows))
        warehouse.create("membership", pa.Table.from_pylist(members))


@contextlib.contextmanager
def everyone(
    warehouse: Warehouse, day: int, by: Sequence[str] | None = (), goal: str = "order"
) -> Iterator[People]:
    found = dimensions(warehouse, by, as_of(day))
    with people.gathered(warehouse, found.found, as_of(day), goal) as gathered:
        yield gathered


def answered(warehouse: Warehouse, day: int, **settings: object) -> Growth:
    return growth(warehouse, GrowthSettings.model_validate(settings), asked(day))


def copied(warehouse: DuckDB, into: SQLite) -> SQLite:
    """Copy what growth reads to another engine."""
    for table in ("events", "users", "user_days", "segments", "membership"):
        if warehouse.columns(table):
            rows = warehouse.query(sql.sql("select * from :table", table=sql.table(table)))
            into.create(table, rows.drop_columns([name for name in ("at",) if name in rows.column_names]))
    return into


#: Few users and few moments, so that much meets.
KINDS = ("view", "click", "order", "refund")
many_events = st.lists(
    st.builds(
        Event,
        user_id=st.sampled_from(["a", "b", "c", "d"]),
        at_us=st.integers(0, 80).map(lambda quarter: at(quarter / 4)),
        kind=st.sampled_from(KINDS),
        category=st.sampled_from(["shoes", "books", None]),
        channel=st.sampled_from(["mail", "search", None]),
        value=st.sampled_from([None, 1.0, 2.5, 10.0, -3.0]),
    ),
    min_size=1,
    max_size=25,
)
many_users = st.lists(
    st.builds(
        User,
        user_id=st.sampled_from(["a", "b", "e", "f"]),
        acquisition_channel=st.sampled_from(["ads", "friends", None]),
        country=st.sampled_from(["at", "ng", None]),
    ),
    max_size=4,
    unique_by=lambda user: user.user_id,
)
