"""SQLite as a warehouse: one file, or memory."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from coterie import errors
from coterie.sources import dialects, sql
from coterie.sources.adapter import Adapter, about
from coterie.sources.estimate import Estimate
from coterie.sources.nested import Nested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_BATCH_ROWS = 50_000
#: The number of the file of temporary tables.
_TEMPORARY = 1
#: How long to wait for another process that writes.
_PATIENCE_S = 10.0


class SQLite(Nested, Adapter):
    """A SQLite database as a `coterie.sources.warehouse.Warehouse`.

    SQLite keeps types by value. Tables that are made of Arrow rows declare the types of their columns, and
    what is read as text from columns of dates and times becomes dates and times again.

    Args:
        path: The file; None for memory.
        shown_as: The URL to show for it.

    Raises:
        WarehouseError: The file can't be opened.

    Examples:
        >>> warehouse = SQLite()
        >>> warehouse.create("numbers", pa.table({"n": [1, 2]}))
        >>> warehouse.query(sql.sql("select sum(n) as total from numbers"))["total"].to_pylist()
        [3]
        >>> warehouse.close()
    """

    dialect = "sqlite"

    def __init__(self, path: Path | None = None, shown_as: str = "sqlite://") -> None:
        super().__init__(shown_as, "main", "main")
        with self._told(f"the warehouse {shown_as}"):
            self._connection = sqlite3.connect(
                path or ":memory:", isolation_level=None, timeout=_PATIENCE_S, check_same_thread=False
            )
            try:
                self._prepare()
            except sqlite3.Error:  # no database, say
                self._connection.close()
                raise

    def _prepare(self) -> None:
        self._connection.execute("pragma journal_mode = wal")  # readers see the old rows meanwhile
        self._connection.execute("pragma legacy_alter_table = on")  # views keep to names
        for name, (places, function) in _FUNCTIONS.items():
            self._connection.create_function(name, places, function, deterministic=True)

    def estimate(self, statement: exp.Expression) -> Estimate:
        """Count the rows of the tables that a SELECT opens; SQLite counts without reading them."""
        with self._told(f"the estimate of {about(statement)}"):
            steps = self._connection.execute(f"explain {self._printed(statement)}").fetchall()
            opened = [step[3:5] for step in steps if step[1] == "OpenRead"]  # a page, and of which file
            found = [self._opened(*one) for one in opened]
            rows = {name: self._counted(name) for name, _ in found}
        tables = [name for name, is_table in found if is_table]
        by_index = {name for name, is_table in found if not is_table} - set(tables)
        return Estimate(rows=sum(rows[name] for name in (*tables, *by_index)))

    def _opened(self, page: int, file: int) -> tuple[str, bool]:
        """The table that begins on a page, or that is indexed there."""
        schema = "sqlite_temp_master" if file == _TEMPORARY else "sqlite_master"
        query = f"select tbl_name, type = 'table' from {schema} where rootpage = ?"
        name, is_table = self._connection.execute(query, (page,)).fetchone() or ("sqlite_master", True)
        return str(name), bool(is_table)

    def _counted(self, table: str) -> int:
        query = sql.sql("select count(*) from :table", table=sql.table(table))
        return int(self._connection.execute(self._printed(query)).fetchone()[0])

    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns in order; empty if there is no such table."""
        query = sql.sql("select name, type from pragma_table_info(:table)", table=table)
        found = self._connection.execute(self._printed(query)).fetchall()
        return {name: dialects.called(kind) for name, kind in found}

    def _begin(self) -> None:
        self._run("begin immediate", "the start of a transaction")

    def _commit(self) -> None:
        self._run("commit", "the end of a transaction")

    def _undo(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def execute(self, *statements: exp.Expression) -> None:
        """Run statements that return nothing, one after the other."""
        for statement in statements:
            if isinstance(statement, exp.Create) and statement.kind == "VIEW":
                self._run(
                    self._printed(sql.sql("drop view if exists :old", old=statement.this.copy())),
                    about(statement),
                )
                statement = statement.copy()  # noqa: PLW2901 - SQLite can't replace a view
                statement.set("replace", False)
            super().execute(statement)

    def _run(self, text: str, what: str) -> None:
        with self._told(what):
            self._connection.execute(text)

    @contextlib.contextmanager
    def _read(self, text: str, what: str) -> Iterator[pa.RecordBatchReader]:
        with self._told(what):
            cursor = self._connection.execute(text)
            names = [field[0] for field in cursor.description]
            columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
        yield pa.table([_typed(values) for values in columns], names=names).to_reader(_BATCH_ROWS)

    def _write(self, table: str, rows: pa.RecordBatchReader) -> None:
        names = ", ".join(sql.column(name).sql(dialect=self.dialect) for name in rows.schema.names)
        marks = ", ".join("?" * len(rows.schema))
        quoted = sql.table(table).sql(dialect=self.dialect)
        with self._told(f"the insert of table {table!r}"), self.transaction():
            for batch in rows:
                columns = [_plain(column) for column in batch.columns]
                self._connection.executemany(
                    f"insert into {quoted} ({names}) values ({marks})", zip(*columns, strict=True)
                )

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise errors.WarehouseError(_sentence(str(error), what, self.url)) from error


def _sentence(text: str, what: str, url: str) -> str:
    where = f"{what[0].upper()}{what[1:]}"
    if "locked" in text:
        return f"{where} has to wait: {url} is in use by another process; wait until it ends, then run again."
    if "not a database" in text:
        return f"{where} can't be opened: it is no SQLite database; name another file, or move this one away."
    if "unable to open" in text or "readonly" in text:
        return f"{where} may not be written, or its folder is missing; ask for permission, or name another."
    return f"{where} failed on SQLite: {text}."


#: A date or a time as `_plain` writes them.
_DAY = re.compile(r"\d{4}-\d\d-\d\d$")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$")


def _typed(values: tuple[object, ...]) -> pa.Array:
    """The values of a column as Arrow, in the one type that all of them have."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {str}:
        for pattern, read in ((_DAY, dt.date.fromisoformat), (_TIME, dt.datetime.fromisoformat)):
            if all(value is None or pattern.match(str(value)) for value in values):
                return pa.array([None if value is None else read(str(value)) for value in values])
    if kinds == {int, float}:
        return pa.array([None if value is None else float(str(value)) for value in values])
    if len(kinds) > 1:
        return pa.array([None if value is None else str(value) for value in values])
    return pa.array(values) if kinds else pa.nulls(len(values), pa.string())


def _plain(column: pa.Array) -> list[object]:
    """Values that SQLite keeps: dates and times as text, and no number that is none."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us"))
        return [value and f"{value:%Y-%m-%d %H:%M:%S.%f}" for value in column.to_pylist()]
    values = column.to_pylist()
    if pa.types.is_date(column.type):
        return [value and value.isoformat() for value in values]
    if pa.types.is_floating(column.type):
        return [None if value is None or math.isnan(value) else value for value in values]
    return list(values)


def _make_timestamp(us: int | None) -> str | None:
    if us is None:
        return None
    moment = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=us)  # noqa: DTZ001 - UTC, as all times
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def _regexp(pattern: str, text: str | None) -> bool | None:
    return None if text is None else re.search(pattern, text) is not None


#: What SQLite lacks, or has only where it was built so.
_FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "ln": (1, lambda x: None if x is None else math.log(x)),
    "exp": (1, lambda x: None if x is None else math.exp(x)),
    "sqrt": (1, lambda x: None if x is None else math.sqrt(x)),
    "lower": (1, lambda text: None if text is None else str(text).lower()),
    "make_timestamp": (1, _make_timestamp),
    "regexp": (2, _regexp),
}
