"""The port to a place where tables live. Adapters are about a hundred lines each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from sqlglot import exp

    from coterie.sources.estimate import Estimate


@runtime_checkable
class Warehouse(Protocol):
    """A place that runs SQL and keeps the tables of a project in one schema.

    Statements are trees (`coterie.sources.sql`); unqualified tables are those of the schema. Results
    are Arrow tables. Every call raises `coterie.errors.WarehouseError` with the statement's table and
    reason in one sentence when the system refuses, and `coterie.errors.WarehouseGoneError` when it went away.

    In the schema of Arrow rows that make a table, a string is a word (an id, a kind: at most 255 letters
    where an engine must know), and a large string is text of any length.
    """

    @property
    def url(self) -> str:
        """Where it is, without secrets."""
        ...

    @property
    def dialect(self) -> str:
        """The name of its SQL dialect, as sqlglot calls it."""
        ...

    @property
    def schema(self) -> str:
        """The schema that holds the tables of the project."""
        ...

    @property
    def home(self) -> str:
        """The schema where sources are looked up that name a table of the warehouse without a schema."""
        ...

    def estimate(self, statement: exp.Expression) -> Estimate:
        """How much a statement would read, asked without running it; parts are None where nobody can tell."""
        ...

    def bound(self, statement: exp.Expression) -> Estimate:
        """A number that `estimate` can't pass, known at less expense; parts are None where there is none."""
        ...

    def query(self, statement: exp.Expression) -> pa.Table:
        """Run a SELECT and return all of its rows."""
        ...

    def stream(self, statement: exp.Expression) -> AbstractContextManager[pa.RecordBatchReader]:
        """Run a SELECT and hand its rows over batch by batch; nothing else may run until that is closed."""
        ...

    def execute(self, *statements: exp.Expression) -> None:
        """Run statements that return nothing, one after the other."""
        ...

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        """Create or replace `table` from a SELECT or Arrow rows; a temporary one ends with the session."""
        ...

    def append(self, table: str, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> None:
        """Add rows to a table, by column name; columns that are not given become null."""
        ...

    def widen(self, table: str, columns: pa.Schema) -> None:
        """Give a table further columns, null in each of its rows."""
        ...

    def declare_lengths(self, table: str, letters: Mapping[str, int]) -> None:
        """Let columns of text hold so many letters, where an engine is faster if it knows; others ignore it.

        It may not be called within a transaction.
        """
        ...

    def drop(self, table: str) -> None:
        """Drop a table if it is there."""
        ...

    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns in order; empty if there is no such table.

        Types are called as DuckDB calls them: BIGINT, INTEGER, DOUBLE, VARCHAR, BOOLEAN, DATE, TIMESTAMP.
        """
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All statements inside become visible together, or none does; an inner one joins the outer."""
        ...

    def alone(self, holder: str) -> AbstractContextManager[None]:
        """Let no other run write into the schema meanwhile; a second one waits, then refuses by `holder`."""
        ...

    def sweep(self) -> tuple[str, ...]:
        """Drop what earlier runs left that nobody reads any more, and name it; where a run starts."""
        ...

    def release(self) -> None:
        """Give back memory that only spares reading again; for the time when others need it."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...
