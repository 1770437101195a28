"""What a run would make of the sources, told by a sample of each; nothing is written."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from coterie.errors import CoterieError
from coterie.events import columns, in_database, mapping
from coterie.progress import quiet
from coterie.shown import Shown
from coterie.sources import connect, reading, sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pyarrow as pa

    from coterie.progress import Progress
    from coterie.project.settings import Project
    from coterie.project.sourcing import Source
    from coterie.sources.relation import Relation
    from coterie.sources.warehouse import Warehouse

#: Rows that are looked at in each unit.
SAMPLE = 10_000

#: Units that are looked at in each source: the first and the last ones by name.
_UNITS_EACH_END = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """What a sample of a source shows.

    Attributes:
        source: Its name.
        what: events or users.
        units: How many files or tables it has.
        rows: Rows that were looked at.
        used: Those that would be used.
        set_aside: For each reason, rows that would be set aside.
        kinds: For each kind of event, how often it was seen.
        first: The earliest time seen (UTC).
        last: The latest.
        values: For each attribute that says who was treated or what happened, its values.
        mistakes: What is wrong with the source, in sentences; empty if it can be read.
    """

    source: str
    what: str
    units: int = 0
    rows: int = 0
    used: int = 0
    set_aside: tuple[tuple[str, int], ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    values: tuple[tuple[str, frozenset[str]], ...] = ()
    mistakes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Preview(Shown):
    """What a run would make of the sources."""

    looks: tuple[Look, ...]

    @property
    def fine(self) -> bool:
        """Whether a run could read every source and use something of it."""
        return all(not look.mistakes for look in self.looks)

    def caption(self) -> str:
        """Say in a line how it looks."""
        wrong = sum(1 for look in self.looks if look.mistakes)
        return (
            f"{wrong} of {len(self.looks)} sources can't be used."
            if wrong
            else "A run can read every source."
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a source."""
        import pyarrow as pa

        return pa.Table.from_pylist(
            [{"source": one.source, "what": one.what, "units": one.units, "rows": one.rows, "used": one.used}
             for one in self.looks]
        )  # fmt: skip


def preview(project: Project, *, progress: Progress = quiet, now: dt.datetime | None = None) -> Preview:
    """Look at a sample of every source in memory, and say what a run would make of it.

    Repeated rows can't be told from a sample, so that a run may set more rows aside.

    Args:
        project: The project.
        progress: Told how far it is.
        now: The time of the run; events after it would be set aside as being in the future.
    """
    moment = now or dt.datetime.now(dt.UTC)
    looks = []
    with contextlib.closing(connect.connect("duckdb://")) as warehouse:
        for i, source in enumerate(project.sources):
            progress("looking at sources", i, len(project.sources))
            looks.append(_look(warehouse, project, source, moment))
    progress("looking at sources", len(project.sources), len(project.sources))
    return Preview(tuple(looks))


def _look(warehouse: Warehouse, project: Project, source: Source, now: dt.datetime) -> Look:
    what = "events" if source.events else "users"
    told = {name for one in project.uplift.values() for name in one.attributes}
    try:
        with contextlib.ExitStack() as stack:
            table = _table(stack, project, source)
            if table is not None:
                sample = _sampled(table.place, source, table.sample(), now, told)
                return _summed(source.name, what, 1, [sample])
        names = [unit.name for unit in reading.units(source, project.folder)]
        chosen = list(dict.fromkeys([*names[:_UNITS_EACH_END], *names[-_UNITS_EACH_END:]]))
        wanted = columns.wanted(source)
        with reading.opened(warehouse, source, project.folder, chosen, wanted) as relations:
            found = [_sampled(warehouse, source, relation, now, told) for relation in relations]
    except CoterieError as error:  # told with those of the other sources
        return Look(source.name, what, mistakes=tuple(str(error).split("\n")))
    return _summed(source.name, what, len(names), found)


def _table(stack: contextlib.ExitStack, project: Project, source: Source) -> in_database.Table | None:
    """The table of a database that a source is, if it is one."""
    here = None
    if in_database.is_here(source, project.warehouse):
        here = stack.enter_context(contextlib.closing(connect.connect(project.warehouse, project.folder)))
    opening = in_database.place(source, here)
    return None if opening is None else in_database.Table(source, stack.enter_context(opening))


@dataclasses.dataclass(frozen=True, slots=True)
class _Sample:
    """Rows counted by what becomes of them and by kind, and values of attributes."""

    rows: list[dict[str, Any]]
    values: dict[str, set[str]]


def _sampled(
    warehouse: Warehouse, source: Source, relation: Relation, now: dt.datetime, told: Collection[str]
) -> _Sample:
    """Look at a sample of rows; of the attributes in `told` at the values, too."""
    fields = columns.resolve(warehouse, source, relation)
    few = _numbered(relation)
    named = [name for name in told if source.users is not None and name in fields]
    mapped = (
        mapping.events(source, few, fields, now)
        if source.events
        else mapping.users(few, fields, dict.fromkeys(named, "text"), now)
    )
    kind, us = (sql.column("kind"), sql.column("at_us")) if source.events else (exp.null(), exp.null())
    counted = sql.sql(
        """select reason, :kind as kind, count(*) as n, min(:us) as first_us, max(:us) as last_us
        from :rows group by 1, 2""",
        kind=kind,
        us=us,
        rows=mapped.rows().subquery("sampled"),
    )
    values = {name: _distinct(warehouse, mapped.rows(), name) for name in named}
    return _Sample(warehouse.query(counted).to_pylist(), values)


def _distinct(warehouse: Warehouse, rows: exp.Select, name: str) -> set[str]:
    found = select(
        "select distinct :value as value from :rows where reason is null and not :value is null",
        value=sql.column(name),
        rows=rows.subquery("sampled"),
    )
    return set(warehouse.query(found)["value"].to_pylist())


def _numbered(relation: Relation) -> Relation:
    """The first rows of a relation, numbered."""
    rows = relation.rows.limit(SAMPLE)
    if not relation.numbered:
        rows = select("select *, row_number() over () as coterie_row from :rows", rows=rows.subquery("few"))
    return dataclasses.replace(relation, rows=rows, numbered=True)


def _summed(source: str, what: str, units: int, samples: Sequence[_Sample]) -> Look:
    rows = [row for sample in samples for row in sample.rows]
    names = {name for sample in samples for name in sample.values}
    used = [row for row in rows if row["reason"] is None]
    times = [row[end] for row in used for end in ("first_us", "last_us") if row[end] is not None]
    look = Look(
        source,
        what,
        units,
        rows=sum(row["n"] for row in rows),
        used=sum(row["n"] for row in used),
        set_aside=_counts(rows, "reason"),
        kinds=_counts(used, "kind"),
        first=_time(min(times)) if times else None,
        last=_time(max(times)) if times else None,
        values=tuple(
            (name, frozenset().union(*(sample.values.get(name, ()) for sample in samples)))
            for name in sorted(names)
        ),
    )
    if look.used:
        return look
    why = ", ".join(f"{reason} ({n:,} rows)" for reason, n in look.set_aside) or "it has no rows"
    sentence = f"Source {source!r}: none of its rows can be used: {why}."
    return dataclasses.replace(look, mistakes=(sentence,))


def _counts(rows: list[dict[str, Any]], key: str) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for row in rows:
        if row[key] is not None:
            counts[row[key]] = counts.get(row[key], 0) + row["n"]
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _time(us: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=us)
