"""DuckDB, the warehouse that comes with coterie: one file, or memory.

The only module that imports the driver.
"""

from __future__ import annotations

import contextlib
import json
import re
import textwrap
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from coterie import errors
from coterie.sources import dialects, sql
from coterie.sources.estimate import Estimate
from coterie.sources.nested import Nested

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

#: What may follow the ``?`` of a URL.
OPTIONS = ("memory_limit", "temp_directory", "threads")

_SCHEMA = "coterie"
_GIVEN = "rows_given_to_coterie"
#: Rows of a batch of `DuckDB.stream`.
_BATCH_ROWS = 50_000
#: What `DuckDB.release` leaves of the pages of the file that are held.
_RESTING = "100MB"


class DuckDB(Nested):
    """A DuckDB file as a `coterie.sources.warehouse.Warehouse`.

    Args:
        path: The file; None for memory.
        options: DuckDB's own settings: memory_limit, temp_directory, threads.
        shown_as: The URL to show for it.

    Raises:
        WarehouseError: The file can't be opened.

    Examples:
        >>> from coterie.sources import dialects, sql
        >>> warehouse = DuckDB()
        >>> warehouse.create("numbers", sql.sql("select 1 as n union all select 2"))
        >>> warehouse.query(sql.sql("select sum(n) as total from numbers")).num_rows
        1
        >>> warehouse.close()
    """

    dialect = "duckdb"
    schema = _SCHEMA
    home = "main"

    def __init__(
        self, path: Path | None = None, options: Mapping[str, str] | None = None, shown_as: str = "duckdb://"
    ) -> None:
        self.url = shown_as
        self._path = path
        self._limit = (options or {}).get("memory_limit")
        settings: dict[str, str | bool | int | float | list[str]] = {
            "preserve_insertion_order": "false",
            "python_enable_replacements": "false",
            **(options or {}),
        }
        with _told(f"the warehouse {shown_as}"):
            self._connection = duckdb.connect(str(path) if path else ":memory:", config=settings)
        try:
            self._run("set TimeZone = 'UTC'", "the time zone")
            schema = self._schema()
            self._run(f"create schema if not exists {schema}", f"schema {_SCHEMA}")
            self._run(f"use {schema}", f"schema {_SCHEMA}")
        except errors.WarehouseError:
            self.close()
            raise

    def _schema(self) -> str:
        """The schema with the database before it: coterie.duckdb calls its database coterie, too."""
        found = self.query(sql.sql("select current_database() as name")).column("name")[0].as_py()
        schema = exp.table_(_SCHEMA, db=found, quoted=True)
        return schema.sql(dialect="duckdb")

    def estimate(self, statement: exp.Expression) -> Estimate:
        """Count the rows of the tables and files that a SELECT scans, as DuckDB plans it."""
        with _told(_about(statement)):
            explained = self._connection.execute(f"explain (format json) {_printed(statement)}").fetchall()
        sizes = self.query(
            sql.sql(
                """select database_name || '.' || schema_name || '.' || table_name as name, estimated_size
                from duckdb_tables()"""
            )
        )
        known = dict(zip(*(column.to_pylist() for column in sizes.columns), strict=True))
        scans = [scan for plan in json.loads(explained[0][1]) for scan in _scans(plan)]
        rows = [known.get(table, rows) for table, rows in scans]
        return Estimate(rows=None if None in rows else sum(row or 0 for row in rows))

    def bound(self, statement: exp.Expression) -> Estimate:  # noqa: ARG002
        """Nothing is known at less expense than a plan."""
        return Estimate()

    def query(self, statement: exp.Expression) -> pa.Table:
        """Run a SELECT and return all of its rows."""
        with _told(_about(statement)):
            return self._connection.sql(_printed(statement)).to_arrow_table()

    @contextlib.contextmanager
    def stream(self, statement: exp.Expression) -> Iterator[pa.RecordBatchReader]:
        """Run a SELECT and hand its rows over batch by batch."""
        with _told(_about(statement)):
            yield self._connection.sql(_printed(statement)).to_arrow_reader(_BATCH_ROWS)

    def execute(self, *statements: exp.Expression) -> None:
        """Run statements that return nothing, one after the other."""
        for statement in statements:
            self._run(_printed(statement), _about(statement))

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        """Create `table`, or replace it, from a SELECT or rows; a temporary one ends with the session."""
        kind = exp.Properties(expressions=[exp.TemporaryProperty()]) if temporary else None
        with self._readable(rows) as select:
            self.execute(
                exp.Create(
                    this=sql.table(table), kind="TABLE", replace=True, expression=select, properties=kind
                )
            )

    def append(self, table: str, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> None:
        """Add rows to a table, by column name; columns that are not given become null."""
        with self._readable(rows) as select:
            self.execute(exp.Insert(this=sql.table(table), by_name=True, expression=select))

    def widen(self, table: str, columns: pa.Schema) -> None:
        """Give a table further columns, null in each of its rows."""
        self.execute(*dialects.widened(table, columns, self.dialect))

    def drop(self, table: str) -> None:
        """Drop a table if it is there."""
        self.execute(sql.sql("drop table if exists :table", table=sql.table(table)))

    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns in order; empty if there is no such table."""
        found = self.query(
            sql.sql(
                """select column_name, data_type from duckdb_columns() where table_name = :table and (
                database_name = 'temp' or schema_name = :schema and database_name = current_database())
                order by column_index""",
                table=table,
                schema=_SCHEMA,
            )
        )
        return dict(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def _begin(self) -> None:
        self._run("begin transaction", "the start of a transaction")

    def _commit(self) -> None:
        self._run("commit", "the end of a transaction")

    @contextlib.contextmanager
    def alone(self, holder: str) -> Iterator[None]:
        """A file has one writer, and memory belongs to one process: opening it was enough."""
        del holder
        yield

    def sweep(self) -> tuple[str, ...]:
        """Nothing is left by earlier runs."""
        return ()

    def declare_lengths(self, table: str, letters: Mapping[str, int]) -> None:
        """Columns of text hold any number of letters here."""

    def release(self) -> None:
        """Give back memory that holds nothing but pages of the file, as DuckDB does when its limit falls."""
        if self._path is None:  # its tables are nowhere else
            return
        with contextlib.suppress(duckdb.OutOfMemoryException):  # what is in use stays
            self._connection.execute("set memory_limit = ?", [_RESTING])
        if self._limit is None:
            self._run("reset memory_limit", "the memory limit")
        else:
            self.execute(sql.sql("set memory_limit = :limit", limit=self._limit))

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _undo(self) -> None:
        # DuckDB has rolled back by itself after some errors, and then knows of no transaction.
        with contextlib.suppress(duckdb.TransactionException):
            self._connection.rollback()

    def _run(self, statement: str, about: str) -> None:
        with _told(about):
            self._connection.execute(statement).fetchall()

    @contextlib.contextmanager
    def _readable(self, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> Iterator[exp.Expression]:
        if isinstance(rows, exp.Expression):
            yield rows
            return
        self._connection.register(_GIVEN, rows)
        try:
            yield sql.select(exp.Star()).from_(sql.table(_GIVEN))
        finally:
            self._connection.unregister(_GIVEN)


@contextlib.contextmanager
def _told(about: str) -> Iterator[None]:
    """Let what the driver raises be what coterie raises; Ctrl-C stays Ctrl-C."""
    try:
        yield
    except duckdb.InterruptException as interrupt:
        raise KeyboardInterrupt from interrupt
    except duckdb.Error as error:
        raise refused(error, about) from error
    except RuntimeError as error:  # how the driver says that Ctrl-C reached it first
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from error
        raise


def _scans(plan: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    """Tables and the rows expected of them, of the scans of a plan; files have no name.

    Of files that are text DuckDB always expects the same; that is no estimate.
    """
    about = plan["extra_info"]
    if not plan["children"]:
        text = "CSV" in plan["name"] or "JSON" in plan["name"]
        yield about.get("Table", ""), None if text else int(about.get("Estimated Cardinality", 0))
    for inner in plan["children"]:
        yield from _scans(inner)


def _printed(statement: exp.Expression) -> str:
    return dialects.printed(statement, "duckdb")


def _about(statement: exp.Expression) -> str:
    found = statement.find(exp.Table)
    verb = statement.key.replace("select", "query")
    return f"the {verb} of table {found.name!r}" if found is not None and found.name else f"the {verb}"


#: What DuckDB says, what that means and what to do next; `{0}` is what the pattern caught.
_MEANINGS = (
    (
        r"Could not set lock(?:.*\(PID (\d+)\))?|already open in|used by another",
        "is in use by another process{0}; wait until it ends or close it, then run again",
    ),
    (
        r"Permission denied|Cannot open .* in read-only",
        "may not be read or written; ask for permission, or name another place",
    ),
    (
        r"No such file or directory|does not exist in the file system",
        "needs a file or folder that doesn't exist; make it first",
    ),
    (r"not a valid DuckDB database", "is not a DuckDB file; name another file, or move this one away"),
    (
        r"(?:version number|storage version|newer version|serialization)",
        "was written by another version of DuckDB; upgrade with: pip install -U duckdb",
    ),
    (
        r"No space left|disk is full|max_temp_directory_size|Disk quota",
        "needs more space than the disk has; free some, or name a roomier folder as ?temp_directory=...",
    ),
    (
        r"Out of Memory|could not allocate|failed to (?:pin|allocate)",
        "needs more memory than allowed; give more with ?memory_limit=4GB, or a ?temp_directory=... to use",
    ),
    (r"Is a directory", "is a folder; name a file in it"),
)


def refused(error: duckdb.Error, about: str) -> errors.WarehouseError:
    """Say in one sentence what DuckDB refused, and what to do next."""
    text = str(error)
    for pattern, meaning in _MEANINGS:
        found = re.search(pattern, text, re.IGNORECASE)
        if found:
            process = next((f" (process {group})" for group in found.groups() if group), "")
            sentence = f"{about} {meaning.format(process)}. DuckDB says: {_reason(text)}"
            return errors.WarehouseError(_capital(sentence))
    return errors.WarehouseError(_capital(f"{about} failed: {_reason(text)}"))


def _reason(text: str) -> str:
    """The first paragraph of what DuckDB says, without its pointer into the SQL."""
    reason = re.split(r"\n\s*\n|\nLINE ", text.strip())[0]
    return textwrap.shorten(reason, 300, placeholder=" ...")


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
