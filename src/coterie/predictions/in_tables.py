"""Results of a run that are several tables and some facts: kept in the warehouse, and read back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import pyarrow as pa

from coterie.sources import sql

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from _typeshed import DataclassInstance

    from coterie.sources.warehouse import Warehouse

T = TypeVar("T")

_KINDS = {"str": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
_LINES = "notes"


@dataclasses.dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """Where results of one kind are kept.

    A result has the date ``as_of``, ``facts`` (a dataclass of words and numbers) and a table for each of
    `schemas`.

    Attributes:
        made: Makes a result of its fields.
        facts: That of its facts.
        facts_table: The table of these: one row.
        schemas: The columns of its tables, by its fields.
        tables: What these tables are called, by its fields.
        notes: Whether it has sentences in ``notes``, too.
    """

    made: Callable[..., T]
    facts: type[DataclassInstance]
    facts_table: str
    schemas: Mapping[str, pa.Schema]
    tables: Mapping[str, str]
    notes: bool = False

    def write(self, warehouse: Warehouse, found: Any, run_id: str) -> None:
        """Write all tables in place of those of the last run.

        Args:
            warehouse: Where to.
            found: The result.
            run_id: The run that each row is marked with.
        """
        told = dataclasses.asdict(found.facts)
        if self.notes:
            told[_LINES] = "\n".join(found.notes)
        facts = pa.Table.from_pylist([told], schema=self._schema_of_facts())
        with warehouse.transaction():
            for field, table in self.tables.items():
                warehouse.create(table, _marked(getattr(found, field), found.as_of, run_id))
            warehouse.create(self.facts_table, _marked(facts, found.as_of, run_id))

    def forget(self, warehouse: Warehouse) -> None:
        """Drop what an earlier run found, so that nothing stale stands beside a run that finds nothing."""
        for table in (self.facts_table, *self.tables.values()):
            warehouse.drop(table)

    def read(self, warehouse: Warehouse) -> T | None:
        """Read back what the last run found; nothing if it found nothing."""
        if not warehouse.columns(self.facts_table):
            return None
        tables = {field: self._table(warehouse, field) for field in self.schemas}
        whole = sql.sql("select * from :table", table=sql.table(self.facts_table))
        told = warehouse.query(whole).to_pylist()[0]
        facts = self.facts(**{field.name: told[field.name] for field in dataclasses.fields(self.facts)})
        notes = {_LINES: tuple(told[_LINES].splitlines())} if self.notes else {}
        return self.made(as_of=told["as_of"], facts=facts, **notes, **tables)

    def _table(self, warehouse: Warehouse, field: str) -> pa.Table:
        schema = self.schemas[field]
        query = sql.select(*map(sql.column, schema.names)).from_(sql.table(self.tables[field]))
        return warehouse.query(query.order_by(sql.column("position"))).cast(schema)

    def _schema_of_facts(self) -> pa.Schema:
        columns = [
            (field.name, _KINDS[str(field.type).removesuffix(" | None")])
            for field in dataclasses.fields(self.facts)
        ]
        return pa.schema(columns + [(_LINES, pa.string())] * self.notes)


def _marked(rows: pa.Table, as_of: dt.date, run_id: str) -> pa.Table:
    count = rows.num_rows
    rows = rows.append_column("position", pa.array(np.arange(count)))
    rows = rows.append_column("as_of", pa.array([as_of] * count, pa.date32()))
    return rows.append_column("run_id", pa.array([run_id] * count, pa.string()))
