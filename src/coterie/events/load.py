"""Load the sources of a project: what is new is read, mapped, kept or set aside with a reason, and counted.

A unit (a file, a table) is loaded once for each content and mapping, and replaced as a whole when either
changes. Each source is one transaction, so whatever interrupts a load leaves whole sources behind.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from typing import TYPE_CHECKING

from coterie import errors
from coterie.events import changed, clock, columns, event, in_database, ledger, mapping, repeats, users
from coterie.events.loading import Loading
from coterie.progress import quiet
from coterie.sources import dialects, reading

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from sqlglot import exp

    from coterie.events.fields import Field
    from coterie.events.mapping import Mapped
    from coterie.progress import Progress
    from coterie.project.settings import Project
    from coterie.project.sourcing import Source
    from coterie.sources.relation import Counted, Relation
    from coterie.sources.warehouse import Warehouse

#: Part of every fingerprint: rows mapped by an older coterie are loaded anew when it changes.
_MAPPED_SINCE = 1


@dataclasses.dataclass(frozen=True)
class _Task:
    """Units of one source that are to be loaded now.

    Attributes:
        source: The source.
        fingerprints: By unit, of the units to load.
    """

    source: Source
    fingerprints: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class _Ready(_Task):
    """Units of one source that can be read.

    Attributes:
        relations: How they are read, each with its fields.
        reader: Where they are read and mapped.
    """

    relations: tuple[tuple[Relation, Mapping[str, Field]], ...]
    reader: Warehouse


def load(
    warehouse: Warehouse, project: Project, *, run_id: str, now: dt.datetime, progress: Progress = quiet
) -> Loading:
    """Bring the tables of events and users up to date with the sources.

    Args:
        warehouse: Where the tables are.
        project: What is loaded.
        run_id: Written beside each row that is set aside and in the ledger.
        now: When the run began, with a time zone; times more than a day later are in the future.
        progress: Is told which source is being loaded.

    Returns:
        What was read, used and set aside, of each unit.

    Raises:
        SourceError: A source can't be read, or its times count in another unit; nothing of it was changed.
        ProjectError: The mapping names columns that are not there; nothing was changed.
    """
    event.make_tables(warehouse)
    known = ledger.fingerprints(warehouse)
    left = _leave(warehouse, project, known)
    with contextlib.ExitStack() as stack:
        present, pending, tables = _chosen(stack, warehouse, project, known, run_id)
        ready = _opened(stack, warehouse, project, pending, tables)
        for done, task in enumerate(ready):
            progress(f"loading {task.source.name}", done, len(ready))
            _load(warehouse, project, task, run_id, now)
        if ready:
            progress("loaded", len(ready), len(ready))
    totals = ledger.totals(warehouse)
    vanished = [
        (source, unit)
        for source, found in present.items()
        for unit in known.get(source, {})
        if unit not in found
    ]
    fresh = {(task.source.name, unit) for task in pending for unit in task.fingerprints}
    return Loading(
        units=ledger.unit_counts(warehouse, fresh),
        changed=bool(pending) or left,
        users=totals.users,
        events=totals.events,
        vanished=tuple(vanished),
    )


@contextlib.contextmanager
def due(warehouse: Warehouse, project: Project) -> Iterator[list[_Ready]]:
    """Make what a load would read readable for a while, and read none of it."""
    known = ledger.fingerprints(warehouse) if warehouse.columns("units") else {}
    with contextlib.ExitStack() as stack:
        _, pending, tables = _chosen(stack, warehouse, project, known, "")
        yield _opened(stack, warehouse, project, pending, tables)


def _chosen(
    stack: contextlib.ExitStack,
    warehouse: Warehouse,
    project: Project,
    known: Mapping[str, Mapping[str, str]],
    run_id: str,
) -> tuple[dict[str, dict[str, str]], list[_Task], dict[str, in_database.Table]]:
    """Find the units that are there, which of them to load, and the sources that are tables of databases."""
    tables = in_database.tables(stack, warehouse, project.sources)
    present = {
        source.name: _present(source, project, known, run_id, tables.get(source.name))
        for source in project.sources
    }
    tasks = [
        _task(
            warehouse, source, present[source.name], known.get(source.name, {}), table=tables.get(source.name)
        )
        for source in project.sources
    ]
    return present, [task for task in tasks if task.fingerprints], tables


def _leave(warehouse: Warehouse, project: Project, known: dict[str, dict[str, str]]) -> bool:
    """Take out the rows of sources that the project no longer has, or a renamed one would count twice."""
    gone = [name for name in known if name not in {source.name for source in project.sources}]
    for name in gone:
        with warehouse.transaction():
            units = known.pop(name)
            changed.note_events(warehouse, name, units)
            changed.note_users(warehouse, users.kept(name))
            event.show(warehouse, [source.name for source in project.sources])
            warehouse.drop(event.kept(name))
            ledger.forget(warehouse, name, units)
            warehouse.drop(users.kept(name))
            users.rebuild(warehouse, project.sources)
    if not warehouse.columns("users"):
        users.rebuild(warehouse, project.sources)
    return bool(gone)


def _present(
    source: Source,
    project: Project,
    known: Mapping[str, Mapping[str, str]],
    run_id: str,
    table: in_database.Table | None,
) -> dict[str, str]:
    """Units that are there, with the fingerprint of their content and mapping."""
    settings = f"{_MAPPED_SINCE}{source.model_dump_json(exclude={'name', 'table', 'late_days'})}"
    mapped = hashlib.blake2b(settings.encode(), digest_size=8).hexdigest()
    if table is None:
        units = reading.units(source, project.folder, missing_ok=source.name in known)
    else:
        units = table.units(known.get(source.name, {}))
    return {unit.name: f"{unit.fingerprint or run_id};{mapped}" for unit in units}


def _task(
    warehouse: Warehouse,
    source: Source,
    present: Mapping[str, str],
    known: Mapping[str, str],
    *,
    table: in_database.Table | None,
) -> _Task:
    """Choose the units to load: new and changed ones, and those whose rows depend on them."""
    fresh = {unit for unit, fingerprint in present.items() if known.get(unit) != fingerprint}
    if fresh and (source.users is not None or source.duplicates == "set_aside"):
        fresh = set(present)
    elif any(unit in known for unit in fresh):
        # What a changed unit no longer holds may be kept by another one that repeated it.
        aside = ledger.reasons(warehouse, source.name)
        fresh |= {unit for unit in present if mapping.REPEATED_EVENT in aside.get(unit, {})}
    if table is not None and known:
        fresh |= table.sharing(sorted(fresh), known) & set(present)
    return _Task(source, {unit: present[unit] for unit in present if unit in fresh})


def _opened(
    stack: contextlib.ExitStack,
    warehouse: Warehouse,
    project: Project,
    tasks: Sequence[_Task],
    tables: Mapping[str, in_database.Table],
) -> list[_Ready]:
    """Make every source readable and check every mapping before the first row is loaded."""
    ready: list[_Ready] = []
    mistakes: list[str] = []
    beside = stack.enter_context(reading.reader(warehouse))
    for task in tasks:
        table, names = tables.get(task.source.name), list(task.fingerprints)
        reader = beside if table is None else table.target(beside)
        try:
            if table is not None:
                relations: tuple[Relation, ...] = (stack.enter_context(table.opened(names, reader)),)
            else:
                wanted = columns.wanted(task.source)
                opened = reading.opened(reader, task.source, project.folder, names, wanted)
                relations = stack.enter_context(opened)
            resolved = tuple(
                (relation, columns.resolve(reader, task.source, relation)) for relation in relations
            )
        except errors.ProjectError as error:
            mistakes += error.mistakes
        else:
            ready.append(_Ready(task.source, task.fingerprints, resolved, reader))
    if mistakes:
        raise errors.ProjectError(mistakes)
    return ready


def _load(warehouse: Warehouse, project: Project, task: _Ready, run_id: str, now: dt.datetime) -> None:
    """Replace the units of a task, or leave everything as it was."""
    source = task.source
    if source.events is not None:  # columns without rows change nothing, and some engines commit them at once
        event.prepare(warehouse, source)
        event.show(warehouse, [source.name for source in project.sources])
        if warehouse.dialect in dialects.DECLARING:
            event.declare(warehouse, source.name, _letters(task))
    known = ledger.fingerprints(warehouse).get(source.name, {})
    with warehouse.transaction():
        # The users of a source are few, and are replaced together.
        stale = sorted(known if source.users else set(known) & set(task.fingerprints))
        ledger.forget(warehouse, source.name, stale)
        if stale:
            changed.note_events(warehouse, source.name, stale)
            event.remove(warehouse, source.name, stale)
        changed.note_users(warehouse, users.kept(source.name))
        described = bool(warehouse.columns(users.kept(source.name)))
        warehouse.drop(users.kept(source.name))
        types = (
            users.attribute_types(source, [fields for _, fields in task.relations]) if source.users else {}
        )
        if source.users:
            users.make(warehouse, source, types)
        for relation, fields in task.relations:
            _load_relation(warehouse, task, relation, fields, types=types, run_id=run_id, now=now)
        if source.users or described:
            users.rebuild(warehouse, project.sources)
        changed.note_events(warehouse, source.name, task.fingerprints)
        changed.note_users(warehouse, users.kept(source.name))


def _letters(task: _Ready) -> dict[str, int]:
    """The most letters of each field of text in the rows of a task, and of the names of its units."""
    most = {"unit": max(map(len, task.fingerprints))}
    for relation, fields in task.relations:
        for name, letters in task.reader.query(mapping.lengths(relation, fields)).to_pylist()[0].items():
            most[name] = max(most.get(name, 1), letters or 1)
    return most


def _load_relation(
    warehouse: Warehouse,
    task: _Ready,
    relation: Relation,
    fields: Mapping[str, Field],
    *,
    types: Mapping[str, str],
    run_id: str,
    now: dt.datetime,
) -> None:
    """Use or set aside every row of a relation, and check that none is lost."""
    source, reader = task.source, task.reader
    counted = relation.count(reader)
    mapped = _mapped(source, relation, fields, types, now)
    if source.users is not None or mapped.key is not None:
        mapped = _mapped(source, relation.with_numbers(counted), fields, types, now)
    repeated = None
    if mapped.key is not None:
        repeated = repeats.find(reader, mapped, _known_keys(warehouse, source, reader))
    rows = mapped.rows(repeats=repeated)
    if source.users is not None:
        users.add(warehouse, rows, source, types, reader)
        used = users.counts(warehouse, source.name)
    else:
        event.add(warehouse, rows, source.name, reader)
        used = event.counts(warehouse, source.name)
    if any(used.get(unit, 0) != readable for unit, readable in counted.readable.items()):
        numbered = _mapped(source, relation.with_numbers(counted), fields, types, now)
        aside_rows = numbered.rows(repeats=repeated, recorded=True)
        ledger.set_aside(warehouse, source.name, aside_rows, run_id, reader)
    ledger.set_unreadable_aside(warehouse, source.name, relation, mapping.UNREADABLE_ROW, run_id, reader)
    repeats.forget(reader)
    aside = ledger.reasons(warehouse, source.name)
    if source.events is not None:
        _check_clock(reader, source, relation, fields["at"], counted, aside, now)
    ledger.check(source.name, counted, used, aside)
    ledger.write(
        warehouse, source.name, counted, used, fingerprints=task.fingerprints, run_id=run_id, loaded_at=now
    )


def _mapped(
    source: Source,
    relation: Relation,
    fields: Mapping[str, Field],
    types: Mapping[str, str],
    now: dt.datetime,
) -> Mapped:
    if source.users is not None:
        return mapping.users(relation, fields, types, now)
    return mapping.events(source, relation, fields, now)


def _known_keys(warehouse: Warehouse, source: Source, reader: Warehouse) -> exp.Select | None:
    """Select, where rows are read, the keys that rows loaded before have taken; None if there are none."""
    if source.users is None and source.events is not None and source.events.event_id is None:
        return None  # rows equal as a whole are compared among all files of the source at once
    known = users.keys(source) if source.users is not None else event.keys(source.name)
    if not warehouse.query(known.limit(1)).num_rows:
        return None
    return known if reader is warehouse else repeats.brought(known, warehouse, reader)


def _check_clock(
    reader: Warehouse,
    source: Source,
    relation: Relation,
    at: Field,
    counted: Counted,
    aside: Mapping[str, Mapping[str, int]],
    now: dt.datetime,
) -> None:
    times = (mapping.UNREADABLE_TIME, mapping.EARLY, mapping.LATE)
    wrong = sum(aside.get(unit, {}).get(reason, 0) for unit in relation.units for reason in times)
    if wrong * 2 > sum(counted.readable.values()):
        clock.check_unit(reader, source, relation, at, mapping.microseconds(now + mapping.TOLERANCE))
