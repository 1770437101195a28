"""What a run would do: its statements in order, with their steps and tables, and nothing written."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie import profile_columns, profiles, runs
from coterie.events import days, event, load, mapping, users
from coterie.features import build
from coterie.features.feature import FeatureTable
from coterie.shown import Shown
from coterie.sources import connect
from coterie.sources.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coterie.events.fields import Field
    from coterie.project.settings import Project
    from coterie.project.sourcing import Source
    from coterie.sources.recording import Noted
    from coterie.sources.relation import Relation
    from coterie.sources.warehouse import Warehouse

#: Stands for the id of the run that is planned.
RUN = "the run that is planned"


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Plan(Shown):
    """What a run would do.

    Attributes:
        noted: Statements, in order.
        unsure: Steps whose statements may read otherwise, because of what an earlier step finds.
        open: For each step of which statements are missing, what they depend on.
        nothing_new: Whether a run would find the data and coterie.yaml as the last run left them.
        dialect: Of the warehouse.
    """

    noted: tuple[Noted, ...]
    unsure: tuple[str, ...]
    open: tuple[tuple[str, str], ...]
    nothing_new: bool
    dialect: str = "duckdb"

    def unsure_of(self, one: Noted) -> bool:
        """Whether a statement may read otherwise, because of what is found before it."""
        return one.depends or one.step in self.unsure

    def caption(self) -> str:
        """Say how many statements there are, and how many depend on what is found."""
        if self.nothing_new:
            return "A run would find nothing new and do nothing."
        depend = sum(1 for one in self.noted if self.unsure_of(one))
        writes = sum(1 for one in self.noted if one.writes)
        return (
            f"{len(self.noted)} statements, {writes} of which write; {depend} statements depend on what is "
            "found. Nothing was written."
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a statement: step, table, SQL in DuckDB's dialect, and what is known of it."""
        return pa.Table.from_pylist(
            [
                {
                    "step": one.step,
                    "table": one.table,
                    "writes": one.writes,
                    "depends": self.unsure_of(one),
                    "rows": one.reads.rows,
                    "bytes": one.reads.bytes,
                    "sql": one.tree.sql(dialect="duckdb"),
                }
                for one in self.noted
            ]
        )


def plan(project: Project, *, now: dt.datetime | None = None) -> Plan:
    """List the statements that a run would run, without running any that writes.

    Statements that read are run where later ones depend on their answer. What is loaded changes what features
    there are, and what is fitted is not known before: where the warehouse holds a last run, its state stands
    for what will be found, and the statements are marked. Where files are read beside the warehouse, a
    statement that adds their rows is shown as one, and runs as a read there and a write here.

    Args:
        project: What would be run.
        now: The time of the run; default: the clock.
    """
    moment = now or dt.datetime.now(dt.UTC)
    with contextlib.closing(_there(project)) as real:
        return _planned(Recording(real), project, moment)


def _there(project: Project) -> Warehouse:
    """The warehouse; an empty one in memory where opening it would make a file."""
    if connect.system(project.warehouse) in connect.IN_FILES:
        _, file, _ = connect.split(project.warehouse)
        if file is not None and not (project.folder / file).exists():
            return connect.connect("duckdb://")
    return connect.connect(project.warehouse, project.folder)


def _planned(warehouse: Recording, project: Project, now: dt.datetime) -> Plan:
    warehouse.begin("what is new")
    missing: list[tuple[str, str]] = []
    last = runs.last(warehouse)
    with load.due(warehouse, project) as due:
        if last is not None and not due and last["settings"] == runs.settings_fingerprint(project):
            return Plan(warehouse.noted, (), (), nothing_new=True, dialect=warehouse.dialect)
        for task in due:
            step = f"load {task.source.name}"
            warehouse.begin(step)
            _loading(warehouse, task.source, task.relations, now)
            missing.append(
                (step, "rows that repeat others or can't be used are found and set aside after it")
            )
    later = ["days", "features", *(f"segments {name}" for name in project.segments), "membership", "profiles"]
    if last is None:
        why = "it depends on what is loaded; after a first run it can be told"
        open_ = (*missing, *((step, why) for step in later))
        return Plan(warehouse.noted, (), open_, nothing_new=False, dialect=warehouse.dialect)
    table = _features(warehouse, project, now)
    missing += _segments(warehouse, project, table)
    missing.append(("report", "the history, what is foretold and the report are made from the tables above"))
    fitted = [name for name in project.segments if project.segments[name].update != "freeze"]
    unsure = [*(later[:2] if due else []), *(later[2:] if due or fitted else [])]
    open_ = tuple(missing)
    return Plan(warehouse.noted, tuple(unsure), open_, nothing_new=False, dialect=warehouse.dialect)


def _loading(
    warehouse: Recording,
    source: Source,
    relations: Sequence[tuple[Relation, Mapping[str, Field]]],
    now: dt.datetime,
) -> None:
    if source.events is not None:
        event.prepare(warehouse, source)
    types = users.attribute_types(source, [fields for _, fields in relations]) if source.users else {}
    if source.users is not None:
        users.make(warehouse, source, types)
    for relation, fields in relations:
        if source.users is not None:
            rows = mapping.users(relation, fields, types, now).rows()
            users.add(warehouse, rows, source, types, warehouse)
        else:
            event.add(warehouse, mapping.events(source, relation, fields, now).rows(), source.name, warehouse)


def _features(warehouse: Recording, project: Project, now: dt.datetime) -> FeatureTable:
    warehouse.begin("days")
    days.refresh(warehouse)
    warehouse.begin("features")
    planned = build.plan(warehouse, project.features, project.as_of, today=now.date())
    build.write(warehouse, planned, run_id=RUN)
    return FeatureTable(
        planned.as_of, planned.catalogue.features, pa.table({"user_id": pa.array([], pa.string())})
    )


def _segments(warehouse: Recording, project: Project, table: FeatureTable) -> Iterator[tuple[str, str]]:
    """Membership and profiles by the segmentations of the last run; those that are new have none yet."""
    named = [
        one for one in profiles.read_segmentations(warehouse) if one.segmentation.name in project.segments
    ]
    known = {one.segmentation.name for one in named}
    for name, settings in project.segments.items():
        if name not in known:
            yield f"segments {name}", "it was not fitted yet"
        elif settings.update != "freeze":
            yield f"segments {name}", "it is fitted anew; membership is shown by the borders of the last run"
    if named:
        warehouse.begin("membership")
        profiles.write_segments(warehouse, table, named, run_id=RUN)
        warehouse.begin("profiles")
        beside = profile_columns.read(warehouse)
        profiles.put_together(warehouse, table, named, beside, run_id=RUN)
