"""What users and events are told apart by: a channel, a category, a device, an attribute, a segmentation.

A question about events takes the value that each event has. A question about users takes one value a user:
an attribute, a segment, or the first value that their events had.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Literal, TypeAlias

from coterie.errors import UsageError, did_you_mean
from coterie.events import users
from coterie.project.growing import EVENT_COLUMNS, USER_COLUMNS
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlglot import exp

    from coterie.features.as_of import AsOf
    from coterie.sources.warehouse import Warehouse

#: What stands for no value, and for all values beyond the most common ones.
UNKNOWN, OTHERS = "(unknown)", "(others)"
#: Values that are told by name.
MOST = 11
#: An attribute whose common values hold less than this share of users is more of a name than a group.
_TELLING = 0.5
_BANDS = 4
#: What engines call the types of numbers.
_NUMBERS = frozenset({
    "DOUBLE", "DOUBLE PRECISION", "FLOAT", "FLOAT64", "REAL", "DECIMAL", "NUMERIC", "BIGINT", "INTEGER",
    "INT", "INT64",
})  # fmt: skip

Origin: TypeAlias = Literal["events", "users", "segments"]

_FIRST = """
    select e.user_id, min(:value) as value
    from events as e join (
        select user_id, min(at_us) as first_us from events where not :column is null and at_us < :until
        group by user_id
    ) as firsts on firsts.user_id = e.user_id and firsts.first_us = e.at_us
    group by e.user_id
"""
_OF_EVENTS = "select user_id, :column as value from events where at_us < :until"
_SEGMENTS = """
    select m.user_id, s.name as value from membership as m
    join segments as s on s.segmentation = m.segmentation and s.segment = m.segment
    where m.segmentation = :name
"""
_COMMON = """
    select value, count(*) as n from :rows where not value is null
    group by value order by n desc, value limit :most
"""
_SPREAD = "select count(value) as n, count(distinct value) as distinct_values from :rows"
_CUTS = """
    select tile, max(value) as highest
    from (select value, ntile(:bands) over (order by value) as tile from :rows
        where not value is null) as tiled
    group by tile order by tile
"""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Dimension:
    """What users or events are told apart by.

    Attributes:
        name: As coterie.yaml has it.
        origin: events: each event has its own value; users: each user has one; segments: it is a segment.
        values: Those that are told by name, the most common first; the others are one group.
        of_users: SELECT of ``user_id, value``, at most one row a user.
    """

    name: str
    origin: Origin
    values: tuple[str, ...]
    of_users: exp.Select

    @property
    def column(self) -> str:
        """The column of a user's value in `coterie.growth.people.TABLE`."""
        return f"by_{sql.plain_name(self.name)}"

    def grouped(self, value: exp.Column) -> exp.Expression:
        """Keep the values that are told by name, and name the rest."""
        return sql.sql(
            "case when :value is null then :unknown when :is_common then :value else :others end",
            value=value,
            is_common=value.isin(*self.values),
            unknown=UNKNOWN,
            others=OTHERS,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Dimensions:
    """What the data can tell users and events apart by.

    Attributes:
        found: The dimensions, in the order they were asked for.
        missing: For each that was asked for and has no values, why.
    """

    found: tuple[Dimension, ...]
    missing: tuple[tuple[str, str], ...]

    def named(self, name: str) -> Dimension | None:
        """Find the dimension of that name."""
        return next((one for one in self.found if one.name == name), None)


def dimensions(
    warehouse: Warehouse,
    wanted: Sequence[str] | None,
    at: AsOf,
    sources: Sequence[str] = (),
    also: Sequence[str] = (),
) -> Dimensions:
    """Find what users and events can be told apart by as of a date.

    Args:
        warehouse: Where `events`, `users` and the segments are.
        wanted: Names; default: everything that has values.
        at: Events at or after this date are not seen.
        sources: The names of the sources that hold users, in order.
        also: Names beside these.

    Raises:
        UsageError: There is nothing of a wanted name.
    """
    attributes = {
        name: kind
        for name, kind in warehouse.columns("users").items()
        if name not in ("user_id", "since_us", "acquisition_channel")
    }
    segmentations = _segmentations(warehouse)
    known = [*USER_COLUMNS, *EVENT_COLUMNS, *attributes, *segmentations]
    for name in (*(wanted or ()), *also):
        if name not in known:
            raise UsageError(f"Growth can't be told by {name!r}. {did_you_mean(name, known)}")
    by_source = len(sources) > 1 and "campaign" not in attributes
    default = [name for name in known if name != "item" and (name != "source" or by_source)]
    found, missing = [], []
    for name in dict.fromkeys([*(default if wanted is None else wanted), *also]):
        rows, origin = _rows(warehouse, name, at, sources, segmentations)
        one = _dimension(warehouse, name, origin, rows, attributes.get(name), at)
        if one is None:
            missing.append((name, "no event or user has a value of it"))
        elif wanted is None and name in attributes and name not in also and not _telling(warehouse, one):
            missing.append((name, "nearly every user has a value of their own"))
        else:
            found.append(one)
    return Dimensions(tuple(found), tuple(missing))


def _valued(rows: exp.Select) -> exp.Subquery:
    return rows.subquery("valued")


def _segmentations(warehouse: Warehouse) -> list[str]:
    if not warehouse.columns("segments") or not warehouse.columns("membership"):
        return []
    rows = warehouse.query(sql.sql("select segmentation from segments group by segmentation order by 1"))
    return [str(name) for name in rows.column("segmentation").to_pylist()]


def _rows(
    warehouse: Warehouse, name: str, at: AsOf, sources: Sequence[str], segmentations: Iterable[str]
) -> tuple[exp.Select, Origin]:
    if name in EVENT_COLUMNS:
        return _first(name, at), "events"
    if name == "source":
        return _sources(warehouse, at, sources), "users"
    if name in segmentations:
        return select(_SEGMENTS, name=name), "segments"
    return select("select user_id, :column as value from users", column=sql.column(name)), "users"


def _first(name: str, at: AsOf) -> exp.Select:
    """Give a user the first value of a column of their events; of several at one moment the least."""
    return select(_FIRST, column=sql.column(name), value=sql.column(name, "e"), until=at.us)


def _sources(warehouse: Warehouse, at: AsOf, sources: Sequence[str]) -> exp.Select:
    """Give a user the first source of users that they are in; else the source of their first event."""
    parts = [
        select(
            "select user_id, :place as place, :name as value from :users",
            place=place,
            name=name,
            users=sql.table(users.kept(name)),
        )
        for place, name in enumerate(sources)
        if warehouse.columns(users.kept(name))
    ]
    first = _first("source", at).subquery("firsts", copy=False)
    every: exp.Query = select(
        "select user_id, :place as place, value from :firsts", place=len(sources), firsts=first
    )
    for part in parts:
        every = every.union(part, distinct=False, copy=False)
    return select(
        """select user_id, value from (
            select user_id, value, row_number() over (partition by user_id order by place) as rank_of
            from :every) as ranked where rank_of = 1""",
        every=every.subquery("every_source", copy=False),
    )


def _dimension(
    warehouse: Warehouse, name: str, origin: Origin, rows: exp.Select, kind: str | None, at: AsOf
) -> Dimension | None:
    if origin == "users" and kind is not None and kind.upper() in _NUMBERS:
        return _of_numbers(warehouse, name, rows)
    told = select(_OF_EVENTS, column=sql.column(name), until=at.us) if origin == "events" else rows
    common = warehouse.query(select(_COMMON, rows=_valued(told), most=MOST)).column("value").to_pylist()
    values = tuple(str(value) for value in common)
    return Dimension(name, origin, values, rows) if values else None


def _of_numbers(warehouse: Warehouse, name: str, rows: exp.Select) -> Dimension | None:
    """Tell few numbers by name, and many by bands that hold about as many users each."""
    [spread] = warehouse.query(select(_SPREAD, rows=_valued(rows))).to_pylist()
    if not spread["n"]:
        return None
    few = spread["distinct_values"] <= MOST
    query = (
        select(_COMMON, rows=_valued(rows), most=MOST)
        if few
        else select(_CUTS, rows=_valued(rows), bands=_BANDS)
    )
    found = warehouse.query(query).column("value" if few else "highest").to_pylist()
    cuts = sorted({float(value) for value in found})
    labels = [f"{cut:g}" for cut in cuts] if few else _labels(cuts)
    told: exp.Expression = sql.literal(None)
    for cut, label in zip(reversed(cuts), reversed(labels), strict=True):
        test = sql.sql("value <= :cut", cut=sql.double(cut))
        told = sql.sql("case when :test then :label else :told end", test=test, label=label, told=told)
    banded = select("select user_id, :told as value from :rows", told=told, rows=_valued(rows))
    return Dimension(name, "users", tuple(labels), banded)


def _labels(cuts: Sequence[float]) -> list[str]:
    """Name bands by their bounds.

    Examples:
        >>> _labels([20.0, 35.5, 90.0])
        ['up to 20', 'over 20 to 35.5', 'over 35.5']
    """
    shown = [f"{cut:g}" for cut in cuts]
    if len(shown) == 1:
        return shown
    middle = [f"over {low} to {high}" for low, high in itertools.pairwise(shown[:-1])]
    return [f"up to {shown[0]}", *middle, f"over {shown[-2]}"]


def _telling(warehouse: Warehouse, one: Dimension) -> bool:
    counts = warehouse.query(select(_COMMON, rows=_valued(one.of_users), most=MOST)).column("n").to_pylist()
    [spread] = warehouse.query(select(_SPREAD, rows=_valued(one.of_users))).to_pylist()
    return bool(sum(counts) >= _TELLING * int(spread["n"]))
