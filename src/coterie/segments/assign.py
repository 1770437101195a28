"""Which segment a user belongs to, in numpy and as one SQL query that agrees to the last user.

A fitted segmentation says so by its borders: prototypes (a linear form, k-means and most others), mixtures
(a quadratic form) or conditions on features; see `coterie.segments.borders`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie.features.values import LARGEST, UNKNOWN
from coterie.segments.borders.predicates import Predicates
from coterie.segments.prepare import matrix
from coterie.sources import sql
from coterie.sources.sql import double

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from sqlglot import exp

    from coterie.features.values import Ints
    from coterie.segments.segmentation import Borders, Segmentation, Step

#: Rows that are prepared at a time.
CHUNK = 100_000


def assign(segmentation: Segmentation, rows: pa.Table) -> Ints:
    """Tell the segment of each row.

    Args:
        segmentation: A fitted segmentation.
        rows: A table with the columns it was fitted on; other columns are ignored. Null, and values that
            were not there at the fit, are fine.

    Returns:
        The segment ids, one a row.

    Raises:
        UsageError: A column is missing or holds no numbers.
    """
    ids = np.array([segment.id for segment in segmentation.segments], dtype=np.int64)
    return ids[places(segmentation.steps, segmentation.borders, rows)]


def places(steps: tuple[Step, ...], borders: Borders, rows: pa.Table) -> Ints:
    """Find the place of each row's group, preparing `CHUNK` rows at a time."""
    if isinstance(borders, Predicates):
        return borders.places(rows)
    parts = [
        borders.places(matrix(steps, rows.slice(start, CHUNK))) for start in range(0, rows.num_rows, CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def assignment(segmentation: Segmentation, relation: str = "features") -> exp.Select:
    """Write the SELECT of ``user_id, segment`` that `assign` computes.

    Args:
        segmentation: A fitted segmentation.
        relation: The table or view with ``user_id`` and the features.

    Returns:
        A query in steps: known (null filled), scaled, prepared (clipped, weighed), and those of the borders.
    """
    ids = [segment.id for segment in segmentation.segments]
    borders = segmentation.borders
    if isinstance(borders, Predicates):
        return in_steps(borders.query(relation, ids))
    used = [step for step in segmentation.steps if step.weight > 0]
    if len(ids) == 1 or not used:
        only = sql.named(sql.literal(ids[0]), "segment")
        return sql.select(sql.column("user_id"), only).from_(sql.table(relation), copy=False)
    names = [f"x{place}" for place in range(1, len(used) + 1)]
    of_step = iter(names)
    all_names = [next(of_step) if step.weight > 0 else "" for step in segmentation.steps]
    return in_steps(preparation(used, names, relation) | borders.query("prepared", all_names, ids))


def in_steps(parts: dict[str, exp.Select]) -> exp.Select:
    """Write the last query with the others, which it rests on, before it."""
    *_, last = parts
    query = parts.pop(last)
    for name, part in parts.items():
        query = query.with_(name, as_=part, copy=False)
    return query


def preparation(steps: Sequence[Step], names: Sequence[str], relation: str) -> dict[str, exp.Select]:
    """Write the steps from features to prepared numbers: known, scaled, prepared; the last is the answer."""
    user = sql.column("user_id")
    known = sql.select(user, *map(_known, steps, names)).from_(sql.table(relation), copy=False)
    scaled = sql.select(user, *map(_scaled, steps, names)).from_(sql.table("known"), copy=False)
    prepared = sql.select(user, *map(_prepared, steps, names)).from_(sql.table("scaled"), copy=False)
    return {"known": known, "scaled": scaled, "prepared": prepared}


def _known(step: Step, name: str) -> exp.Expression:
    column = sql.column(step.feature)
    if step.category is not None:
        text = "case when coalesce(:column, :unknown) = :category then 1e0 else 0e0 end"
        found = sql.sql(text, column=column, unknown=UNKNOWN, category=step.category)
    else:
        # NaN and infinities are beyond the bounds on every engine, and null is never within.
        number = sql.sql("cast(:column as double)", column=column)
        text = "case when :number between :low and :high then :number else :fill end"
        low, high, fill = map(double, (-LARGEST, LARGEST, step.fill))
        found = sql.sql(text, number=number, low=low, high=high, fill=fill)
    return sql.named(found, name)


def _scaled(step: Step, name: str) -> exp.Expression:
    value: exp.Expression = sql.column(name)
    if step.log:
        value = sql.sql("case when :x >= 0e0 then ln(1e0 + :x) else -ln(1e0 - :x) end", x=value)
    text = "(:x - :centre) / :scale"
    return sql.named(sql.sql(text, x=value, centre=double(step.centre), scale=double(step.scale)), name)


def _prepared(step: Step, name: str) -> exp.Expression:
    value: exp.Expression = sql.column(name)
    if step.clip is not None:
        text = "case when :x > :high then :high when :x < :low then :low else :x end"
        value = sql.sql(text, x=value, low=double(-step.clip), high=double(step.clip))
    return sql.named(sql.sql(":x * :weight", x=value, weight=double(step.weight)), name)
