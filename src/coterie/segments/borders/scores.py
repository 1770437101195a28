"""The group of the highest score, in numpy and in SQL; scores that differ by a rounding error are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.values import Floats, Ints

#: Arguments of one GREATEST: SQLite's is written with a COALESCE for each.
_MOST_ARGUMENTS = 8

#: Prepared numbers beyond this are taken as this where squares are summed, which must stay finite.
_FARTHEST = 1e100


def tolerance(size: float) -> float:
    """Tell how close two scores of that size must be to count as a tie.

    Sums of floating-point numbers differ in their last digits between engines. Scores closer than this
    are equal, and the first wins, so that every engine gives the same segment.

    Examples:
        >>> tolerance(0.5), tolerance(300.0)
        (1e-11, 3e-09)
    """
    return float(f"{1e-11 * max(1.0, size):.0e}")


def first_highest(scores: Floats, close: float) -> Ints:
    """Find the place of each row's highest score; the first of those that tie.

    Examples:
        >>> first_highest(np.array([[1.0, 2.0], [5.0, 5.0]]), 1e-9).tolist()
        [1, 0]
    """
    best = scores.max(axis=1, keepdims=True)
    found: Ints = np.argmax(scores >= best - close, axis=1).astype(np.int64)
    return found


def in_reach(matrix: Floats) -> Floats:
    """Bound prepared numbers so that their squares are finite.

    Examples:
        >>> in_reach(np.array([[-2.0, 1e300]])).tolist()
        [[-2.0, 1e+100]]
    """
    return np.clip(matrix, -_FARTHEST, _FARTHEST)


def select_in_reach(prepared: str, names: Sequence[str]) -> exp.Select:
    """Write the SELECT of prepared numbers bound as by `in_reach`.

    Args:
        prepared: The relation with ``user_id`` and the prepared numbers.
        names: The column of each coordinate that has a say, or "" for those that don't.
    """
    text = "case when :x > :high then :high when :x < :low then :low else :x end"
    low, high = sql.double(-_FARTHEST), sql.double(_FARTHEST)
    bound = [sql.named(sql.sql(text, x=sql.column(name), low=low, high=high), name) for name in names if name]
    return sql.select(sql.column("user_id"), *bound).from_(sql.table(prepared), copy=False)


def highest(names: Sequence[str]) -> exp.Expression:
    """Write the highest of the columns of that name.

    Examples:
        >>> highest(["s1", "s2"]).sql()
        'GREATEST("s1", "s2")'
    """
    columns: list[exp.Expression] = [sql.column(name) for name in names]
    while len(columns) > 1:
        parts = [columns[at : at + _MOST_ARGUMENTS] for at in range(0, len(columns), _MOST_ARGUMENTS)]
        columns = [
            exp.Greatest(this=part[0], expressions=part[1:], ignore_nulls=True) if len(part) > 1 else part[0]
            for part in parts
        ]
    return columns[0]


def chosen(names: Sequence[str], ids: Sequence[int], top: exp.Expression, close: float) -> exp.Expression:
    """Write which id the first score has that comes close to the top.

    Args:
        names: The columns with scores.
        ids: The id that each score stands for.
        top: The highest score.
        close: How close scores must be to tie.
    """
    if len(set(ids)) == 1:
        return sql.literal(ids[0])
    last = max(place for place, ident in enumerate(ids) if ident != ids[-1]) + 1
    cases = exp.Case()
    for name, ident in zip(names[:last], ids[:last], strict=True):
        bar = sql.sql(":top - :close", top=top, close=sql.double(close))
        cases = cases.when(exp.GTE(this=sql.column(name), expression=bar), sql.literal(ident), copy=False)
    return cases.else_(sql.literal(ids[-1]), copy=False)
