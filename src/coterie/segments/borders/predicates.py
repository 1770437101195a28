"""Borders as conditions on features, in order: the first that holds decides, else the rest.

Rules written by hand and the RFM grid are of this kind. Python evaluates the very SQL that a warehouse
would run, in an embedded database, so that both agree to the last user.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from coterie.as_json import AGAIN
from coterie.errors import SegmentationError, UsageError, did_you_mean
from coterie.features.values import LARGEST, numbers
from coterie.segments.borders.conditions import Kind, read
from coterie.sources import connect, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coterie.features.feature import Feature
    from coterie.features.values import Ints

_ROW = "row_given"


@dataclasses.dataclass(frozen=True, slots=True)
class Predicates:
    """Conditions in order; made by `predicates`.

    A condition that is neither true nor false, as a comparison with null, does not hold. Numbers that are
    NaN, infinite or beyond `coterie.features.values.LARGEST` are null.

    Attributes:
        conditions: Each as SQL over features, in DuckDB's dialect.
        groups: For each condition, the place of the group of those for whom it is the first that holds.
        otherwise: The place of the group of all others.
        numbers: The features in the conditions that hold numbers, sorted.
        words: Those that hold words.
        form: Which kind of borders these are.
    """

    conditions: tuple[str, ...]
    groups: tuple[int, ...]
    otherwise: int
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    form: Literal["predicates"] = "predicates"

    @property
    def k(self) -> int:
        """Count the groups."""
        return max((self.otherwise, *self.groups)) + 1

    @property
    def kinds(self) -> dict[str, Kind]:
        """Tell what each feature in the conditions holds."""
        found: dict[str, Kind] = dict.fromkeys(self.numbers, "number")
        return found | dict.fromkeys(self.words, "word")

    def renumbered(self, places: Sequence[int]) -> Self:
        """Give group g the place ``places[g]``; the order of the conditions stays."""
        moved = tuple(places[group] for group in self.groups)
        return dataclasses.replace(self, groups=moved, otherwise=places[self.otherwise])

    def places(self, rows: pa.Table) -> Ints:
        """Find the place of each row's group.

        Args:
            rows: A table with the features of the conditions; other columns are ignored.

        Raises:
            UsageError: A feature is missing, or holds words where the conditions need numbers.

        Examples:
            >>> borders = predicates([("spend > 500", 0)], 1, {"spend": "number"})
            >>> borders.places(pa.table({"spend": [900.0, None, 20.0]})).tolist()
            [0, 1, 1]
        """
        found = answered(self, rows, {"place": expression(self)})
        placed: Ints = found.column("place").to_numpy().astype(np.int64)
        return placed

    def query(self, relation: str, ids: Sequence[int]) -> dict[str, exp.Select]:
        """Write the steps from features to ``user_id, segment``; the last is the answer.

        Args:
            relation: The relation with ``user_id`` and the features.
            ids: The id of the group at each place.
        """
        user = sql.column("user_id")
        segment = sql.named(expression(self, ids), "segment")
        return {
            "known": known(self, "user_id", relation),
            "placed": sql.select(user, segment).from_(sql.table("known"), copy=False),
        }


def predicates(
    conditions: Iterable[tuple[str, int]], otherwise: int, features: Mapping[str, Kind]
) -> Predicates:
    """Make borders of conditions.

    Args:
        conditions: Each condition with the place of its group, in the order in which they are tried.
        otherwise: The place of the group of those for whom no condition holds.
        features: What the conditions may name, and what it holds.

    Raises:
        UsageError: A condition is wrong; see `coterie.segments.borders.conditions.read`.
    """
    pairs = tuple(conditions)
    named = {name for text, _ in pairs for name in read(text, features, f"condition {text!r}").features}
    return Predicates(
        conditions=tuple(text.strip() for text, _ in pairs),
        groups=tuple(group for _, group in pairs),
        otherwise=otherwise,
        numbers=tuple(sorted(name for name in named if features[name] == "number")),
        words=tuple(sorted(name for name in named if features[name] == "word")),
    )


def kinds(features: Iterable[Feature]) -> dict[str, Kind]:
    """Tell what each feature holds."""
    return {feature.name: "word" if feature.categorical else "number" for feature in features}


def expression(found: Predicates, ids: Sequence[int] | None = None) -> exp.Expression:
    """Write a CASE over the columns of `known` that gives the place of a row's group, or its id.

    Raises:
        SegmentationError: A condition, as it was stored, is not one that coterie writes.
    """
    names = range(found.k) if ids is None else ids
    case = exp.Case()
    for condition, group in zip(found.conditions, found.groups, strict=True):
        case = case.when(holds(found, condition), sql.literal(names[group]), copy=False)
    rest = sql.literal(names[found.otherwise])
    return case.else_(rest, copy=False) if found.conditions else rest


def holds(found: Predicates, condition: str) -> exp.Expression:
    """Write one of the conditions over the columns of `known`."""
    try:
        return read(condition, found.kinds, f"condition {condition!r}").tree
    except UsageError as error:
        raise SegmentationError(f"The stored segmentation can't be used: {error} {AGAIN}") from error


def known(found: Predicates, key: str, relation: str) -> exp.Select:
    """Write the SELECT of `key` and the features as the conditions see them: what is no number is null."""
    # NaN and infinities are beyond the bounds on every engine, and null is never within.
    text = "case when :number between :low and :high then :number end"
    low, high = sql.double(-LARGEST), sql.double(LARGEST)
    columns: list[exp.Expression] = [sql.column(key)]
    for name in found.numbers:
        number = sql.sql("cast(:column as double)", column=sql.column(name))
        columns.append(sql.named(sql.sql(text, number=number, low=low, high=high), name))
    columns += [sql.column(name) for name in found.words]
    return sql.select(*columns).from_(sql.table(relation), copy=False)


def answered(found: Predicates, rows: pa.Table, asked: Mapping[str, exp.Expression]) -> pa.Table:
    """Evaluate expressions over the columns of `known` for each row, in an embedded database.

    Args:
        found: Borders that name the features.
        rows: A table with these features.
        asked: Each expression by the name of its column.

    Returns:
        One column an expression, in the order of the rows.
    """
    columns = {_ROW: pa.array(np.arange(rows.num_rows))}
    columns |= {name: pa.array(numbers(rows, name)) for name in found.numbers}
    columns |= {name: _text(rows, name) for name in found.words}
    each = [sql.named(tree, name) for name, tree in asked.items()]
    query = sql.select(sql.column(_ROW), *each).from_(sql.table("known"), copy=False)
    query = query.with_("known", as_=known(found, _ROW, "rows_given"), copy=False)
    with contextlib.closing(connect.connect("duckdb://")) as warehouse:
        warehouse.create("rows_given", pa.table(columns), temporary=True)
        answers = warehouse.query(query)
    return answers.sort_by(_ROW).drop_columns([_ROW])


def _text(rows: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in rows.column_names:
        raise UsageError(f"The rows have no column {name!r}. {did_you_mean(name, rows.column_names)}")
    return pc.cast(rows.column(name), pa.string())
