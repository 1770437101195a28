"""A warehouse around another: it does what that does, and what is built on it changes a part."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from sqlglot import exp

    from coterie.sources.estimate import Estimate
    from coterie.sources.warehouse import Warehouse


class Around:
    """Hands everything on to a `coterie.sources.warehouse.Warehouse`.

    Args:
        warehouse: Does the work.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    @property
    def url(self) -> str:
        """Where it is, without secrets."""
        return self._warehouse.url

    @property
    def dialect(self) -> str:
        """The name of its SQL dialect, as sqlglot calls it."""
        return self._warehouse.dialect

    @property
    def schema(self) -> str:
        """The schema that holds the tables of the project."""
        return self._warehouse.schema

    @property
    def home(self) -> str:
        """The schema where sources are looked up that name a table of the warehouse without a schema."""
        return self._warehouse.home

    def estimate(self, statement: exp.Expression) -> Estimate:
        """How much a statement would read, asked without running it."""
        return self._warehouse.estimate(statement)

    def bound(self, statement: exp.Expression) -> Estimate:
        """A number that `estimate` can't pass, known at less expense."""
        return self._warehouse.bound(statement)

    def query(self, statement: exp.Expression) -> pa.Table:
        """Run a SELECT and return all of its rows."""
        return self._warehouse.query(statement)

    @contextlib.contextmanager
    def stream(self, statement: exp.Expression) -> Iterator[pa.RecordBatchReader]:
        """Run a SELECT and hand its rows over batch by batch."""
        with self._warehouse.stream(statement) as rows:
            yield rows

    def execute(self, *statements: exp.Expression) -> None:
        """Run statements that return nothing, one after the other."""
        self._warehouse.execute(*statements)

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        """Create or replace `table` from a SELECT or Arrow rows; a temporary one ends with the session."""
        self._warehouse.create(table, rows, temporary=temporary)

    def append(self, table: str, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> None:
        """Add rows to a table, by column name; columns that are not given become null."""
        self._warehouse.append(table, rows)

    def widen(self, table: str, columns: pa.Schema) -> None:
        """Give a table further columns, null in each of its rows."""
        self._warehouse.widen(table, columns)

    def declare_lengths(self, table: str, letters: Mapping[str, int]) -> None:
        """Let columns of text hold so many letters, where an engine is faster if it knows."""
        self._warehouse.declare_lengths(table, letters)

    def drop(self, table: str) -> None:
        """Drop a table if it is there."""
        self._warehouse.drop(table)

    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns in order; empty if there is no such table."""
        return self._warehouse.columns(table)

    def transaction(self) -> AbstractContextManager[None]:
        """All statements inside become visible together, or none does; an inner one joins the outer."""
        return self._warehouse.transaction()

    def alone(self, holder: str) -> AbstractContextManager[None]:
        """Let no other run write into the schema meanwhile; a second one waits, then refuses by `holder`."""
        return self._warehouse.alone(holder)

    def sweep(self) -> tuple[str, ...]:
        """Drop what earlier runs left that nobody reads any more, and name it."""
        return self._warehouse.sweep()

    def release(self) -> None:
        """Give back memory that only spares reading again; for the time when others need it."""
        self._warehouse.release()

    def close(self) -> None:
        """Let go of the connection."""
        self._warehouse.close()
