"""A warehouse that writes nothing: it answers reads from another, and notes what it was asked to run."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, cast

import pyarrow as pa
from sqlglot import exp

from coterie.sources import sql
from coterie.sources.around import Around
from coterie.sources.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Statements about the session, which change nothing that stays.
_SESSION = (exp.Set, exp.Attach, exp.Detach)


@dataclasses.dataclass(frozen=True, slots=True)
class Noted:
    """A statement that was asked for.

    Attributes:
        step: The step of the run that it belongs to.
        table: The table that it writes, or the first that it reads.
        tree: What would run.
        writes: Whether it changes anything; if not, it has run.
        depends: Whether it reads what was not written, so that no row was given for an answer.
        reads: How much it would read; empty where nobody can tell.
    """

    step: str
    table: str
    tree: exp.Expression
    writes: bool
    depends: bool
    reads: Estimate


class Recording(Around):
    """Notes statements in place of running them; what only reads is run.

    A table that rows were to be added to, or taken from, is as before. Reading one that was to be made gives
    no rows, and is noted as depending on what would be found.
    """

    step = ""

    @property
    def noted(self) -> tuple[Noted, ...]:
        """What was asked for until now, in order."""
        return tuple(self._found)

    def begin(self, step: str) -> None:
        """Let what follows belong to a step; tables are again what they are."""
        self.step = step
        self._made: dict[str, tuple[str, ...]] = {}

    def __init__(self, warehouse: Around | object) -> None:
        super().__init__(warehouse)  # type: ignore[arg-type]
        self._found: list[Noted] = []
        self.begin("")

    def query(self, statement: exp.Expression) -> pa.Table:
        """Run a SELECT over tables that are there; of one that was to be made there are no rows."""
        unknown = self._unknown(statement)
        self._note(_first(statement), statement, writes=False)
        if not unknown:
            return super().query(statement)
        names = statement.named_selects if isinstance(statement, exp.Query) else []
        if "*" in names:
            made = (self._made.get(table.name, ()) for table in statement.find_all(exp.Table))
            names = [name for columns in made for name in columns]
        return pa.table({name: pa.array([], pa.null()) for name in names})

    @contextlib.contextmanager
    def stream(self, statement: exp.Expression) -> Iterator[pa.RecordBatchReader]:
        """Give the rows of `query`."""
        yield self.query(statement).to_reader()

    def execute(self, *statements: exp.Expression) -> None:
        """Note statements; those that only prepare the session are run."""
        for statement in statements:
            if isinstance(statement, _SESSION):
                super().execute(statement)
            else:
                self._note(_first(statement), statement, writes=True)

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        """Note that a table would be made."""
        kind = exp.Properties(expressions=[exp.TemporaryProperty()]) if temporary else None
        select = rows if isinstance(rows, exp.Expression) else _given(rows.schema)
        made = exp.Create(
            this=sql.table(table), kind="TABLE", replace=True, expression=select, properties=kind
        )
        self._note(table, made, writes=True)
        named = rows.named_selects if isinstance(rows, exp.Query) else rows.column_names  # type: ignore[union-attr]
        self._made[table] = tuple(named)

    def append(self, table: str, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> None:
        """Note that rows would be added."""
        select = rows if isinstance(rows, exp.Expression) else _given(rows.schema)
        self._note(table, exp.Insert(this=sql.table(table), expression=select), writes=True)

    def widen(self, table: str, columns: pa.Schema) -> None:
        """Note that a table would get further columns."""
        for name in columns.names:
            tree = sql.sql(
                "alter table :table add column :name double", table=sql.table(table), name=sql.column(name)
            )
            self._note(table, tree, writes=True)

    def declare_lengths(self, table: str, letters: Mapping[str, int]) -> None:
        """Nothing is written that would need room."""

    def drop(self, table: str) -> None:
        """Note that a table would be dropped."""
        if table in self._made or super().columns(table):
            self._note(table, sql.sql("drop table if exists :table", table=sql.table(table)), writes=True)
        self._made.pop(table, None)

    def columns(self, table: str) -> dict[str, str]:
        """Names of the columns of a table; without types where it was to be made."""
        if table in self._made:
            return dict.fromkeys(self._made[table], "")
        return super().columns(table)

    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """Nothing is written."""
        return contextlib.nullcontext()

    def alone(self, holder: str) -> contextlib.AbstractContextManager[None]:
        """Nothing is written, and so nobody is kept waiting."""
        del holder
        return contextlib.nullcontext()

    def _unknown(self, statement: exp.Expression) -> bool:
        """Whether a statement reads a table that was to be made."""
        return any(table.name in self._made and not table.db for table in statement.find_all(exp.Table))

    def _note(self, table: str, statement: exp.Expression, *, writes: bool) -> None:
        unknown = self._unknown(statement.expression if writes and statement.expression else statement)
        read = statement.expression if isinstance(statement, exp.Create | exp.Insert) else statement
        reads = Estimate()
        if not unknown and isinstance(read, exp.Query) and self._reads_tables(read):
            reads = self.estimate(cast("exp.Expression", read))
        self._found.append(Noted(self.step, table, statement.copy(), writes, unknown, reads))

    def _reads_tables(self, rows: exp.Query) -> bool:
        """Whether all that is read is in the warehouse: files are read beside one that isn't DuckDB."""
        tables = list(rows.find_all(exp.Table))
        return bool(tables) and (
            self.dialect == "duckdb" or not any(isinstance(one.this, exp.Func) for one in tables)
        )


def _first(statement: exp.Expression) -> str:
    found = statement.find(exp.Table)
    return found.name if found is not None else ""


def _given(schema: pa.Schema) -> exp.Expression:
    """Stands for rows that Python would hand over."""
    columns = [sql.named(exp.Placeholder(), name) for name in schema.names]
    return sql.select(*columns)
