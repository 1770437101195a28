"""Building the features table: users x features as of a date, in the warehouse."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
from sqlglot import exp

from coterie.events import changed, days, portions
from coterie.features import available, catalogue, later
from coterie.features.as_of import AsOf, date_of
from coterie.features.feature import FeatureTable
from coterie.features.joined import joined
from coterie.progress import quiet
from coterie.sources import dialects, sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coterie.events.portions import Only, Portion
    from coterie.features.catalogue import Catalogue
    from coterie.features.family import Block, Family
    from coterie.features.feature import Feature
    from coterie.progress import Progress
    from coterie.project.settings import FeatureSettings
    from coterie.sources.warehouse import Warehouse

TABLE = "features"
#: One row: the fingerprint of what `features` holds, and its date.
_STATE = "features_state"

#: Segments of more users than this are found on a sample: the methods hold it in memory several times.
MOST_READ = 200_000
_SAMPLE = """
    select user_id
    from (select user_id, row_number() over (order by user_id) as number from features) as numbered
    where number * :golden % 4294967296 < :below
"""

#: What users weigh in `coterie.events.portions`: a row of all features takes the memory of 20 events.
_WEIGHED = """
    select user_id, sum(events) + 20 as weight
    from (
        select user_id, events from user_days where day < :as_of_day
        union all select user_id, 0 as events from users where since_us is null or since_us < :as_of_us
    ) as known group by user_id
"""
_WEIGHT = """
    select cast(sum(events) + 20 * approx_count_distinct(user_id) as bigint) as weight
    from (select user_id, events from user_days union all select user_id, 0 as events from users) as known
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What will be built: the date and the catalogue that the data before it can feed."""

    as_of: dt.date
    catalogue: Catalogue

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks of all families, in order."""
        return tuple(block for _, blocks in self.catalogue.families for block in blocks)

    @property
    def at(self) -> AsOf:
        """The date in the units of SQL."""
        return AsOf.of(self.as_of)


def plan(
    warehouse: Warehouse,
    settings: FeatureSettings,
    as_of: dt.date | Literal["latest"],
    today: dt.date | None = None,
) -> Plan:
    """Decide what can be built as of a date.

    Args:
        warehouse: Where `events`, `users` and `user_days` lie.
        settings: Which families, and how long the weekly pattern is.
        as_of: Events at or after this midnight (UTC) are not seen; latest: the day after the last event.
        today: Stands for latest where there are no events.

    Raises:
        SourceError: No family can be fed.
    """
    date = latest(warehouse, today) if as_of == "latest" else as_of
    data = available.available(warehouse, settings, AsOf.of(date))
    return Plan(date, catalogue.catalogue(data, settings.families))


def latest(warehouse: Warehouse, today: dt.date | None = None) -> dt.date:
    """Find the day after the last event or sign-up, so that all are there; `today` where there is none."""
    found = warehouse.query(
        sql.sql(
            """select max(day) as day from (
                select max(day) as day from user_days
                union all select max(since_us) // :day_us as day from users
            ) as last_days""",
            day_us=days.DAY_US,
        )
    )
    last = found.column("day")[0].as_py()
    if last is None:
        return today or dt.datetime.now(dt.UTC).date()
    return date_of(last + 1)


def build(
    warehouse: Warehouse,
    settings: FeatureSettings,
    as_of: dt.date | Literal["latest"] = "latest",
    *,
    run_id: str = "",
    progress: Progress = quiet,
) -> FeatureTable:
    """Make the table `features` as of a date, and read it.

    `coterie.events.days.refresh` must have been called after the last load. Where the date, the settings and
    the catalogue are those of the table that is there, only users with new events are computed.

    Args:
        warehouse: Where `events`, `users` and `user_days` lie.
        settings: Which families, and how long the weekly pattern is.
        as_of: Events at or after this midnight (UTC) are not seen; latest: the day after the last event.
        run_id: The run that each row is marked with.
        progress: Told how far it is.

    Raises:
        SourceError: No family can be fed.
    """
    planned = plan(warehouse, settings, as_of)
    write(warehouse, planned, run_id=run_id, progress=progress)
    return read(warehouse, planned)


def write(warehouse: Warehouse, planned: Plan, *, run_id: str = "", progress: Progress = quiet) -> None:
    """Write the table `features`; where one of the same columns is there, compute only what changed.

    As of the same date, that is the users with new events. As of a later one, those with events in between
    too; what the others have is moved to the new date (see `coterie.features.later`).
    """
    fingerprint = _fingerprint(planned)
    with warehouse.transaction():
        there = _date_of(warehouse, fingerprint)
        if there is None or there > planned.as_of:
            _everyone(warehouse, planned, run_id, progress)
        elif there < planned.as_of:
            _move(warehouse, planned, there, run_id, progress)
        elif changed.are_noted(warehouse):
            _replace(warehouse, planned, run_id, progress)
        warehouse.create(_STATE, pa.table({"fingerprint": [fingerprint], "as_of": [planned.as_of]}))
        changed.forget(warehouse)
    progress("features", 1, 1)


def _everyone(warehouse: Warehouse, planned: Plan, run_id: str, progress: Progress) -> None:
    """Compute all users."""

    def rows(portion: Portion, progress: Progress) -> contextlib.AbstractContextManager[exp.Select]:
        if warehouse.dialect in dialects.IN_MEMORY:  # a portion is small enough for all steps at once
            progress("features", 0, 1)
            return contextlib.nullcontext(_statement(planned, run_id, portion.only))
        return _in_steps(warehouse, planned, run_id, progress, portion.only)

    users = select(_WEIGHED, as_of_day=planned.at.day, as_of_us=planned.at.us)
    portions.create(warehouse, TABLE, portions.split(warehouse, users, select(_WEIGHT)), rows, progress)


def _replace(warehouse: Warehouse, planned: Plan, run_id: str, progress: Progress) -> None:
    """Compute the changed users, and no others."""
    changed.gather(warehouse)
    with _in_steps(warehouse, planned, run_id, progress, changed.only) as rows:
        warehouse.execute(
            sql.sql("delete from features where user_id in (select user_id from changed_users)")
        )
        warehouse.append(TABLE, rows)


def _move(warehouse: Warehouse, planned: Plan, there: dt.date, run_id: str, progress: Progress) -> None:
    """Compute the changed users and those with events since the date of the table; move the others to it."""
    earlier = AsOf.of(there)
    changed.note(warehouse, later.seen_since(earlier, planned.at))
    moved = _marked(
        later.moved(planned.blocks, earlier, planned.at, planned.catalogue.features), planned, run_id
    )
    changed.gather(warehouse)
    with _in_steps(warehouse, planned, run_id, progress, changed.only) as rows:
        steps = moved.args.pop("with_", None)
        both = exp.union(moved, rows, distinct=False)
        both.set("with_", steps)
        warehouse.create(TABLE, both)


@contextlib.contextmanager
def _in_steps(
    warehouse: Warehouse, planned: Plan, run_id: str, progress: Progress, only: Only
) -> Iterator[exp.Select]:
    """Run the steps of `statement` one by one, so that only one is in memory, and give its last."""
    whole = _statement(planned, run_id, only)
    steps = whole.args.pop("with_").expressions
    for done, step in enumerate(steps):
        progress("features", done, len(steps) + 1)
        warehouse.create(step.alias, step.this, temporary=True)
    progress("features", len(steps), len(steps) + 1)
    yield whole
    for step in steps:
        warehouse.drop(step.alias)


def read(
    warehouse: Warehouse, planned: Plan, names: Sequence[str] | None = None, most: int = MOST_READ
) -> FeatureTable:
    """Read the table `features`, or some of its columns, in order of users.

    Of more users than `most` a sample is read: users are numbered in the order of their ids, the number is
    multiplied by 2654435769 (Knuth's multiplicative hashing, by the golden ratio), and those are taken whose
    product has the smallest last 32 bits. That is plain integer arithmetic, the same on every engine and for
    every order of rows, and it spreads evenly over the ids without falling into step with patterns in them.

    Args:
        warehouse: Where `features` lies.
        planned: What it was built from.
        names: The features to read; all if None.
        most: Above how many users a sample of about that many is read.
    """
    features = [one for one in planned.catalogue.features if names is None or one.name in names]
    columns = [sql.column("user_id"), *(sql.column(one.name) for one in features)]
    everyone = warehouse.query(sql.sql("select count(*) as n from features")).column("n")[0].as_py()
    statement = sql.select(*columns).from_(sql.table(TABLE))
    if everyone > most:
        sample = sql.sql(_SAMPLE, golden=2_654_435_769, below=most * 2**32 // everyone)
        statement = statement.where(sql.sql("user_id in (:sample)", sample=sample))
    rows = warehouse.query(statement.order_by(sql.column("user_id")))
    warehouse.release()  # grouping and drawing come next, and hold these rows several times
    return FeatureTable(planned.as_of, tuple(features), rows, planned.catalogue.left_out, everyone)


def family_statements(planned: Plan) -> tuple[tuple[Family, tuple[Feature, ...], exp.Select], ...]:
    """Write one SELECT a family, for people: what `statement` computes, without sharing between families.

    Each column has its sentence and the meaning of its null beside it, as a comment.
    """
    return tuple(
        (
            family,
            tuple(one for block in blocks for one in block.features),
            _family_statement(blocks, planned.at),
        )
        for family, blocks in planned.catalogue.families
    )


def _family_statement(blocks: Sequence[Block], at: AsOf) -> exp.Select:
    features = {one.name: one for block in blocks for one in block.features}
    select = joined(blocks, at, tuple(features.values()))
    for column in select.selects[1:]:
        one = features[column.alias]
        null = f" Null: {one.null}." if one.null else ""
        column.add_comments([f"{one.sentence}{null} [{one.unit}]"])
    return select


def statement(planned: Plan, run_id: str = "") -> exp.Select:
    """Write the SELECT of the whole table; features of one relation share one pass over it.

    Args:
        planned: What to build.
        run_id: The run that each row is marked with.
    """
    return _statement(planned, run_id, portions.EVERYONE.only)


def _statement(planned: Plan, run_id: str, only: Only) -> exp.Select:
    whole = joined(planned.blocks, planned.at, planned.catalogue.features, only)
    return _marked(whole, planned, run_id)


def _marked(rows: exp.Select, planned: Plan, run_id: str) -> exp.Select:
    day = sql.sql("cast(:day as date)", day=planned.as_of.isoformat())
    return rows.select(sql.named(day, "as_of"), sql.named(sql.literal(run_id), "run_id"), copy=False)


def _fingerprint(planned: Plan) -> str:
    """Tell plans apart that differ in more than the date and the order of the columns."""
    relations = sorted({block.relation.text for block in planned.blocks})
    made_of = [relations, sorted([one.name, one.sql] for one in planned.catalogue.features)]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def _date_of(warehouse: Warehouse, fingerprint: str) -> dt.date | None:
    """The date of the table `features` that is there, if it has this fingerprint."""
    if "as_of" not in warehouse.columns(_STATE) or not warehouse.columns(TABLE):
        return None
    found = warehouse.query(
        sql.sql("select as_of from features_state where fingerprint = :made_of", made_of=fingerprint)
    ).column("as_of")
    return found[0].as_py() if len(found) else None
