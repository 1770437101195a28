"""Who moved and why: which features changed most for those who moved, against those who stayed.

All sums are taken in the warehouse; what comes out is a row a flow.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from coterie.features.values import LARGEST, UNKNOWN
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coterie.segments.segmentation import Step
    from coterie.sources.warehouse import Warehouse

#: Reasons that are told of each flow, each from another family of features.
REASONS = 3
#: Change against those who stayed, in standard deviations, below which a feature is no reason.
TELLING = 0.2

_Z = 1.959963984540054
_TINY = 1e-12

_JOINED = """
select p.segment_before, p.segment_after
from :pairs join :before on b.user_id = p.user_id join :after on a.user_id = p.user_id
"""
_SUMMED = """
select segment_before, segment_after, count(*) as users
from :rows group by segment_before, segment_after
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """How one feature changed for those who moved.

    Attributes:
        feature: The feature.
        category: For a categorical feature, the value.
        effect: Mean change of those who moved less that of those who stayed, in everyone's standard
            deviations of the prepared number.
        low: Lower end of its 95 % interval.
        high: Upper end.
        moved: Mean change of those who moved, in the same unit.
        stayed: Mean change of those who stayed.
        before: Mean of those who moved then, in the feature's own unit (categories: the share); nulls are
            left out. ``None`` if nobody had a value.
        after: Their mean now.
    """

    feature: str
    category: str | None
    effect: float
    low: float
    high: float
    moved: float
    stayed: float
    before: float | None
    after: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Movers:
    """Those who went from one segment to another, and why.

    Attributes:
        before: The segment they were in.
        after: The segment they are in.
        users: How many.
        share: Of all who were in `before`.
        by_border: Share of them whom the segments of now would have put where they are on their numbers of
            then: the border moved, not they. ``None`` if that isn't known.
        reasons: What changed most for them, strongest first; none if nothing sets them apart from those who
            stayed.
    """

    before: int
    after: int
    users: int
    share: float
    by_border: float | None
    reasons: tuple[Reason, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Sums:
    """What is summed up of one flow and one prepared number.

    Attributes:
        users: How many users.
        change: Sum of the changes.
        squares: Sum of their squares.
        now: Sum of the numbers now.
        now_squares: Sum of their squares.
        before: Sum of the values then, in the feature's own unit.
        known_before: How many had one.
        after: Sum of the values now.
        known_after: How many have one.
    """

    users: int
    change: float
    squares: float
    now: float
    now_squares: float
    before: float
    known_before: int
    after: float
    known_after: int


_FIELDS = tuple(field.name for field in dataclasses.fields(Sums))[1:]

Pair = tuple[int, int]


def changes(
    warehouse: Warehouse, pairs: exp.Select, tables: tuple[str, str], steps: Sequence[Step]
) -> dict[Pair, tuple[Sums, ...]]:
    """Sum up how each prepared number changed, by segments before and after.

    Args:
        warehouse: What runs the SQL.
        pairs: A SELECT of ``user_id, segment_before, segment_after``, each user once.
        tables: The features as of the earlier date and as of the later, both with the columns of `steps`.
        steps: How they are prepared.

    Returns:
        For each pair of segments, one entry a step.
    """
    inner = _joined(pairs, tables, steps)
    outer = select(_SUMMED, rows=inner.subquery("r", copy=False))
    columns = [sql.named(sql.sql(text, **parts), name) for name, text, parts in _summed(len(steps))]
    found = warehouse.query(outer.select(*columns, copy=False))
    return {
        (row["segment_before"], row["segment_after"]): _sums(row, len(steps)) for row in found.to_pylist()
    }


def _joined(pairs: exp.Select, tables: tuple[str, str], steps: Sequence[Step]) -> exp.Select:
    before, after = tables
    joined = select(
        _JOINED,
        pairs=pairs.subquery("p"),
        before=_called(before, "b"),
        after=_called(after, "a"),
    )
    columns: list[exp.Expression] = []
    for at, step in enumerate(steps):
        for side in ("b", "a"):
            columns.append(sql.named(_value(step, side), f"{side}{at}"))
            columns.append(sql.named(_prepared(step, side), f"{side}p{at}"))
    return joined.select(*columns, copy=False)


def _called(table: str, name: str) -> exp.Expression:
    found = sql.table(table)
    found.set("alias", exp.TableAlias(this=exp.to_identifier(name)))
    return found


def _value(step: Step, side: str) -> exp.Expression:
    """The value in the feature's own unit, null where there is none; for categories whether it is theirs."""
    column = sql.column(step.feature, side)
    if step.category is not None:
        text = "case when coalesce(:column, :unknown) = :category then 1e0 else 0e0 end"
        return sql.sql(text, column=column, unknown=UNKNOWN, category=step.category)
    number = sql.sql("cast(:column as double)", column=column)
    low, high = sql.double(-LARGEST), sql.double(LARGEST)
    text = "case when :number between :low and :high then :number end"
    return sql.sql(text, number=number, low=low, high=high)


def _prepared(step: Step, side: str) -> exp.Expression:
    """The prepared number without its weight; not clipped, so that all of a change counts."""
    value = sql.sql("coalesce(:value, :fill)", value=_value(step, side), fill=sql.double(step.fill))
    if step.log:
        value = sql.sql("case when :x >= 0e0 then ln(1e0 + :x) else -ln(1e0 - :x) end", x=value)
    centre, scale = sql.double(step.centre), sql.double(step.scale)
    return sql.sql("(:x - :centre) / :scale", x=value, centre=centre, scale=scale)


def _summed(count: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for at in range(count):
        parts = {name: sql.column(f"{name}{at}") for name in ("b", "a", "bp", "ap")}
        texts = (
            "sum(:ap - :bp)",
            "sum((:ap - :bp) * (:ap - :bp))",
            "sum(:ap)",
            "sum(:ap * :ap)",
            "coalesce(sum(:b), 0e0)",
            "count(:b)",
            "coalesce(sum(:a), 0e0)",
            "count(:a)",
        )
        for field, text in zip(_FIELDS, texts, strict=True):
            yield f"{field}_{at}", text, parts


def _sums(row: Mapping[str, Any], count: int) -> tuple[Sums, ...]:
    return tuple(Sums(row["users"], *(row[f"{field}_{at}"] for field in _FIELDS)) for at in range(count))


def reasons(
    sums: Mapping[Pair, Sequence[Sums]],
    pair: Pair,
    steps: Sequence[Step],
    *,
    stayed: Sequence[Pair],
    families: Mapping[str, str] | None = None,
    most: int = REASONS,
) -> tuple[Reason, ...]:
    """Find what changed most for those who went from one segment to another.

    They are compared with those who stayed in the segment they left, or with all others if nobody did. A
    feature is a reason if its change differs by `TELLING` and its interval leaves out zero; of a family,
    which says much the same, the strongest is told.

    Args:
        sums: Of `changes`.
        pair: The segments before and after.
        steps: Those that were summed up.
        stayed: The pairs of those who stayed with the segment they left; none if nothing continues it.
        families: The family of each feature; one not named is its own.
        most: Reasons to tell at most.
    """
    against = [one for one in stayed if one in sums] or [other for other in sums if other != pair]
    if pair not in sums or not against:
        return ()
    found = [
        _reason(step, sums[pair][at], [sums[other][at] for other in against], _spread(sums, at))
        for at, step in enumerate(steps)
    ]
    told: dict[str, Reason] = {}
    for one in sorted(found, key=lambda one: -abs(one.effect)):
        if abs(one.effect) >= TELLING and not one.low <= 0 <= one.high:
            told.setdefault((families or {}).get(one.feature, one.feature), one)
    return tuple(told.values())[:most]


def _reason(step: Step, moved: Sums, against: Sequence[Sums], spread: float) -> Reason:
    mean, other = _mean([moved]), _mean(against)
    users = sum(one.users for one in against)
    left = _squares([moved], mean) + _squares(against, other)
    # One variance for both, as a flow may be of one user.
    variance = left / max(moved.users + users - 2, 1)
    half = _Z * math.sqrt(variance * (1 / moved.users + 1 / users)) / spread
    effect = (mean - other) / spread
    return Reason(
        feature=step.feature,
        category=step.category,
        effect=effect,
        low=effect - half,
        high=effect + half,
        moved=mean / spread,
        stayed=other / spread,
        before=moved.before / moved.known_before if moved.known_before else None,
        after=moved.after / moved.known_after if moved.known_after else None,
    )


def _mean(groups: Sequence[Sums]) -> float:
    return sum(one.change for one in groups) / sum(one.users for one in groups)


def _squares(groups: Sequence[Sums], mean: float) -> float:
    """Sum of squared distances of the changes from their mean."""
    users = sum(one.users for one in groups)
    return max(sum(one.squares for one in groups) - users * mean * mean, 0.0)


def _spread(sums: Mapping[Pair, Sequence[Sums]], at: int) -> float:
    """Everyone's standard deviation of a prepared number; 1 where all are alike."""
    users = sum(each[at].users for each in sums.values())
    mean = sum(each[at].now for each in sums.values()) / users
    variance = sum(each[at].now_squares for each in sums.values()) / users - mean * mean
    return math.sqrt(variance) if variance > _TINY else 1.0
