"""Which segment a user belongs to, in numpy and as one SQL query that agrees to the last user.

Both take the linear form: the nearest centre c is the one with the highest ``c . x - |c|^2 / 2``, which
is a few multiplications a segment and no square. Scores within `coterie.segments.partition.tolerance`
of each other tie, and the lowest id wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from coterie.segments.partition import nearest, tolerance
from coterie.segments.prepare import matrix
from coterie.segments.values import LARGEST, UNKNOWN
from coterie.sources import sql

if TYPE_CHECKING:
    import pyarrow as pa

    from coterie.segments.segmentation import Segmentation, Step
    from coterie.segments.values import Floats, Ints

#: Rows that are prepared at a time.
CHUNK = 100_000


def centres(segmentation: Segmentation) -> Floats:
    """Return the centres, k x steps, in order of id."""
    return np.array([segment.centre for segment in segmentation.segments], dtype=float).reshape(
        len(segmentation.segments), len(segmentation.steps)
    )


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
    return labels(segmentation.steps, centres(segmentation), rows) + 1


def labels(steps: tuple[Step, ...], middles: Floats, rows: pa.Table) -> Ints:
    """Find the place of each row's nearest centre, preparing `CHUNK` rows at a time."""
    parts = [
        nearest(matrix(steps, rows.slice(start, CHUNK)), middles) for start in range(0, rows.num_rows, CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def assignment(segmentation: Segmentation, relation: str = "features") -> exp.Select:
    """Write the SELECT of ``user_id, segment`` that `assign` computes.

    Args:
        segmentation: A fitted segmentation.
        relation: The table or view with ``user_id`` and the features.

    Returns:
        A query of four steps: known (null filled), scaled, prepared (clipped, weighed), scores.
    """
    used = [place for place, step in enumerate(segmentation.steps) if step.weight > 0]
    if len(segmentation.segments) == 1 or not used:
        only = sql.named(sql.literal(segmentation.segments[0].id), "segment")
        return sql.select(sql.column("user_id"), only).from_(sql.table(relation), copy=False)
    steps = [segmentation.steps[place] for place in used]
    middles = centres(segmentation)[:, used]
    user = sql.column("user_id")
    names = [f"x{place}" for place in range(1, len(steps) + 1)]
    known = sql.select(user, *map(_known, steps, names)).from_(sql.table(relation), copy=False)
    scaled = sql.select(user, *map(_scaled, steps, names)).from_(sql.table("known"), copy=False)
    prepared = sql.select(user, *map(_prepared, steps, names)).from_(sql.table("scaled"), copy=False)
    ids = [segment.id for segment in segmentation.segments]
    each = [_score(centre, names, ident) for centre, ident in zip(middles, ids, strict=True)]
    scores = sql.select(user, *each).from_(sql.table("prepared"), copy=False)
    best = sql.named(_highest(ids, tolerance(middles)), "segment")
    query = sql.select(user, best).from_(sql.table("scores"), copy=False)
    for name, part in (("known", known), ("scaled", scaled), ("prepared", prepared), ("scores", scores)):
        query = query.with_(name, as_=part, copy=False)
    return query


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


def _score(centre: Floats, names: list[str], ident: int) -> exp.Expression:
    total = double(-0.5 * float(np.square(centre).sum()))
    for name, weight in zip(names, centre.tolist(), strict=True):
        product = exp.Mul(this=double(weight), expression=sql.column(name))
        total = exp.Add(this=total, expression=product)
    return sql.named(total, f"s{ident}")


def _highest(ids: list[int], close: float) -> exp.Expression:
    cases = exp.Case()
    for place, ident in enumerate(ids[:-1]):
        mine = sql.sql(":mine + :close", mine=sql.column(f"s{ident}"), close=double(close))
        beats = [exp.GTE(this=mine.copy(), expression=sql.column(f"s{other}")) for other in ids[place + 1 :]]
        cases = cases.when(exp.and_(*beats), sql.literal(ident), copy=False)
    return cases.else_(sql.literal(ids[-1]), copy=False)


def double(value: float) -> exp.Expression:
    """Write a number so that every engine reads a double: with an exponent, to the last digit.

    Examples:
        >>> double(0.5).sql(), double(-2.0).sql()
        ('5e-1', '-2e0')
    """
    text = np.format_float_scientific(abs(value), trim="-", exp_digits=1).replace("e+", "e")
    number = exp.Literal.number(text)
    return exp.Neg(this=number) if value < 0 else number
