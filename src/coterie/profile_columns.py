"""Columns of other tables that stand in profiles: what is foretold of a user, and what they are worth."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.sources.warehouse import Warehouse

TABLE = "profile_columns"


@dataclasses.dataclass(frozen=True, slots=True)
class Beside:
    """A column of another table that stands beside features and segments in `profiles`.

    Attributes:
        table: The table; it has a column ``user_id`` and at most one row a user, or does where `only` holds.
        column: Its column.
        name: What the column is called in `profiles`.
        sentence: What it says, with its unit, and what null means.
        only: A column of the table and the value that it must have, where it has several rows a user.
    """

    table: str
    column: str
    name: str
    sentence: str
    only: tuple[str, str] | None = None


def remember(warehouse: Warehouse, beside: Sequence[Beside]) -> None:
    """Write which columns a run puts into `profiles`, in order, in place of those of the last run."""
    rows = [
        {**dataclasses.asdict(one), "only": one.only and json.dumps(one.only), "position": at}
        for at, one in enumerate(beside)
    ]
    warehouse.create(TABLE, pa.Table.from_pylist(rows, schema=_SCHEMA))


def read(warehouse: Warehouse) -> tuple[Beside, ...]:
    """Read back which columns the last run put into `profiles`; none if there was no run."""
    if not warehouse.columns(TABLE):
        return ()
    rows = warehouse.query(sql.sql("select * from profile_columns order by position")).to_pylist()
    fields = [field.name for field in dataclasses.fields(Beside)]
    return tuple(
        Beside(
            **{name: row[name] for name in fields} | {"only": row["only"] and tuple(json.loads(row["only"]))}
        )
        for row in rows
    )


def joined(query: exp.Select, beside: Sequence[Beside]) -> exp.Select:
    """Join the tables to a SELECT over users ``f``, each once, and select their columns.

    Args:
        query: Changed, and returned.
        beside: The columns, in order.
    """
    places: dict[tuple[str, tuple[str, str] | None], str] = {}
    for one in beside:
        where = one.table, one.only
        if where not in places:
            alias = places[where] = f"b{len(places) + 1}"
            same = [sql.column("user_id", alias).eq(sql.column("user_id", "f"))]
            if one.only is not None:
                same.append(sql.column(one.only[0], alias).eq(sql.literal(one.only[1])))
            table = exp.alias_(sql.table(one.table), alias, table=True)
            query.join(table, on=exp.and_(*same), join_type="left", copy=False)
        query.select(sql.named(sql.column(one.column, places[where]), one.name), copy=False)
    return query


_SCHEMA = pa.schema(
    [("position", pa.int32())]
    + [(name, pa.string()) for name in ("table", "column", "name", "sentence")]
    + [("only", pa.string())]
)
