"""Columns of a features table as numpy arrays: numbers with NaN for null, words as codes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from coterie.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Ints: TypeAlias = "NDArray[np.int64]"

#: Numbers beyond this, infinities and NaN are taken as null, in Python and in SQL alike: the cubes of what
#: is left, and sums of them, are finite.
LARGEST = 1e100

#: What stands in for null where a feature is a word.
UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A column of words.

    Attributes:
        codes: For each row, the place of its word in `values`.
        values: The distinct words, sorted; null is ``unknown``.
        known: For each row, whether it was not null.
    """

    codes: Ints
    values: tuple[str, ...]
    known: NDArray[np.bool_]

    def counts(self) -> Ints:
        """Count the rows of each value."""
        return np.bincount(self.codes, minlength=len(self.values)).astype(np.int64)


def numbers(rows: pa.Table, name: str) -> Floats:
    """Read a column as float64, with NaN where it is null or not finite.

    Raises:
        UsageError: There is no such column, or it holds no numbers.

    Examples:
        >>> numbers(pa.table({"clicks": [1, None, 3]}), "clicks").tolist()
        [1.0, nan, 3.0]
    """
    found = _column(rows, name)
    try:
        values = pc.cast(found, pa.float64()).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise UsageError(
            f"The column {name!r} must hold numbers, and it holds {found.type}: {error}."
        ) from error
    with np.errstate(invalid="ignore"):
        usable = np.abs(values) <= LARGEST
    return values if usable.all() else np.where(usable, values, np.nan)


def words(rows: pa.Table, name: str) -> Words:
    """Read a column as words; null becomes ``unknown``.

    Raises:
        UsageError: There is no such column.

    Examples:
        >>> words(pa.table({"country": ["BR", None, "AT"]}), "country").values
        ('AT', 'BR', 'unknown')
    """
    text = pc.cast(_column(rows, name), pa.string())
    known = np.asarray(pc.is_valid(text).to_numpy(zero_copy_only=False), dtype=bool)
    encoded = pc.fill_null(text, UNKNOWN).combine_chunks().dictionary_encode()
    seen = encoded.dictionary.to_pylist()
    order = sorted(range(len(seen)), key=seen.__getitem__)
    place = np.empty(len(seen), dtype=np.int64)
    place[order] = np.arange(len(seen))
    codes = place[encoded.indices.to_numpy(zero_copy_only=False)] if seen else np.empty(0, dtype=np.int64)
    return Words(codes, tuple(seen[index] for index in order), known)


def _column(rows: pa.Table, name: str) -> pa.ChunkedArray:
    place = rows.schema.get_field_index(name)
    if place < 0:
        raise UsageError(f"The rows have no column {name!r}. {did_you_mean(name, rows.column_names)}")
    return rows.column(place)
