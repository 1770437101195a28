"""A warehouse that goes away at a statement, to see what is left when it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from sqlglot import exp

    from coterie.sources.warehouse import Warehouse


class Failing:
    """A real warehouse whose statement number `at` fails.

    Args:
        warehouse: Runs all the others.
        at: From 1, counting queries, too; None for never.
        before_each: Called before each statement.
        error: What is raised.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        at: int | None,
        before_each: Callable[[], None] = lambda: None,
        error: Exception | None = None,
    ) -> None:
        self._warehouse = warehouse
        self._at = at
        self._before_each = before_each
        self._error = error or WarehouseError("The server went away.")
        self.ran = 0

    def _count(self) -> None:
        self.ran += 1
        self._before_each()
        if self.ran == self._at:
            raise self._error

    def query(self, statement: exp.Expression) -> pa.Table:
        self._count()
        return self._warehouse.query(statement)

    def execute(self, *statements: exp.Expression) -> None:
        for statement in statements:
            self._count()
            self._warehouse.execute(statement)

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        self._count()
        self._warehouse.create(table, rows, temporary=temporary)

    def append(self, table: str, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> None:
        self._count()
        self._warehouse.append(table, rows)

    def drop(self, table: str) -> None:
        self._count()
        self._warehouse.drop(table)

    def columns(self, table: str) -> dict[str, str]:
        self._count()
        return self._warehouse.columns(table)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._warehouse, name)
