"""The cost guard: what a statement would read is told before it runs, and refused where it passes a limit."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, cast

from sqlglot import exp

from coterie.errors import WarehouseError
from coterie.sources.around import Around
from coterie.sources.estimate import size
from coterie.sources.retrying import to_stderr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from coterie.project.limits import LimitSettings
    from coterie.sources.estimate import Estimate
    from coterie.sources.warehouse import Warehouse

#: Bytes below which nothing is told: every run asks its own small tables hundreds of times.
_WORTH_TELLING = 10_000_000
#: And rows, where bytes are not known.
_ROWS_WORTH_TELLING = 1_000_000

#: Where every scan costs money, it is told even without a limit.
_BILLED = frozenset({"bigquery"})


class Guarded(Around):
    """A warehouse that asks how much a statement would read before it runs it.

    Args:
        warehouse: Runs the statements.
        limits: What is refused.
        tell: Told before each large scan.
    """

    def __init__(
        self, warehouse: Warehouse, limits: LimitSettings, tell: Callable[[str], None] = to_stderr
    ) -> None:
        super().__init__(warehouse)
        self._limits = limits
        self._tell = tell

    def query(self, statement: exp.Expression) -> pa.Table:
        """Run a SELECT and return all of its rows."""
        self._check(statement)
        return super().query(statement)

    @contextlib.contextmanager
    def stream(self, statement: exp.Expression) -> Iterator[pa.RecordBatchReader]:
        """Run a SELECT and hand its rows over batch by batch."""
        self._check(statement)
        with super().stream(statement) as rows:
            yield rows

    def execute(self, *statements: exp.Expression) -> None:
        """Run statements that return nothing, one after the other."""
        for statement in statements:
            self._check(statement)
            super().execute(statement)

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        """Create or replace `table` from a SELECT or Arrow rows; a temporary one ends with the session."""
        self._check(rows, table)
        super().create(table, rows, temporary=temporary)

    def append(self, table: str, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> None:
        """Add rows to a table, by column name; columns that are not given become null."""
        self._check(rows, table)
        super().append(table, rows)

    def _check(self, statement: object, makes: str = "") -> None:
        if not isinstance(statement, exp.Expression):
            return
        read = statement.expression if isinstance(statement, exp.Create | exp.Insert) else statement
        if not isinstance(read, exp.Query) or read.find(exp.Table) is None:
            return
        found = self._asked(cast("exp.Expression", read))
        names = sorted({table.name for table in read.find_all(exp.Table) if table.name})
        what = f"The statement that makes table {makes!r}" if makes else "A query"
        about = f"{what} (it reads {', '.join(names)})"
        if found.bytes is not None:
            if found.bytes >= _WORTH_TELLING:
                self._tell(f"{about} reads {size(found.bytes)}.")
            self._refuse(about, found.bytes, self._limits.max_bytes, "max_bytes", size)
        if found.rows is not None:
            if found.bytes is None and found.rows >= _ROWS_WORTH_TELLING:
                self._tell(f"{about} reads about {found.rows:,} rows.")
            self._refuse(about, found.rows, self._limits.max_rows, "max_rows", "{:,} rows".format)

    def _asked(self, read: exp.Expression) -> Estimate:
        """Ask how much is read; where it can't be worth a word, what it can't pass is enough."""
        most = self._warehouse.bound(read)
        matters = min(_WORTH_TELLING, self._limits.max_bytes or _WORTH_TELLING)
        if most.bytes is not None and most.bytes < matters:
            return most
        return self._warehouse.estimate(read)

    def _refuse(
        self, about: str, would: int, limit: int | None, name: str, shown: Callable[[int], str]
    ) -> None:
        if limit is not None and would > limit:
            raise WarehouseError(
                f"{about} would read {shown(would)}, and coterie.yaml allows {shown(limit)}. Raise "
                f"`limits: {{{name}: {would}}}` if that is right, or read less: fewer sources, or a `query:` "
                "of fewer days."
            )


def guarded(warehouse: Warehouse, limits: LimitSettings) -> Warehouse:
    """Guard a warehouse where limits are set, or where each scan is billed."""
    if limits.max_bytes is None and limits.max_rows is None and warehouse.dialect not in _BILLED:
        return warehouse
    return Guarded(warehouse, limits)
