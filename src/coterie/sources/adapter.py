"""What adapters share: printing trees, making and filling tables, and saying what went wrong."""

from __future__ import annotations

import abc
import contextlib
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from coterie.sources import dialects, sql
from coterie.sources.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


#: Ends the name of a table that is about to replace another.
_BESIDE = "__next"


class Adapter(abc.ABC):
    """The part of a `coterie.sources.warehouse.Warehouse` that is the same on most engines.

    An engine that takes DDL in a transaction needs `_run`, `_read`, `_write`, `columns`, `transaction` and
    `close` besides.

    Args:
        url: Where it is, without secrets.
        schema: The schema of the project's tables.
        home: The schema of tables of sources that name none.
    """

    dialect: str

    def __init__(self, url: str, schema: str, home: str) -> None:
        self.url = url
        self.schema = schema
        self.home = home

    @abc.abstractmethod
    def _run(self, text: str, what: str) -> None:
        """Run a statement that returns nothing."""

    @abc.abstractmethod
    def _read(self, text: str, what: str) -> contextlib.AbstractContextManager[pa.RecordBatchReader]:
        """Run a SELECT and give its rows batch by batch."""

    @abc.abstractmethod
    def _write(self, table: str, rows: pa.RecordBatchReader) -> None:
        """Add rows to a table that has at least these columns."""

    @abc.abstractmethod
    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns in order; empty if there is no such table."""

    @abc.abstractmethod
    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """All statements inside become visible together, or none does; an inner one joins the outer."""

    def estimate(self, statement: exp.Expression) -> Estimate:  # noqa: ARG002
        """Nobody can tell, where an adapter doesn't say otherwise."""
        return Estimate()

    def bound(self, statement: exp.Expression) -> Estimate:  # noqa: ARG002
        """Nothing is known beforehand, where an adapter doesn't say otherwise."""
        return Estimate()

    def query(self, statement: exp.Expression) -> pa.Table:
        """Run a SELECT and return all of its rows."""
        with self._read(self._printed(statement), about(statement)) as rows:
            return rows.read_all()

    @contextlib.contextmanager
    def stream(self, statement: exp.Expression) -> Iterator[pa.RecordBatchReader]:
        """Run a SELECT and hand its rows over batch by batch."""
        with self._read(self._printed(statement), about(statement)) as rows:
            yield rows

    def execute(self, *statements: exp.Expression) -> None:
        """Run statements that return nothing, one after the other."""
        for statement in statements:
            self._run(self._printed(statement), about(statement))

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        """Create `table`, or replace it, from a SELECT or rows; a temporary one ends with the session."""
        with self.transaction():
            if temporary:
                self.drop(table)
                self._make(table, rows, exp.Properties(expressions=[exp.TemporaryProperty()]))
                return
            beside = f"{table}{_BESIDE}"  # the rows may come from the table that is replaced
            self.drop(beside)
            self._make(beside, rows, None)
            self.drop(table)
            rename = exp.AlterRename(this=sql.table(table))
            self.execute(exp.Alter(this=sql.table(beside), kind="TABLE", actions=[rename]))

    def _make(self, table: str, rows: exp.Expression | pa.Table, properties: exp.Properties | None) -> None:
        made: dict[str, object] = {"kind": "TABLE", "properties": properties}
        if isinstance(rows, pa.Table):
            columns = dialects.defined(rows.schema, self.dialect)
            self.execute(exp.Create(this=exp.Schema(this=sql.table(table), expressions=columns), **made))
            self.append(table, rows)
        else:
            self.execute(exp.Create(this=sql.table(table), expression=rows, **made))

    def append(self, table: str, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> None:
        """Add rows to a table, by column name; columns that are not given become null."""
        if isinstance(rows, exp.Expression):
            names = [exp.to_identifier(name, quoted=True) for name in self._names(rows)]
            into = exp.Schema(this=sql.table(table), expressions=names)
            self.execute(exp.Insert(this=into, expression=rows))
        elif isinstance(rows, pa.Table):
            if rows.num_rows:
                self._write(table, rows.to_reader())
        else:
            self._write(table, rows)

    def widen(self, table: str, columns: pa.Schema) -> None:
        """Give a table further columns, null in each of its rows."""
        self.execute(*dialects.widened(table, columns, self.dialect))

    def declare_lengths(self, table: str, letters: Mapping[str, int]) -> None:  # noqa: B027 - most ignore it
        """Columns of text hold any number of letters here."""

    def drop(self, table: str) -> None:
        """Drop a table if it is there."""
        self.execute(sql.sql("drop table if exists :table", table=sql.table(table)))

    @contextlib.contextmanager
    def alone(self, holder: str) -> Iterator[None]:
        """Let no other run write meanwhile, where opening the place was enough for that."""
        del holder
        yield

    def sweep(self) -> tuple[str, ...]:
        """Nothing is left by earlier runs, where an adapter doesn't say otherwise."""
        return ()

    def release(self) -> None:  # noqa: B027 - most have nothing to do
        """There is nothing here that another process could use."""

    def _printed(self, statement: exp.Expression) -> str:
        return dialects.printed(statement, self.dialect)

    def _names(self, rows: exp.Expression) -> Sequence[str]:
        """The names of the columns of a SELECT."""
        names = rows.named_selects if isinstance(rows, exp.Query) else ["*"]
        if "*" not in names:
            return list(names)
        return list(self.query(no_rows(rows)).column_names)


def no_rows(rows: exp.Expression) -> exp.Select:
    """Select the columns of a SELECT, and none of its rows."""
    whole = rows.copy()
    if not isinstance(whole, exp.Query):
        msg = f"expected a SELECT, got {whole.key}"
        raise TypeError(msg)
    return sql.select(exp.Star()).from_(whole.subquery("no_rows")).limit(0)


def about(statement: exp.Expression) -> str:
    """Say which statement it is: its verb and its first table."""
    found = statement.find(exp.Table)
    verb = statement.key.replace("select", "query")
    return f"the {verb} of table {found.name!r}" if found is not None and found.name else f"the {verb}"
