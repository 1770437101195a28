"""What is compared and what users are grouped by, as numbers and as places of labels."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa

from coterie.errors import UsageError
from coterie.features.values import numbers, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coterie.features.values import Ints

    Column: TypeAlias = pa.Array | pa.ChunkedArray | NDArray[Any] | Sequence[Any]

#: More groups than this are refused: they name users or amounts, and nobody reads 1,225 pairs.
MOST_GROUPS = 50

#: Values of a categorical outcome that are told apart: the most frequent ones; the others are taken together.
MOST_VALUES = 30

_OF_WORDS = (
    pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_boolean,
    pa.types.is_dictionary,
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A column of labels.

    Attributes:
        codes: For each row, the place of its label in `labels`; -1 for null.
        labels: The labels that occur, numbers ascending, words by their letters; ``None`` is the last one, if
            rare values were taken together.
    """

    codes: Ints
    labels: tuple[str | None, ...]


def column(values: Column, name: str) -> pa.ChunkedArray:
    """Read a column that was handed over as an Arrow array, a numpy array or a list; NaN is null.

    Raises:
        UsageError: Its values are of several kinds.
    """
    if isinstance(values, pa.ChunkedArray):
        return values
    try:
        return pa.chunked_array([pa.array(values, from_pandas=True)])
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise UsageError(f"{name} must hold numbers, or words, not both: {error}.") from error


def of_words(values: pa.ChunkedArray) -> bool:
    """Tell whether a column holds words, or yes and no."""
    return any(is_so(values.type) for is_so in _OF_WORDS)


def labelled(values: pa.ChunkedArray, name: str) -> Labelled:
    """Read a column as labels: words as they are, numbers as they are written.

    Examples:
        >>> labelled(pa.chunked_array([[10, 2, None, 10]]), "region").labels
        ('2', '10')
    """
    rows = pa.table({name: values})
    if of_words(values) or not _numeric(values):
        found = words(rows, name)
        names, codes, known = found.values, found.codes, found.known
    else:
        amounts = numbers(rows, name)
        known = ~np.isnan(amounts)
        distinct, codes = np.unique(np.where(known, amounts, 0.0), return_inverse=True)
        names = tuple(str(int(value)) if value.is_integer() else repr(value) for value in distinct.tolist())
    kept, places = np.unique(codes[known], return_inverse=True)
    result = np.full(len(codes), -1, dtype=np.int64)
    result[known] = places
    return Labelled(result, tuple(names[at] for at in kept.tolist()))


def _numeric(values: pa.ChunkedArray) -> bool:
    kind = values.type
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def grouped(values: pa.ChunkedArray, name: str) -> Labelled:
    """Read a column as groups.

    Raises:
        UsageError: There are more than `MOST_GROUPS`.
    """
    found = labelled(values, name)
    if len(found.labels) > MOST_GROUPS:
        raise UsageError(
            f"{name} has {len(found.labels):,} different values, and at most {MOST_GROUPS} groups can be "
            "compared. Name a grouping of fewer, or put ranges of its values together first."
        )
    return found


def frequent(found: Labelled, most: int = MOST_VALUES) -> Labelled:
    """Take the values beyond the `most` frequent ones together.

    Examples:
        >>> frequent(labelled(pa.chunked_array([["a", "b", "b", "c"]]), "letter"), 2).codes.tolist()
        [0, 1, 1, 2]
    """
    if len(found.labels) <= most:
        return found
    counts = np.bincount(found.codes[found.codes >= 0], minlength=len(found.labels))
    kept = np.sort(np.argsort(-counts, kind="stable")[:most])
    places = np.full(len(found.labels) + 1, most, dtype=np.int64)
    places[kept] = np.arange(most)
    places[-1] = -1
    return Labelled(places[found.codes], (*(found.labels[at] for at in kept.tolist()), None))


def without_gaps(codes: Ints) -> tuple[Ints, Ints]:
    """Number the places that occur anew, from 0.

    Returns:
        The places that occur, ascending, and the new number of each row.
    """
    kept, places = np.unique(codes, return_inverse=True)
    return kept.astype(np.int64), places.astype(np.int64)
