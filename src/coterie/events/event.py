"""An event: one act of one user; and the tables in which events, and rows that are none, are kept.

| column | meaning |
|---|---|
| event_id | the source's own id of the event; null where it has none |
| user_id | who acted, as text |
| at, at_us | when: UTC timestamp, and the same as microseconds since 1970 |
| kind | view, click, search, order, like, share, video, open, ... |
| item, category | what it was about |
| value | money or another amount |
| duration | seconds |
| channel, device, device_id, session_id, query | how, on what, in which visit, the words searched for |
| properties | anything else, JSON; null where nothing else is mapped |
| source, unit, row_number | where it came from; row_number is null where counting rows costs too much |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlglot import exp

    from coterie.sources.warehouse import Warehouse

#: Columns that a mapping fills, with their types.
MAPPED: Mapping[str, str] = {
    "event_id": "text", "user_id": "text", "at_us": "bigint", "kind": "text", "item": "text",
    "category": "text", "value": "double", "duration": "double", "channel": "text", "device": "text",
    "device_id": "text", "session_id": "text", "query": "text", "properties": "json",
}  # fmt: skip

_TABLES = (
    """create table if not exists events (event_id text, user_id text, "at" timestamp, at_us bigint,
    kind text, item text, category text, value double, duration double, channel text, device text,
    device_id text, session_id text, query text, properties json, source text, unit text,
    row_number bigint)""",
    """create table if not exists set_aside (source text, unit text, row_number bigint, reason text,
    record text, run_id text)""",
    """create table if not exists units (source text, unit text, fingerprint text, rows_read bigint,
    rows_used bigint, rows_set_aside bigint, run_id text, loaded_at timestamp)""",
    "create table if not exists totals (users bigint, events bigint)",
    "create table if not exists changed_users (user_id text)",
)


def make_tables(warehouse: Warehouse) -> None:
    """Make the tables that loading fills, where they are missing."""
    warehouse.execute(*map(sql.sql, _TABLES))


def add(warehouse: Warehouse, rows: exp.Select, source: str) -> None:
    """Add rows without a reason against them to the events."""
    good = select(
        """select event_id, user_id, make_timestamp(at_us) as "at", at_us, kind, item, category, value,
        duration, channel, device, device_id, session_id, query, properties, :source as source,
        coterie_unit as unit, coterie_row as row_number from :rows where reason is null""",
        source=source,
        rows=rows.subquery("mapped"),
    )
    warehouse.append("events", good)


def remove(warehouse: Warehouse, source: str, units: Sequence[str]) -> None:
    """Take the events of these units out."""
    warehouse.execute(
        sql.sql("delete from events where source = :source and unit in :units", source=source, units=units)
    )


def counts(warehouse: Warehouse, source: str) -> dict[str, int]:
    """Count the events of each unit of a source."""
    found = warehouse.query(
        sql.sql("select unit, count(*) as n from events where source = :source group by unit", source=source)
    )
    return dict(zip(found["unit"].to_pylist(), found["n"].to_pylist(), strict=True))


def keys(source: str) -> exp.Select:
    """Select the ids of the events of a source, for finding repeated ones."""
    return select(
        "select event_id as key from events where source = :source and event_id is not null", source=source
    )
