"""Values of MySQL as Arrow and back."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Codes of types in the protocol: of whole numbers, of floating ones, of decimals, of times, of
#: text or bytes.
_WHOLE = frozenset({1, 2, 3, 8, 9, 13})
_FLOATING = frozenset({4, 5})
_DECIMAL = frozenset({0, 246})
_MOMENTS = frozenset({7, 12})
_DATE, _BITS = 10, 16
_WRITTEN = frozenset({252, 253, 254, 255})
#: The number of the character set of what is no text.
_NO_TEXT = 63


class Column(Protocol):
    """What the protocol says of a column of a result."""

    name: str
    type_code: int
    charsetnr: int
    length: int
    scale: int


def schema(columns: Iterable[Column]) -> pa.Schema:
    """The schema of rows, from what the protocol says of their columns."""
    return pa.schema([pa.field(column.name, _kind(column)) for column in columns])


def _kind(column: Column) -> pa.DataType:
    code = column.type_code
    if code in _WRITTEN and column.charsetnr == _NO_TEXT and column.length:  # one of no length is a null
        return pa.binary()
    if code == _BITS:
        return pa.uint64()
    if code in _WHOLE or (code in _DECIMAL and column.scale == 0):
        return pa.int64()
    if code in _FLOATING | _DECIMAL:
        return pa.float64()
    if code in _MOMENTS:
        return pa.timestamp("us")
    return pa.date32() if code == _DATE else pa.string()


def batch(rows: Sequence[Sequence[object]], kinds: pa.Schema) -> pa.RecordBatch:
    """Rows of a cursor as Arrow; a date that is none, such as 0000-00-00, is null."""
    columns = zip(*rows, strict=True)
    arrays = [_array(values, field.type) for values, field in zip(columns, kinds, strict=True)]
    return pa.record_batch(arrays, schema=kinds)


def _array(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    if kind == pa.float64():
        return pa.array([None if value is None else float(str(value)) for value in values], kind)
    if kind == pa.int64():
        return pa.array([int(value) if isinstance(value, Decimal) else value for value in values], kind)
    if kind == pa.uint64():
        bits = [int.from_bytes(value) if isinstance(value, bytes) else value for value in values]
        return pa.array(bits, kind)
    if kind == pa.binary():
        return pa.array(values, kind)
    if kind == pa.string():
        return pa.array([_text(value) for value in values], kind)
    return pa.array([value if isinstance(value, dt.date) else None for value in values], kind)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)


def plain(column: pa.Array) -> list[object]:
    """Values as the driver takes them; there is no NaN, and no infinity."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us"))
    if pa.types.is_floating(column.type):
        return [None if value is None or not math.isfinite(value) else value for value in column.to_pylist()]
    return list(column.to_pylist())
