"""Publishing: tables and views for dashboards in a schema of their own; new ones replace old ones at once."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from coterie import runs
from coterie.errors import DataError, UsageError
from coterie.publish import statements, ways
from coterie.publish.contents import contents
from coterie.publish.statements import Place
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.project.settings import Project
    from coterie.publish.statements import Published, Statement
    from coterie.sources.warehouse import Warehouse

TABLE = "publications"

_SCHEMA = pa.schema(
    [
        ("to_schema", pa.string()),
        ("view", pa.string()),
        ("built", pa.string()),
        ("mark", pa.string()),
        ("run_id", pa.string()),
        ("published", pa.timestamp("us", tz="UTC")),
        ("status", pa.string()),
    ]
)


@dataclasses.dataclass(frozen=True, slots=True)
class Publication:
    """What was published.

    Attributes:
        schema: Where.
        run_id: The run it shows.
        tables: The views, by name.
        nothing_new: Whether it was there already.
        grants: How somebody is let to read it.
    """

    schema: str
    run_id: str
    tables: tuple[str, ...]
    nothing_new: bool
    grants: str


def default_schema(warehouse: Warehouse) -> str:
    """The schema that is published to where none is named."""
    return f"{warehouse.schema}_published"


def planned(
    warehouse: Warehouse, project: Project, schema: str | None = None, dialect: str | None = None
) -> tuple[Statement, ...]:
    """List the statements that publishing would run, as if nothing were published yet; runs none of them.

    Args:
        warehouse: Where the last run is.
        project: What it was made from.
        schema: Where to publish; default: that of the project with ``_published``.
        dialect: Of which they are meant; default: the warehouse's.
    """
    tables, place = described_for(warehouse, project, schema, dialect)
    return (*_making_the_schema(place), *_statements(tables, place, ()))


def described_for(
    warehouse: Warehouse, project: Project, schema: str | None = None, dialect: str | None = None
) -> tuple[tuple[Published, ...], Place]:
    """Gather what would be published and where, for files that describe it to other tools.

    Args:
        warehouse: Where the last run is.
        project: What it was made from.
        schema: Where it is published; default: that of the project with ``_published``.
        dialect: Of the warehouse that the tools read; default: this one's.
    """
    to, tables, run_id = _asked(warehouse, project, schema)
    return tables, Place(to, dialect or warehouse.dialect, _mark(tables, run_id))


def publish(
    warehouse: Warehouse, project: Project, schema: str | None = None, *, now: dt.datetime | None = None
) -> Publication:
    """Create tables and views for dashboards, or replace those of the last run by those of this.

    New tables are built beside the old, then views are pointed at them: on DuckDB, PostgreSQL, SQLite and
    MySQL all at once, elsewhere each at once. Tables that the views showed until now stay until the next
    time, for those who are reading them. Publishing the same again does nothing. No run writes meanwhile.

    Args:
        warehouse: Where the last run is.
        project: What it was made from.
        schema: Where to publish; default: that of the project with ``_published``.
        now: The time to note; default: the clock.

    Raises:
        UsageError: The schema is that of the project, or no name of a schema.
        DataError: There was no run yet.
        WarehouseError: The warehouse refused, or a run is writing; what was published before is as it was.
    """
    with warehouse.alone("a publication"):
        return _publish_alone(warehouse, project, schema, now or dt.datetime.now(dt.UTC))


def _publish_alone(
    warehouse: Warehouse, project: Project, schema: str | None, now: dt.datetime
) -> Publication:
    to, tables, run_id = _asked(warehouse, project, schema)
    place = Place(to, warehouse.dialect, _mark(tables, run_id))
    if not warehouse.columns(TABLE):
        warehouse.create(TABLE, _SCHEMA.empty_table())
    before = _noted(warehouse, to)
    shown = {row["view"] for row in before if row["status"] == "shown"}
    names = tuple(table.name for table in tables)
    found = Publication(to, run_id, names, True, ways.grants(warehouse.dialect, to))
    if {row["mark"] for row in before if row["status"] == "shown"} == {place.mark} and shown == set(names):
        return found
    if not before and not _is_there(warehouse, place):
        warehouse.execute(*(one.tree for one in _making_the_schema(place)))
    with contextlib.ExitStack() as stack:
        if place.ways.swap == "transaction":
            stack.enter_context(warehouse.transaction())
        _note(warehouse, place, tables, run_id, now)
        for one in _statements(tables, place, shown):
            warehouse.execute(one.tree)
        _done(warehouse, place)
        for one in statements.drop(_old(before, place), place):
            warehouse.execute(one.tree)
    return dataclasses.replace(found, nothing_new=False)


def _asked(
    warehouse: Warehouse, project: Project, schema: str | None
) -> tuple[str, tuple[Published, ...], str]:
    to = schema or default_schema(warehouse)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", to):
        raise UsageError(f"{to!r} can't be the name of a schema; allowed: letters, digits and _.")
    if to.lower() == warehouse.schema.lower():
        raise UsageError(
            f"{to!r} is the schema of the project itself; name another, which only results are published to."
        )
    last = runs.last(warehouse)
    if last is None:
        raise DataError(f"There are no results in {warehouse.url} yet; make them with `coterie run`.")
    return to, contents(warehouse, project), str(last["run_id"])


def _mark(tables: Sequence[Published], run_id: str) -> str:
    """The same for the same contents of the same run."""
    told = [
        (
            table.name,
            table.sentence,
            [dataclasses.astuple(column) for column in table.columns],
            table.rows.sql() if isinstance(table.rows, exp.Expression) else table.rows,
        )
        for table in tables
    ]
    return runs.fingerprint([run_id, told])[:10]


def _statements(
    tables: Sequence[Published], place: Place, shown: Sequence[str] | set[str]
) -> list[Statement]:
    built = [one for table in tables for one in statements.build(table, place)]
    return [*built, *statements.swap(tables, place, shown)]


def _making_the_schema(place: Place) -> list[Statement]:
    if not place.ways.schemas:
        return []
    name = exp.to_identifier(place.schema, quoted=True)
    made = exp.Create(this=exp.Table(db=name), kind="SCHEMA", exists=True)
    return [statements.Statement("build", place.schema, made)]


def _is_there(warehouse: Warehouse, place: Place) -> bool:
    """Whether the schema is there; making it would need more permission than writing to it."""
    if not place.ways.listed:
        return False
    query = "select count(*) as n from information_schema.schemata where schema_name = :name"
    return bool(warehouse.query(sql.sql(query, name=place.schema)).column("n")[0].as_py())


def _noted(warehouse: Warehouse, to: str) -> list[dict[str, str]]:
    query = "select * from publications where to_schema = :to"
    rows: list[dict[str, str]] = warehouse.query(sql.sql(query, to=to)).to_pylist()
    return rows


def _note(
    warehouse: Warehouse, place: Place, tables: Sequence[Published], run_id: str, now: dt.datetime
) -> None:
    """Note what is about to be built, so that it is found again if building breaks off."""
    rows = [
        {
            "to_schema": place.schema,
            "view": table.name,
            "built": place.built(table.name),
            "mark": place.mark,
            "run_id": run_id,
            "published": now,
            "status": "building",
        }
        for table in tables
    ]
    mine = "delete from publications where to_schema = :to and mark = :mark"
    warehouse.execute(sql.sql(mine, to=place.schema, mark=place.mark))
    warehouse.append(TABLE, pa.Table.from_pylist(rows, schema=_SCHEMA))


def _done(warehouse: Warehouse, place: Place) -> None:
    """What was shown is kept for its readers; what is older, or was never shown, is forgotten."""
    old = "delete from publications where to_schema = :to and mark <> :mark and status <> 'shown'"
    last = "update publications set status = 'kept' where to_schema = :to and mark <> :mark"
    new = "update publications set status = 'shown' where to_schema = :to and mark = :mark"
    for statement in (old, last, new):
        warehouse.execute(sql.sql(statement, to=place.schema, mark=place.mark))


def _old(before: Sequence[dict[str, str]], place: Place) -> list[str]:
    """The tables that neither the views show now, nor showed until now."""
    return sorted(row["built"] for row in before if row["status"] != "shown" and row["mark"] != place.mark)
