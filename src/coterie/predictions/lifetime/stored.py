"""The tables that keep what a run found of lifetime value, and reading them back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.lifetime.lifetime import Facts, Lifetime
from coterie.predictions.lifetime.tables import SCHEMAS
from coterie.sources import sql

if TYPE_CHECKING:
    import datetime as dt

    from coterie.sources.warehouse import Warehouse

#: One row a customer.
TABLE = "lifetime_value"
#: The tables, by the fields of `coterie.predictions.lifetime.lifetime.Lifetime`.
TABLES = {field: TABLE if field == "customers" else f"lifetime_{field}" for field in SCHEMAS}
_FACTS = "lifetime_facts"
_KINDS = {
    "str": pa.string(),
    "int": pa.int64(),
    "int | None": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
}
_FACT = pa.schema(
    [(field.name, _KINDS[str(field.type)]) for field in dataclasses.fields(Facts)] + [("notes", pa.string())]
)


def write(warehouse: Warehouse, found: Lifetime, run_id: str) -> None:
    """Write all tables in place of those of the last run.

    Args:
        warehouse: Where to.
        found: What was found.
        run_id: The run that each row is marked with.
    """
    facts = {**dataclasses.asdict(found.facts), "notes": "\n".join(found.notes)}
    with warehouse.transaction():
        for field, table in TABLES.items():
            warehouse.create(table, _marked(getattr(found, field), found.as_of, run_id))
        warehouse.create(_FACTS, _marked(pa.Table.from_pylist([facts], schema=_FACT), found.as_of, run_id))


def _marked(rows: pa.Table, as_of: dt.date, run_id: str) -> pa.Table:
    count = rows.num_rows
    rows = rows.append_column("position", pa.array(np.arange(count)))
    rows = rows.append_column("as_of", pa.array([as_of] * count, pa.date32()))
    return rows.append_column("run_id", pa.array([run_id] * count, pa.string()))


def forget(warehouse: Warehouse) -> None:
    """Drop what an earlier run found, so that nothing stale stands beside a run that finds nothing."""
    for table in (_FACTS, *TABLES.values()):
        warehouse.drop(table)


def read(warehouse: Warehouse) -> Lifetime | None:
    """Read back what the last run found; nothing if it found nothing."""
    if not warehouse.columns(_FACTS):
        return None
    tables = {field: _read(warehouse, TABLES[field], schema) for field, schema in SCHEMAS.items()}
    facts = warehouse.query(sql.sql("select * from lifetime_facts")).to_pylist()[0]
    return Lifetime(
        as_of=facts["as_of"],
        facts=Facts(**{field.name: facts[field.name] for field in dataclasses.fields(Facts)}),
        notes=tuple(facts["notes"].splitlines()),
        **tables,
    )


def _read(warehouse: Warehouse, table: str, schema: pa.Schema) -> pa.Table:
    query = sql.select(*map(sql.column, schema.names)).from_(sql.table(table))
    return warehouse.query(query.order_by(sql.column("position"))).cast(schema)
