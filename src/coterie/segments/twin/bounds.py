"""One bound on one feature: a threshold, some values, or whether it is known; in numpy and in SQL."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import numpy as np
import pyarrow.compute as pc
from sqlglot import exp

from coterie.features.values import numbers, words
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints

    Holds: TypeAlias = NDArray[np.bool_]

_LONGEST_WHOLE = 1e15


@dataclasses.dataclass(frozen=True, slots=True)
class Coded:
    """A column of words as numbers.

    Attributes:
        codes: For each row the place of its word in `values`, -1 for null.
        values: The words, sorted.
    """

    codes: Ints
    values: tuple[str, ...]


Column: TypeAlias = "Floats | Coded"


def columns(rows: pa.Table, features: Mapping[str, bool]) -> dict[str, Column]:
    """Read features, by name whether they hold words: numbers with NaN for null, words as codes."""
    return {name: coded(rows, name) if wordy else numbers(rows, name) for name, wordy in features.items()}


def coded(rows: pa.Table, name: str) -> Coded:
    """Read a column of words as codes."""
    found = words(rows, name)
    values = tuple(sorted(str(word) for word in pc.unique(rows.column(name)).to_pylist() if word is not None))
    places = {word: place for place, word in enumerate(values)}
    new = np.array([places.get(word, -1) for word in found.values], dtype=np.int64)
    codes = new[found.codes] if len(new) else found.codes
    return Coded(np.where(found.known, codes, -1), values)


def taken(column: Column, at: Ints) -> Column:
    """Take some rows of a column."""
    if isinstance(column, Coded):
        return Coded(column.codes[at], column.values)
    return column[at]


Test: TypeAlias = Literal["above", "at_most", "one_of", "none_of", "null", "known"]

_OPPOSITE: dict[Test, Test] = {
    "above": "at_most", "at_most": "above", "one_of": "none_of", "none_of": "one_of", "null": "known",
    "known": "null",
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Bound:
    """What a feature must be.

    Attributes:
        feature: The feature.
        test: above or at_most `number`; one of `values` or none of them; null or known. Null is neither
            above nor at most, and neither one of them nor none of them, unless `or_null`.
        number: The threshold, in the unit of the feature.
        values: The words.
        or_null: Whether null will do, too.
    """

    feature: str
    test: Test
    number: float = 0.0
    values: tuple[str, ...] = ()
    or_null: bool = False

    def holds(self, data: Mapping[str, Column]) -> Holds:
        """Tell for each row whether it holds."""
        column = data[self.feature]
        if isinstance(column, Coded):
            known = column.codes >= 0
            wanted = [place for place, word in enumerate(column.values) if word in self.values]
            found = np.isin(column.codes, wanted)
            sides = {"one_of": found, "none_of": known & ~found}
        else:
            known = ~np.isnan(column)
            above = column > self.number
            sides = {"above": above, "at_most": known & ~above}
        held: Holds = {"null": ~known, "known": known, **sides}[self.test]
        return held | ~known if self.or_null else held

    def opposite(self) -> Bound:
        """Return what holds exactly where this doesn't."""
        half = self.test in {"null", "known"}
        return dataclasses.replace(self, test=_OPPOSITE[self.test], or_null=not half and not self.or_null)

    def expression(self) -> exp.Expression:
        """Write it as SQL."""
        column = sql.column(self.feature)
        if self.test in {"null", "known"}:
            return sql.sql(":x is null" if self.test == "null" else "not :x is null", x=column)
        if self.test in {"above", "at_most"}:
            comparison = exp.GT if self.test == "above" else exp.LTE
            found: exp.Expression = comparison(this=column, expression=literal(self.number))
        elif len(self.values) == 1:
            text = ":x = :value" if self.test == "one_of" else ":x <> :value"
            found = sql.sql(text, x=column, value=self.values[0])
        else:
            text = ":x in :listed" if self.test == "one_of" else "not :x in :listed"
            found = sql.sql(text, x=column, listed=self.values)
        return sql.sql("(:found or :x is null)", found=found, x=column) if self.or_null else found


def literal(number: float) -> exp.Expression:
    """Write a number as a person would: whole ones without a point.

    Examples:
        >>> literal(12.0).sql(), literal(-0.25).sql()
        ('12', '-0.25')
    """
    whole = number == int(number) and abs(number) < _LONGEST_WHOLE
    return sql.literal(int(number) if whole else number)


def together(bounds: Iterable[Bound], data: Mapping[str, Column], rows: int) -> Holds:
    """Tell for each row whether all bounds hold."""
    held: Holds = np.ones(rows, dtype=bool)
    for bound in bounds:
        held &= bound.holds(data)
    return held


def conjunction(bounds: Iterable[Bound]) -> exp.Expression:
    """Write that all bounds hold."""
    parts = [bound.expression() for bound in bounds]
    return cast("exp.Expression", exp.and_(*parts, copy=False) if parts else exp.true())
