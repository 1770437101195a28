"""Arrow rows as warehouses want them: in parts of a size, in the columns of a table, times without a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Arrow types of what `coterie.sources.dialects.called` calls.
_ARROW: Mapping[str, pa.DataType] = {
    "BIGINT": pa.int64(), "INTEGER": pa.int32(), "DOUBLE": pa.float64(), "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(), "DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us"),
}  # fmt: skip

#: Rows of one part that are held at once.
_ROWS = 1_000_000


def several(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Gather batches into tables of about `_ROWS` rows."""
    held: list[pa.RecordBatch] = []
    for batch in reader:
        held.append(batch)
        if sum(map(len, held)) >= _ROWS:
            yield pa.Table.from_batches(held)
            held = []
    if any(map(len, held)):
        yield pa.Table.from_batches(held)


def fitting(rows: pa.Table, types: Mapping[str, str]) -> pa.Table:
    """Give rows all columns of a table, in its types."""
    names = set(rows.column_names)
    return pa.table(
        {
            name: rows.column(name).cast(_ARROW[kind])
            if name in names
            else pa.nulls(rows.num_rows, _ARROW[kind])
            for name, kind in types.items()
        }
    )


def without_zones(rows: pa.Table) -> pa.Table:
    """Times in UTC without saying so, as everywhere in coterie."""
    fields = [
        field.with_type(pa.timestamp("us")) if pa.types.is_timestamp(field.type) else field
        for field in rows.schema
    ]
    return rows.cast(pa.schema(fields))
