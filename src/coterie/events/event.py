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

Each source keeps its events in a table of its own, with only the columns that its mapping fills: to write a
column of ten million nulls costs as much as to compute a family of features. `events` is a view over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from coterie.events import columns
from coterie.sources import dialects, reading, sql
from coterie.sources.relation import ROW, UNIT, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coterie.project.sourcing import Source
    from coterie.sources.warehouse import Warehouse

VIEW = "events"

#: Columns that a mapping fills, with their types.
MAPPED: Mapping[str, str] = {
    "event_id": "text", "user_id": "text", "at_us": "bigint", "kind": "text", "item": "text",
    "category": "text", "value": "double", "duration": "double", "channel": "text", "device": "text",
    "device_id": "text", "session_id": "text", "query": "text", "properties": "text",
}  # fmt: skip
#: Text that may be longer than a word: addresses, what was searched for, JSON.
_LONG = frozenset({"item", "query", "properties"})

#: Columns of `events`, in order.
_SHOWN: Mapping[str, str] = {
    "event_id": "text", "user_id": "text", "at": "timestamp",
    **{name: kind for name, kind in MAPPED.items() if name not in ("event_id", "user_id")},
    "source": "text", "unit": "text", "row_number": "bigint",
}  # fmt: skip
#: Columns that every source keeps, beside those that its mapping fills.
_ALWAYS: Mapping[str, str] = {
    "user_id": "text", "at_us": "bigint", "kind": "text", "unit": "text", "row_number": "bigint",
}  # fmt: skip

_TABLES: Mapping[str, pa.Schema] = {
    "set_aside": pa.schema(
        {
            "source": pa.string(), "unit": pa.string(), "row_number": pa.int64(), "reason": pa.string(),
            "record": pa.large_string(), "run_id": pa.string(),
        }
    ),
    "units": pa.schema(
        {
            "source": pa.string(), "unit": pa.string(), "fingerprint": pa.large_string(),
            "rows_read": pa.int64(), "rows_used": pa.int64(), "rows_set_aside": pa.int64(),
            "run_id": pa.string(), "loaded_at": pa.timestamp("us"),
        }
    ),
    "totals": pa.schema({"users": pa.int64(), "events": pa.int64()}),
    "changed_users": pa.schema({"user_id": pa.string()}),
}  # fmt: skip


def kept(source_name: str) -> str:
    """The table that keeps the events of one source."""
    return f"events_from_{source_name}"


def make_tables(warehouse: Warehouse) -> None:
    """Make the tables that loading fills, where they are missing, and `events` without any."""
    for table, schema in _TABLES.items():
        if not warehouse.columns(table):
            warehouse.create(table, schema.empty_table())
    if not warehouse.columns(VIEW):
        show(warehouse, ())


def show(warehouse: Warehouse, sources: Iterable[str]) -> None:
    """Let `events` show what these sources keep: every column of an event, null where none fills it."""
    there = {name: warehouse.columns(kept(name)) for name in sources}
    branches = [_shown(name, columns) for name, columns in there.items() if columns]
    rows = exp.union(*branches, distinct=False) if len(branches) > 1 else (branches or [_nothing()])[0]
    warehouse.execute(exp.Create(this=sql.table(VIEW), kind="VIEW", replace=True, expression=rows))


def _shown(source: str, columns: Iterable[str]) -> exp.Select:
    values: dict[str, exp.Expression] = {name: sql.column(name) for name in columns}
    values["at"] = sql.sql("make_timestamp(at_us)")
    values["source"] = sql.literal(source)
    return sql.select(
        *(sql.named(values.get(name, _null(kind)), name) for name, kind in _SHOWN.items())
    ).from_(sql.table(kept(source)))


def _nothing() -> exp.Select:
    known = {"user_id": sql.column("user_id")}  # of a table, so that its text compares as that of others does
    chosen = (sql.named(known.get(name, _null(kind)), name) for name, kind in _SHOWN.items())
    return sql.select(*chosen).from_(sql.table("changed_users")).limit(0)


def _null(kind: str) -> exp.Expression:
    return exp.cast(exp.null(), kind)


def prepare(warehouse: Warehouse, source: Source) -> None:
    """Make the table of a source, or give it the columns that its mapping fills by now."""
    filled = [name for name in columns.fields(source) if name in MAPPED]
    if source.events is not None and source.events.properties:
        filled.append("properties")
    wanted = {**_ALWAYS, **{name: MAPPED[name] for name in filled}}
    table = kept(source.name)
    there = warehouse.columns(table)
    missing = pa.schema({name: _arrow(name, kind) for name, kind in wanted.items() if name not in there})
    if not there:
        warehouse.create(table, missing.empty_table())
    elif len(missing):
        warehouse.widen(table, missing)


def declare(warehouse: Warehouse, source: str, letters: Mapping[str, int]) -> None:
    """Let the columns of a source hold text of so many letters, where an engine is faster if it knows."""
    most = {name: count if name in _LONG else min(count, dialects.WORD) for name, count in letters.items()}
    warehouse.declare_lengths(kept(source), most)


def _arrow(name: str, kind: str) -> pa.DataType:
    return {"bigint": pa.int64(), "double": pa.float64()}.get(
        kind, pa.large_string() if name in _LONG else pa.string()
    )


def add(warehouse: Warehouse, rows: exp.Select, source: str, reader: Warehouse) -> None:
    """Add rows, as `reader` reads them, without a reason against them to the events."""
    origin = {"unit": UNIT, "row_number": ROW}
    chosen = [sql.named(sql.column(origin.get(name, name)), name) for name in warehouse.columns(kept(source))]
    good = sql.select(*chosen).from_(rows.subquery("mapped")).where(sql.sql("reason is null"))
    reading.move(good, reader, warehouse, kept(source))


def remove(warehouse: Warehouse, source: str, units: Sequence[str]) -> None:
    """Take the events of these units out."""
    if warehouse.columns(kept(source)):
        warehouse.execute(
            sql.sql("delete from :events where unit in :units", events=sql.table(kept(source)), units=units)
        )


def counts(warehouse: Warehouse, source: str) -> dict[str, int]:
    """Count the events of each unit of a source."""
    found = warehouse.query(
        sql.sql("select unit, count(*) as n from :events group by unit", events=sql.table(kept(source)))
    )
    return dict(zip(found["unit"].to_pylist(), found["n"].to_pylist(), strict=True))


def keys(source: str) -> exp.Select:
    """Select the ids of the events of a source, for finding repeated ones."""
    return select(
        "select event_id as key from events where source = :source and event_id is not null", source=source
    )
