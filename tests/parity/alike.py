"""Whether two warehouses hold the same, with sums to 1e-9."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from coterie.sources.warehouse import Warehouse


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal; floating numbers to 1e-9 of their size."""
    if isinstance(one, float) and isinstance(other, float | int) and not isinstance(other, bool):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


def rows(warehouse: Warehouse, table: str, order: str, but: Collection[str] = ()) -> list[dict[str, Any]]:
    """The rows of a table in order, without some of its columns."""
    names = [name for name in warehouse.columns(table) if name not in but]
    statement = sql.select(*map(sql.column, names)).from_(sql.table(table))
    by = [sql.column(name) for name in order.split()]
    found: list[dict[str, Any]] = warehouse.query(statement.order_by(*by)).to_pylist()
    return found


def assert_alike(one: Warehouse, other: Warehouse, table: str, order: str, but: Collection[str] = ()) -> None:
    """Compare a table of two warehouses row by row."""
    expected, found = rows(one, table, order, but), rows(other, table, order, but)
    assert len(expected) == len(found)
    for left, right in zip(expected, found, strict=True):
        assert left.keys() == right.keys()
        for name, value in left.items():
            assert same(value, right[name]), (table, name, value, right[name], left)
