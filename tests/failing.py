"""A warehouse that goes away at a statement, to see what is left when it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlglot import exp

    from coterie.sources.warehouse import Warehouse


class Failing:
    """A real warehouse whose statement number `at` fails.

    Args:
        warehouse: Runs all the others.
        at: From 1; None for never.
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

    def execute(self, *statements: exp.Expression) -> None:
        for statement in statements:
            self.ran += 1
            self._before_each()
            if self.ran == self._at:
                raise self._error
            self._warehouse.execute(statement)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._warehouse, name)
