"""Tables of scores, one row a user: what is kept from the last run, and users in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from coterie.sources.warehouse import Warehouse

#: Users who are scored at once.
BATCH = 250_000


def begin(warehouse: Warehouse, table: str, schema: pa.Schema, kept: Sequence[str], run_id: str) -> None:
    """Make a table of scores anew, with the rows that are kept from the last run.

    Args:
        warehouse: Where the table is, or is to be.
        table: Its name.
        schema: Its columns: what is scored first, ``run_id`` last.
        kept: Of what the rows are kept.
        run_id: The run that they are marked with.
    """
    if not kept:
        warehouse.create(table, schema.empty_table())
        return
    what, *others, run = schema.names
    columns = [*map(sql.column, (what, *others)), sql.named(sql.literal(run_id), run)]
    rows = sql.select(*columns).from_(sql.table(table))
    warehouse.create(table, rows.where(sql.sql(":what in :kept", what=sql.column(what), kept=list(kept))))


def batches(warehouse: Warehouse, query: exp.Select, user: exp.Column) -> Iterator[pa.Table]:
    """Read the rows of a query in order of its users, `BATCH` at a time.

    Args:
        warehouse: Where to.
        query: One row a user; ``user_id`` is among its columns.
        user: That column, as the query calls it.
    """
    query = query.order_by(user.copy()).limit(BATCH)
    rows = warehouse.query(query)
    while rows.num_rows:
        yield rows
        if rows.num_rows < BATCH:
            return
        after = sql.literal(rows["user_id"][-1].as_py())
        rows = warehouse.query(query.where(exp.GT(this=user.copy(), expression=after)))
