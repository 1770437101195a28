"""How features become the columns of a model: fill, logarithm, scale, and an indicator for frequent words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.features.shape import logged, worth_a_logarithm
from coterie.features.values import LARGEST, UNKNOWN, numbers, words
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from sqlglot import exp

    from coterie.features.feature import Feature
    from coterie.features.values import Floats

#: Words of a feature that get an indicator of their own: the most frequent, with at least this share.
MOST_WORDS = 30
LEAST_SHARE = 0.01

#: Rows that preparations are decided on, evenly spread.
ROWS = 100_000

_NAMES_AT_LEAST = 50


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """One column made from a feature: ``(f(x) - centre) / scale``.

    Attributes:
        feature: The feature it comes from.
        words: For a feature of words, those that it is 1 for, or, with `others`, 0 for; ``None``: a number.
        others: Whether it is 1 for all words but these: the rare ones together, and new ones.
        fill: What stands in for null, in the feature's own unit (numbers only).
        log: Whether ``sign(x) * ln(1 + |x|)`` is taken first.
        centre: Subtracted after that.
        scale: Divided by after that; > 0.
        why: The reason for these choices, in a few words.
    """

    feature: str
    words: tuple[str, ...] | None
    others: bool
    fill: float
    log: bool
    centre: float
    scale: float
    why: str


def prepare(rows: pa.Table, features: Sequence[Feature], *, scaled: bool) -> tuple[Column, ...]:
    """Decide how features become columns.

    Args:
        rows: Those a model is fitted on.
        features: What it may use.
        scaled: Whether the model weighs columns, and needs them alike in spread and without long tails; trees
            take numbers as they are.

    Returns:
        The columns in order of their features' names; features that are the same for everyone are left out.
    """
    if not rows.num_rows:
        return ()
    stride = -(-rows.num_rows // ROWS)
    some = rows.take(np.arange(0, rows.num_rows, stride)) if stride > 1 else rows
    found: list[Column] = []
    for feature in sorted(features, key=lambda each: each.name):
        if feature.categorical:
            found += _of_words(some, feature)
        else:
            found.append(_of_numbers(some, feature, scaled=scaled))
    made = [(column, matrix((column,), some)[:, 0]) for column in found]
    varying = [(column, values) for column, values in made if np.ptp(values) > 0]
    return tuple(_standardised(column, values) if scaled else column for column, values in varying)


def matrix(columns: Sequence[Column], rows: pa.Table) -> Floats:
    """Prepare rows: one column each, in float64, stored a column after the other.

    Raises:
        UsageError: A feature is missing or holds no numbers.
    """
    result = np.empty((rows.num_rows, len(columns)), order="F")
    for at, column in enumerate(columns):
        if column.words is None:
            result[:, at] = prepared(numbers(rows, column.feature), column)
            continue
        found = words(rows, column.feature)
        of_word = np.array([(word in column.words) != column.others for word in found.values], dtype=float)
        result[:, at] = (of_word[found.codes] - column.centre) / column.scale
    return result


def prepared(values: Floats, column: Column) -> Floats:
    """Prepare the numbers of one feature; NaN is null.

    Examples:
        >>> column = Column("n", None, False, fill=0, log=False, centre=1, scale=2, why="")
        >>> prepared(np.array([5.0, np.nan]), column).tolist()
        [2.0, -0.5]
    """
    filled = logged(np.where(np.isnan(values), column.fill, values), column.log)
    result: Floats = (filled - column.centre) / column.scale
    return result


def query(columns: Sequence[Column], names: Sequence[str], relation: str) -> dict[str, exp.Select]:
    """Write the steps that prepare a table in SQL: ``known`` and ``prepared``, with columns of these names.

    Args:
        columns: Those of a model.
        names: What each is called.
        relation: The table or view with ``user_id`` and the features.
    """
    user = sql.column("user_id")
    known = sql.select(user, *map(_known, columns, names)).from_(sql.table(relation), copy=False)
    ready = sql.select(user, *map(_ready, columns, names)).from_(sql.table("known"), copy=False)
    return {"known": known, "prepared": ready}


def _known(column: Column, name: str) -> exp.Expression:
    value = sql.column(column.feature)
    if column.words is not None:
        text = "case when coalesce(:value, :unknown) in :words then :inside else :outside end"
        inside, outside = map(sql.double, (0.0, 1.0) if column.others else (1.0, 0.0))
        ends = {"inside": inside, "outside": outside}
        told = sql.sql(text, value=value, unknown=UNKNOWN, words=column.words, **ends)
        return sql.named(told, name)
    # NaN and infinities are beyond the bounds on every engine, and null is never within.
    text = "case when :number between :low and :high then :number else :fill end"
    low, high, fill = map(sql.double, (-LARGEST, LARGEST, column.fill))
    number = sql.sql("cast(:value as double)", value=value)
    return sql.named(sql.sql(text, number=number, low=low, high=high, fill=fill), name)


def _ready(column: Column, name: str) -> exp.Expression:
    value: exp.Expression = sql.column(name)
    if column.log:
        value = sql.sql("case when :x >= 0e0 then ln(1e0 + :x) else -ln(1e0 - :x) end", x=value)
    if (column.centre, column.scale) != (0.0, 1.0):
        parts = {"centre": sql.double(column.centre), "scale": sql.double(column.scale)}
        value = sql.sql("(:x - :centre) / :scale", x=value, **parts)
    return sql.named(value, name)


def _of_numbers(rows: pa.Table, feature: Feature, *, scaled: bool) -> Column:
    values = numbers(rows, feature.name)
    present = values[~np.isnan(values)]
    fill, reasons = 0.0, ["null is 0"]
    if feature.fill == "largest" and present.size:
        fill, reasons = float(present.max()), ["null is the largest value"]
    elif feature.fill != "zero" and present.size:
        fill, reasons = float(np.median(present)), ["null is the median"]
    if present.size == values.size:
        reasons = []
    skewed = worth_a_logarithm(np.where(np.isnan(values), fill, values), feature.unit) if scaled else None
    if skewed is not None:
        reasons.append(f"logarithm: skewness {skewed[0]:.1f} becomes {skewed[1]:.1f}")
    why = "; ".join(reasons) or "as it is"
    return Column(feature.name, None, False, fill, skewed is not None, 0.0, 1.0, why)


def _of_words(rows: pa.Table, feature: Feature) -> list[Column]:
    found = words(rows, feature.name)
    counts = found.counts()
    if len(counts) > max(_NAMES_AT_LEAST, rows.num_rows / 2):
        return []  # they name users, not groups
    order = np.lexsort((np.arange(len(counts)), -counts))
    frequent = [at for at in order[:MOST_WORDS].tolist() if counts[at] >= LEAST_SHARE * rows.num_rows]
    listed = tuple(found.values[at] for at in sorted(frequent))
    made = [_indicator(feature.name, (word,), others=False) for word in listed]
    return [*made, _indicator(feature.name, listed, others=True)] if len(listed) < len(counts) else made


def _indicator(feature: str, listed: tuple[str, ...], *, others: bool) -> Column:
    why = f"1 for words other than the {len(listed)} frequent ones" if others else f"1 for {listed[0]}"
    return Column(feature, listed, others, 0.0, False, 0.0, 1.0, why)


def _standardised(column: Column, values: Floats) -> Column:
    return dataclasses.replace(column, centre=float(values.mean()), scale=float(values.std()))
