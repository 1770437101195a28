"""What is published: profiles, membership, segments and how they change, with what every column means."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coterie import compared, described, history, profiles
from coterie.described import Column
from coterie.publish.statements import Published
from coterie.report import words
from coterie.report.language import language
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coterie.profiles import Named
    from coterie.project.settings import Project
    from coterie.publish.statements import Rows
    from coterie.sources.warehouse import Warehouse

#: Tables of the project that are shown as they are, where they are there.
_AS_THEY_ARE = ("profiles", "segment_summary", "predictions")

_MEMBERSHIP = """select m.user_id, m.segmentation, m.segment, s.name as segment_name, m.as_of, m.run_id
    from membership as m join segments as s on s.segmentation = m.segmentation and s.segment = m.segment"""

_RUNS = """select run_id, started, finished, as_of, users, events, rows_read, rows_used, rows_set_aside
    from runs where status = 'done'"""

_SHOWN_OF_SEGMENTS = ("segmentation", "segment", "name", "users", "share", "engagement", "stability")


def contents(warehouse: Warehouse, project: Project) -> tuple[Published, ...]:
    """Gather what the last run has made, for those who look at dashboards.

    Args:
        warehouse: Where the last run is.
        project: What it was made from.

    Returns:
        Tables; those of the warehouse as SELECTs, small ones that are worked out here as rows.
    """
    named = profiles.read_segmentations(warehouse)
    tables = [
        *(_as_it_is(warehouse, name) for name in _AS_THEY_ARE if warehouse.columns(name)),
        _membership(warehouse),
        _segments(warehouse, named, project.report.language),
        _runs(warehouse),
        _sizes(warehouse, named),
        *_migration(warehouse, project),
    ]
    return (*tables, _dictionary(tables))


def _as_it_is(warehouse: Warehouse, name: str) -> Published:
    about = described.table(warehouse, name)
    rows = sql.select(*(sql.column(column.name) for column in about.columns)).from_(sql.table(name))
    return Published(name, about.sentence, about.columns, rows)


def _picked(warehouse: Warehouse, name: str, columns: Sequence[str]) -> list[Column]:
    about = {column.name: column for column in described.table(warehouse, name).columns}
    return [about[column] for column in columns]


def _membership(warehouse: Warehouse) -> Published:
    about = described.table(warehouse, "membership")
    (segment_name,) = _picked(warehouse, "segments", ["name"])
    columns = list(about.columns)
    at = [column.name for column in columns].index("segment") + 1
    columns.insert(at, dataclasses.replace(segment_name, name="segment_name"))
    rows = select(_MEMBERSHIP)
    by_name = {one.alias_or_name: one for one in rows.expressions}
    rows = rows.select(*(by_name[column.name] for column in columns), append=False)
    return Published("membership", about.sentence, tuple(columns), rows)


def _segments(warehouse: Warehouse, named: Sequence[Named], code: str) -> Published:
    """Segments with what sets them apart, in words."""
    about = described.table(warehouse, "segments")
    columns = _picked(warehouse, "segments", (*_SHOWN_OF_SEGMENTS, "as_of", "run_id"))
    meaning = described.TABLES["segments"][1]["description"]
    columns.insert(3, Column("description", "VARCHAR", meaning))
    rows = sql.select(*(sql.column(one.name) for one in columns if one.name != "description"))
    kept = warehouse.query(rows.from_(sql.table("segments")).order_by("segmentation", "segment")).to_pylist()
    told = _descriptions(warehouse, named, code)
    whole = [row | {"description": told.get((row["segmentation"], row["segment"]), "")} for row in kept]
    values = tuple(tuple(row[column.name] for column in columns) for row in whole)
    return Published("segments", about.sentence, tuple(columns), values)


def _descriptions(warehouse: Warehouse, named: Sequence[Named], code: str) -> dict[tuple[str, int], str]:
    features = profiles.read_catalogue(warehouse)
    found = {}
    for one in named:
        wording = words.wording(one.segmentation, features, one.names, language(code))
        for segment in one.segmentation.segments:
            found[one.segmentation.name, segment.id] = "; ".join(wording.traits(segment))
    return found


def _runs(warehouse: Warehouse) -> Published:
    rows = select(_RUNS)
    columns = _picked(warehouse, "runs", [one.alias_or_name for one in rows.expressions])
    return Published("runs", "One row for each run that came to its end.", tuple(columns), rows)


def _of(about: described.Table, rows: Rows) -> Published:
    return Published(about.name, about.sentence, about.columns, rows)


def _sizes(warehouse: Warehouse, named: Sequence[Named]) -> Published:
    rows = tuple(
        (
            one.segmentation.name,
            size.segment,
            size.name,
            size.as_of,
            size.users,
            size.share,
            size.begun,
            size.run_id,
        )
        for one in named
        for size in history.sizes(warehouse, one.segmentation.name)
    )
    return _of(described.SIZES, rows)


def _migration(warehouse: Warehouse, project: Project) -> Iterator[Published]:
    """Who moved between the last two runs; nothing where only one is kept."""
    if len(history.runs(warehouse)) < 2:  # noqa: PLR2004
        return
    found = compared.compare(warehouse, project, reasons=False)
    rows = tuple(
        (
            one.name,
            found.before.as_of,
            found.after.as_of,
            flow.before,
            None if flow.before is None else one.names_before[flow.before],
            flow.after,
            None if flow.after is None else one.names_after[flow.after],
            flow.users,
            flow.share,
            flow.low,
            flow.high,
            flow.moved,
            found.after.run_id,
        )
        for one in found.segmentations
        for flow in one.migration.flows
    )
    yield _of(described.MIGRATION, rows)


def _dictionary(tables: Sequence[Published]) -> Published:
    about = described.DICTIONARY
    told = [(table.name, table.columns) for table in tables] + [(about.name, about.columns)]
    rows = tuple(
        (name, column.name, column.type, column.unit, column.sentence)
        for name, columns in told
        for column in columns
    )
    return _of(about, rows)
