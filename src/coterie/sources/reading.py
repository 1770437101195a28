"""From a source of the project to its units, and from units to relations that the warehouse can read."""

from __future__ import annotations

import contextlib
import functools
import re
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlglot
from sqlglot import exp

from coterie import errors
from coterie.sources import connect, files, sql, sqlite, text_files
from coterie.sources.relation import ROW, UNIT, Relation, Unit, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from coterie.project.sourcing import Source
    from coterie.sources.warehouse import Warehouse

#: The unit of a source that is a query.
QUERY = "query"


def names_a_table(name: str | None) -> bool:
    """Whether the `table` of a source names a table of a database, and no file.

    Examples:
        >>> names_a_table("shop.clicks"), names_a_table("data/clicks.csv"), names_a_table("clicks.parquet")
        (True, False, False)
    """
    if name is None or not re.fullmatch(r"[^/\\*?\[\]]+", name):
        return False
    try:
        files.format_of(name)
    except errors.SourceError:
        return True
    return False


def at_a_path(name: str) -> tuple[str, str] | None:
    """Split the `table` of a source that the warehouse reads by its path into format and path.

    Examples:
        >>> at_a_path("s3a://lake/clicks"), at_a_path("delta./lake/clicks/"), at_a_path("shop.clicks")
        (('parquet', 's3a://lake/clicks'), ('delta', '/lake/clicks/'), None)
    """
    found = re.fullmatch(r"(?:(parquet|orc|delta)\.)?((?:[a-z][a-z0-9+-]*:)?/.+)", name)
    return (found[1] or "parquet", found[2]) if found else None


@contextlib.contextmanager
def reader(warehouse: Warehouse) -> Iterator[Warehouse]:
    """Give the DuckDB that reads files: the warehouse if it is one, or another in memory beside it."""
    if warehouse.dialect == "duckdb":
        yield warehouse
        return
    with contextlib.closing(connect.connect("duckdb://")) as beside:
        yield beside


def move(rows: exp.Select, reader: Warehouse, warehouse: Warehouse, table: str) -> None:
    """Append what a SELECT gives where rows are read to a table of the warehouse, which may be the same."""
    if reader is warehouse:
        warehouse.append(table, rows)
        return
    with reader.stream(rows) as batches:
        warehouse.append(table, batches)


def units(source: Source, folder: Path, *, missing_ok: bool = False) -> tuple[Unit, ...]:
    """List the units of a source with their fingerprints; reads none of them.

    Args:
        source: The source.
        folder: The folder of the project.
        missing_ok: Files that are gone are no units, rather than a mistake.

    Raises:
        SourceError: A file or database is missing or may not be read.
    """
    with _named(source):
        if source.connection is not None:
            _, path = _database(source, folder)
            return (Unit(source.table or QUERY, files.fingerprint(path)),)
        if source.table is not None:
            return files.units(source.table, folder, missing_ok=missing_ok)
        return (Unit(QUERY, _query_fingerprint(source, folder)),)


def holds_text_only(source: Source) -> bool:
    """Whether the source keeps numbers as text, as CSV and JSON lines do."""
    if source.connection is not None or source.table is None or names_a_table(source.table):
        return False
    return files.holds_text_only(source.table)


def staged(source_name: str) -> str:
    """The table that holds rows of a source while they are loaded."""
    return f"staged_{source_name}"


@contextlib.contextmanager
def opened(
    warehouse: Warehouse, source: Source, folder: Path, names: Sequence[str], wanted: Iterable[str]
) -> Iterator[tuple[Relation, ...]]:
    """Make units of a source readable for a while.

    Args:
        warehouse: Where they will be read.
        source: The source.
        folder: The folder of the project.
        names: Names of the units.
        wanted: The columns that will be asked for.

    Raises:
        SourceError: A unit can't be read.
        ProjectError: The query is not a SELECT.
    """
    with contextlib.ExitStack() as stack:
        with _named(source):
            found = _relations(stack, warehouse, source, folder, names, tuple(wanted))
        yield found


def _relations(
    stack: contextlib.ExitStack,
    warehouse: Warehouse,
    source: Source,
    folder: Path,
    names: Sequence[str],
    wanted: tuple[str, ...],
) -> tuple[Relation, ...]:
    if source.connection is None and source.table is not None:
        return files.relations(warehouse, names, folder, delimiter=source.delimiter, wanted=wanted)
    if source.connection is None:
        warehouse.execute(sql.sql("set file_search_path = :folder", folder=str(folder.resolve())))
        stack.callback(warehouse.execute, sql.sql("set file_search_path = ''"))
        return (_staged_query(stack, warehouse, source, _parsed(source)),)
    system, path = _database(source, folder)
    if system == "sqlite":
        return (_staged_sqlite(stack, warehouse, source, path),)
    return (_attached(stack, warehouse, source, path),)


@contextlib.contextmanager
def _named(source: Source) -> Iterator[None]:
    """Name the source in what goes wrong with it."""
    try:
        yield
    except errors.DataError as error:
        raise errors.SourceError(f"Source {source.name!r}: {error}") from error


def _database(source: Source, folder: Path) -> tuple[str, Path]:
    system, place, _ = connect.split(source.connection or "")
    if system not in ("sqlite", "duckdb") or place is None:
        raise errors.UsageError(
            f"Source {source.name!r}: the connection {str(source.connection)!r} names no database file."
            " Allowed: sqlite:///path, duckdb:///path."
        )
    (unit,) = files.units(str(place), folder)
    return system, folder / unit.name


def _parsed(source: Source) -> exp.Select:
    try:
        tree = sqlglot.parse_one(source.query or "", dialect=sql.WRITTEN_IN)
    except sqlglot.ParseError as error:
        reason = error.errors[0]["description"] if error.errors else str(error)
        raise errors.ProjectError(
            [f"Source {source.name!r}: its query can't be understood: {reason}."]
        ) from error
    if not isinstance(tree, exp.Query):
        raise errors.ProjectError([f"Source {source.name!r}: its query is not a SELECT."])
    return sql.select(exp.Star()).from_(tree.subquery("queried"))


def _query_fingerprint(source: Source, folder: Path) -> str | None:
    """Fingerprints of the files that a query names; None if it names none that is here."""
    tree = _parsed(source)
    names = {table.name for table in tree.find_all(exp.Table) if table.name}
    names |= {text.this for text in tree.find_all(exp.Literal) if text.is_string}
    found = []
    for name in sorted(names):
        with contextlib.suppress(errors.SourceError):  # most words of a query are not files
            found += [f"{unit.name}={unit.fingerprint}" for unit in files.units(name, folder)]
    return ";".join(found) or None


def _staged_query(
    stack: contextlib.ExitStack, warehouse: Warehouse, source: Source, query: exp.Select
) -> Relation:
    rows = select("select *, row_number() over () as coterie_row from :rows", rows=query.subquery("ordered"))
    _stage(stack, warehouse, source)
    warehouse.create(staged(source.name), rows, temporary=True)
    return _table(warehouse, source, sql.table(staged(source.name)), sql.column(ROW))


def _staged_sqlite(stack: contextlib.ExitStack, warehouse: Warehouse, source: Source, path: Path) -> Relation:
    _stage(stack, warehouse, source)
    with sqlite.batches(path, table=source.table, query=source.query, numbered=ROW) as rows:
        warehouse.create(staged(source.name), pa.Table.from_batches([], rows.schema), temporary=True)
        warehouse.append(staged(source.name), rows)
    return _table(warehouse, source, sql.table(staged(source.name)), sql.column(ROW))


def _stage(stack: contextlib.ExitStack, warehouse: Warehouse, source: Source) -> None:
    stack.callback(functools.partial(warehouse.drop, staged(source.name)))


def _attached(stack: contextlib.ExitStack, warehouse: Warehouse, source: Source, path: Path) -> Relation:
    name = f"source_{source.name}"
    alias = exp.to_identifier(name, quoted=True)
    warehouse.execute(sql.sql("attach :path as :alias (read_only)", path=str(path), alias=alias))
    stack.callback(warehouse.execute, sql.sql("detach :alias", alias=alias))
    there = warehouse.query(
        sql.sql(
            """select schema_name, table_name, true as rows_have_ids from duckdb_tables()
            where database_name = :name
            union all select schema_name, view_name, false from duckdb_views()
            where database_name = :name and not internal""",
            name=name,
        )
    ).to_pylist()
    tables = {entry["table_name"].lower(): entry for entry in there}
    if source.table is None:
        return _staged_query(stack, warehouse, source, _inside(_parsed(source), name, tables))
    entry = tables.get(source.table.lower()) or next(
        (e for e in there if f"{e['schema_name']}.{e['table_name']}".lower() == source.table.lower()), None
    )
    if entry is None:
        hint = errors.did_you_mean(source.table, [e["table_name"] for e in there])
        raise errors.SourceError(f"{str(path)!r} has no table {source.table!r}. {hint}")
    table = exp.table_(entry["table_name"], db=entry["schema_name"], catalog=name, quoted=True)
    if entry["rows_have_ids"]:
        return _table(warehouse, source, table, sql.sql("rowid + 1"))
    return _staged_query(stack, warehouse, source, sql.select(exp.Star()).from_(table))


def _inside(query: exp.Select, database: str, tables: dict[str, dict[str, str]]) -> exp.Select:
    """Let the tables of a query be those of the attached database."""
    steps = {step.alias.lower() for step in query.find_all(exp.CTE)}
    for table in list(query.find_all(exp.Table)):
        entry = tables.get(table.name.lower())
        if (
            entry is None
            or table.args.get("catalog")
            or (not table.args.get("db") and table.name.lower() in steps)
        ):
            continue
        if not table.args.get("db"):
            table.set("db", exp.to_identifier(entry["schema_name"], quoted=True))
        table.set("catalog", exp.to_identifier(database, quoted=True))
    return query


def _table(warehouse: Warehouse, source: Source, table: exp.Table, row: exp.Expression) -> Relation:
    """A table of the warehouse or of an attached database as a relation."""
    schema = warehouse.query(select("select * from :table limit 0", table=table)).schema
    columns = tuple(name for name in schema.names if name != ROW)
    unit = source.table or QUERY
    chosen = [*map(sql.column, columns), sql.named(sql.literal(unit), UNIT), sql.named(row, ROW)]
    return Relation(
        units=(unit,),
        rows=sql.select(*chosen).from_(table),
        columns=columns,
        record=text_files.record(columns),
        whole=text_files.whole(columns),
        typed=True,
        numbered=True,
    )
