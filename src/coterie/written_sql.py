"""The SQL of a project for people to read and run: features, membership, profiles, rule twins."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp

from coterie import profile_columns, profiles, runs
from coterie.errors import UsageError, did_you_mean
from coterie.features import build
from coterie.predictions import fitted, scoring
from coterie.predictions.foretold import Foretold
from coterie.segments import within
from coterie.segments.borders.predicates import Predicates
from coterie.segments.twin import twin
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coterie.features.feature import Feature
    from coterie.profiles import Named
    from coterie.project.settings import Project
    from coterie.segments.segmentation import Segmentation
    from coterie.segments.twin.twin import SegmentRule, Twin
    from coterie.sources.warehouse import Warehouse

    _Noted: TypeAlias = "tuple[list[str], exp.Expression]"

#: What can be asked for.
WHAT = ("features", "membership", "predictions", "profiles", "twin")


def statements(
    warehouse: Warehouse,
    project: Project,
    what: str,
    dialect: str = "duckdb",
    segmentation: str | None = None,
) -> dict[str, str]:
    """Write the SQL that made a table of the last run, with a comment that says what each column means.

    Args:
        warehouse: Where the last run is.
        project: What it was made from.
        what: features (one statement a family), membership (one a segmentation), predictions (one a
            prediction, where its model can be said in SQL), profiles, or twin: at most
            three conditions a segment that say nearly the same as membership (one a segmentation).
        dialect: A dialect that sqlglot knows, such as duckdb, bigquery, spark, postgres or mysql.
        segmentation: Only this one.

    Returns:
        Each statement by the name of its family or segmentation.

    Raises:
        UsageError: One of the words is unknown.
    """
    dialect = known_dialect(dialect)
    if what not in WHAT:
        raise UsageError(f"{what!r} has no SQL to show. {did_you_mean(what, WHAT)}")
    every = profiles.read_segmentations(warehouse)
    chosen = profiles.only(every, segmentation)
    if what == "features":
        found = _features(warehouse, project)
    elif what == "membership":
        found = {one.segmentation.name: _membership(one, every) for one in chosen}
    elif what == "predictions":
        found = _predictions(warehouse)
    elif what == "twin":
        found = {one.segmentation.name: _twin(warehouse, project, one) for one in chosen}
    else:
        found = {"profiles": _profiles(warehouse, [one.segmentation.name for one in chosen])}
    place = _place(warehouse, dialect)
    return {name: written(tree, notes, dialect, *place) for name, (notes, tree) in found.items()}


def known_dialect(name: str) -> str:
    """Look a dialect up by its name.

    Raises:
        UsageError: There is none of that name.

    Examples:
        >>> known_dialect("BigQuery")
        'bigquery'
    """
    known = [one.value for one in sqlglot.Dialects if one.value]
    if name.lower() not in known:
        raise UsageError(f"{name!r} is no dialect of SQL that is known here. {did_you_mean(name, known, 40)}")
    return name.lower()


def printed(warehouse: Warehouse, tree: exp.Expression, dialect: str) -> str:
    """Format a statement over the tables of a warehouse, with its schema before their names."""
    return written(tree, (), dialect, *_place(warehouse, dialect))


def _place(warehouse: Warehouse, dialect: str) -> tuple[str, str | None]:
    """The schema of the tables, and the database where the schema alone would be ambiguous.

    DuckDB calls the database in coterie.duckdb coterie, as the schema in it.
    """
    if dialect != warehouse.dialect or dialect != "duckdb":
        return warehouse.schema, None
    found = warehouse.query(sql.sql("select current_database() as name")).column("name")[0].as_py()
    return warehouse.schema, str(found)


def written(
    tree: exp.Expression, notes: Iterable[str], dialect: str, schema: str, database: str | None = None
) -> str:
    """Format a statement under its notes, with the schema before the names of tables.

    Examples:
        >>> print(written(sql.sql("select user_id from features"), ["Who there is."], "duckdb", "coterie"))
        -- Who there is.
        SELECT
          "user_id"
        FROM "coterie"."features"
    """
    tree = tree.copy()
    for table in sql.unqualified(tree):
        table.set("db", exp.to_identifier(schema, quoted=True))
        table.set("catalog", exp.to_identifier(database, quoted=True))
    comments = "".join(f"-- {' '.join(note.split())}\n" for note in notes)
    return comments + sql.pretty(tree, dialect)


def _features(warehouse: Warehouse, project: Project) -> dict[str, _Noted]:
    """A statement a family, as of the date of the last run."""
    last = runs.last(warehouse)
    planned = build.plan(warehouse, project.features, last["as_of"] if last else project.as_of)
    return {
        family.name: ([f"{family.name} as of {planned.as_of}: {family.sentence}", *_notes(features)], tree)
        for family, features, tree in build.family_statements(planned)
    }


def _membership(named: Named, every: Sequence[Named]) -> _Noted:
    one = named.segmentation
    whose = "each user of features"
    if one.within is not None:
        name, segment = one.within
        whose = f"each user of segment {segment} of {name}"
    head = f"Segmentation {one.name} as of {one.as_of}: which segment {whose} is in."
    notes = [head, *(f"Segment {segment.id}: {named.names[segment.id]}." for segment in one.segments)]
    return notes, within.assigning(one, [other.segmentation for other in every])


def _predictions(warehouse: Warehouse) -> dict[str, _Noted]:
    """A statement a prediction: what it foretells each user of `features`, whoever it was learnt from.

    Raises:
        UsageError: There is none that can be said in SQL.
    """
    made = [one for one in fitted.read(warehouse) if isinstance(one, Foretold)]
    found: dict[str, _Noted] = {
        one.name: (
            [f"{one.caption()}.", _of_whom(one)],
            scoring.scoring(one.prediction),
        )
        for one in made
        if scoring.offered(one.prediction) and one.prediction.method != "baseline"
    }
    if not found:
        told = ", ".join(f"{one.name} ({one.prediction.method})" for one in made) or "none were made"
        raise UsageError(
            f"No prediction of the last run can be said in SQL: {told}. Choose `model: linear` or a smaller "
            "model for one under `predictions` in coterie.yaml, then `coterie run`."
        )
    return found


def _of_whom(one: Foretold) -> str:
    """Say which of the scores of a statement stand in the table `predictions`."""
    days = one.about.settings.min_history_days
    return (
        f"`predictions` holds them for the {one.about.expected.users:,} users who belong to the population "
        f"and are known for {days} days."
    )


def twin_of(warehouse: Warehouse, project: Project, segmentation: Segmentation) -> Twin:
    """Find the rule twin of a segmentation of the last run.

    Args:
        warehouse: Where the last run is; of very many users a sample is read.
        project: What it was made from.
        segmentation: One of its segmentations.
    """
    last = runs.last(warehouse)
    planned = build.plan(warehouse, project.features, last["as_of"] if last else project.as_of)
    borders = segmentation.borders
    named: Iterable[str] = (step.feature for step in segmentation.steps if step.weight > 0)
    if isinstance(borders, Predicates):
        named = (*borders.numbers, *borders.words)
    table = build.read(warehouse, planned, list(dict.fromkeys(named)))
    statement = "select user_id, segment from membership where segmentation = :name order by user_id"
    members = warehouse.query(sql.sql(statement, name=segmentation.name))
    users = members.column("user_id").combine_chunks()
    at = pc.index_in(table.rows.column("user_id"), value_set=users)
    table = dataclasses.replace(table, rows=table.rows.filter(at.is_valid()))
    ids = [segment.id for segment in segmentation.segments]
    places = {ident: place for place, ident in enumerate(ids)}
    segments = members.column("segment").take(at.drop_null()).to_pylist()
    labels = np.array([places[segment] for segment in segments], dtype=np.int64)
    return twin.twin(table, labels, ids, name=segmentation.name, seed=segmentation.seed)


def _twin(warehouse: Warehouse, project: Project, named: Named) -> _Noted:
    found = twin_of(warehouse, project, named.segmentation)
    rules = {rule.segment: rule for rule in found.rules}
    return [found.caption(), *(_fidelity(named, rules[one]) for one in found.order)], twin.statement(found)


def _fidelity(named: Named, rule: SegmentRule) -> str:
    return (
        f"Segment {rule.segment}: {named.names[rule.segment]}. Its rule is right for {rule.precision:.1%} of "
        f"the users it matches, and finds {rule.recall:.1%} of the segment."
    )


def _profiles(warehouse: Warehouse, segmentations: Sequence[str]) -> _Noted:
    features = profiles.read_catalogue(warehouse)
    beside = profile_columns.read(warehouse)
    tree = profiles.profiles([one.name for one in features], segmentations, beside)
    told = [f"{one.name}: {one.sentence}" for one in beside]
    return ["What is known of each user, in one row.", *_notes(features), *told], tree


def _notes(features: Iterable[Feature]) -> list[str]:
    nulls = {one.name: f" Null: {one.null}." if one.null else "" for one in features}
    return [f"{one.name} [{one.unit}]: {one.sentence}{nulls[one.name]}" for one in features]
