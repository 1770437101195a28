"""Building the features table: users x features as of a date, in the warehouse."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Literal, TypeVar

import pyarrow as pa

from coterie.events import changed, days
from coterie.features import available, catalogue
from coterie.features.as_of import AsOf
from coterie.features.feature import Feature, FeatureTable
from coterie.progress import quiet
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlglot import exp

    from coterie.features.catalogue import Catalogue
    from coterie.features.family import Block, Family, Relation
    from coterie.progress import Progress
    from coterie.project.settings import FeatureSettings
    from coterie.sources.warehouse import Warehouse

    Rows = TypeVar("Rows", bound=exp.Expression)

TABLE = "features"
#: One row: the fingerprint of what `features` holds.
_STATE = "features_state"
_EPOCH = dt.date(1970, 1, 1)
#: The step that gathers the events of the users that are built for.
_THEIR_EVENTS = "their_events"
_EVENTS = "select user_id, at_us, kind, item, category, value, channel, device, query from events"

#: Segments of more users than this are found on a sample: the methods hold it in memory several times.
MOST_READ = 200_000
_SAMPLE = """
    select user_id
    from (select user_id, row_number() over (order by user_id) as number from features) as numbered
    where number * :golden % 4294967296 < :below
"""

#: Everyone there is before the date: in a table of users, or in an event.
_USERS = """
    select user_id from users where since_us is null or since_us < :as_of_us
    union
    select user_id from user_days where day < :as_of_day
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
        return _at(self.as_of)


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
    data = available.available(warehouse, settings, _at(date))
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
    return _EPOCH + dt.timedelta(days=last + 1)


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
    """Write the table `features`; where one of the same plan is there, only for users with new events."""
    fingerprint = _fingerprint(planned)
    with warehouse.transaction():
        if _built(warehouse) == fingerprint and changed.are_noted(warehouse):
            gone = sql.sql(
                "delete from features where user_id in (select user_id from :changed)",
                changed=sql.table(changed.TABLE),
            )
            with _in_steps(warehouse, planned, run_id, changed.TABLE, progress) as rows:
                warehouse.execute(gone)
                warehouse.append(TABLE, rows)
        elif _built(warehouse) != fingerprint:
            with _in_steps(warehouse, planned, run_id, None, progress) as rows:
                warehouse.create(TABLE, rows)
        warehouse.create(_STATE, pa.table({"fingerprint": [fingerprint]}))
        changed.forget(warehouse)
    progress("features", 1, 1)


@contextlib.contextmanager
def _in_steps(
    warehouse: Warehouse, planned: Plan, run_id: str, users: str | None, progress: Progress
) -> Iterator[exp.Select]:
    """Run the steps of `statement` one by one, so that only one is in memory, and give its last."""
    whole = statement(planned, run_id, users)
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
    select = _joined(_gathered(blocks), at, tuple(features.values()))
    for column in select.selects[1:]:
        one = features[column.alias]
        null = f" Null: {one.null}." if one.null else ""
        column.add_comments([f"{one.sentence}{null} [{one.unit}]"])
    return select


def statement(planned: Plan, run_id: str = "", users: str | None = None) -> exp.Select:
    """Write the SELECT of the whole table; features of one relation share one pass over it.

    Args:
        planned: What to build.
        run_id: The run that each row is marked with.
        users: A table of the users to build for; all if None.
    """
    whole = _joined(_gathered(planned.blocks), planned.at, planned.catalogue.features, users)
    day = sql.sql("cast(:day as date)", day=planned.as_of.isoformat())
    return whole.select(sql.named(day, "as_of"), sql.named(sql.literal(run_id), "run_id"), copy=False)


def _gathered(blocks: Iterable[Block]) -> dict[Relation, list[Feature]]:
    gathered: dict[Relation, list[Feature]] = {}
    for block in blocks:
        gathered.setdefault(block.relation, []).extend(block.features)
    return gathered


def _joined(
    gathered: dict[Relation, list[Feature]], at: AsOf, order: Sequence[Feature], users: str | None = None
) -> exp.Select:
    """Join everyone with what each relation says about them; nobody is lost, nobody comes twice."""
    step_of = {feature.name: relation.step for relation, features in gathered.items() for feature in features}
    columns = (sql.named(_filled(feature, step_of[feature.name]), feature.name) for feature in order)
    joined = sql.select(sql.column("user_id", "everyone"), *columns).from_(sql.table("everyone"))
    if users is not None:
        joined.with_(_THEIR_EVENTS, as_=_of_users(sql.sql(_EVENTS), users), copy=False)
    everyone = _of_users(sql.sql(_USERS, as_of_day=at.day, as_of_us=at.us), users)
    joined.with_("everyone", as_=everyone, copy=False)
    for relation, features in gathered.items():
        rows = relation.select(at)
        rows = rows if users is None else _of_users(_from_their_events(rows), users)
        joined.with_(relation.step, as_=_aggregated(rows, features, at), copy=False)
        same = sql.column("user_id", relation.step).eq(sql.column("user_id", "everyone"))
        joined.join(sql.table(relation.step), on=same, join_type="left", copy=False)
    return joined


def _aggregated(rows: exp.Select, features: Sequence[Feature], at: AsOf) -> exp.Select:
    columns = [
        sql.named(sql.sql(feature.sql, as_of_day=at.day, as_of_us=at.us), feature.name)
        for feature in features
    ]
    return (
        sql.select(sql.column("user_id"), *columns)
        .from_(rows.subquery("found"))
        .group_by(sql.column("user_id"))
    )


def _of_users(rows: Rows, users: str | None) -> Rows:
    """Keep the rows of some users only, as near to the tables as can be."""
    if users is None:
        return rows
    wanted = sql.sql("user_id in (select user_id from :users)", users=sql.table(users))
    for select in [one for one in rows.find_all(sql.SELECT) if _table(one) not in (None, _THEIR_EVENTS)]:
        select.where(wanted, copy=False)
    return rows


def _from_their_events(rows: Rows) -> Rows:
    """Read the events of the users that are built for, which one scan has gathered."""
    for table in [one for one in rows.find_all(sql.TABLE) if one.name == "events"]:
        table.replace(sql.table(_THEIR_EVENTS))
    return rows


def _table(select: exp.Expression) -> str | None:
    """Name the table that a SELECT reads, if it reads one and not a subquery."""
    from_ = select.args.get("from_")
    return from_.this.name if from_ and isinstance(from_.this, sql.TABLE) else None


def _filled(feature: Feature, part: str) -> exp.Expression:
    column = sql.column(feature.name, part)
    if feature.categorical:
        return sql.sql("cast(:column as varchar)", column=column)
    number = sql.sql("cast(:column as double)", column=column)
    return number if feature.null else sql.sql("coalesce(:number, 0.0)", number=number)


def _fingerprint(planned: Plan) -> str:
    relations = [relation.text for relation in _gathered(planned.blocks)]
    made_of = [str(planned.as_of), relations, [[one.name, one.sql] for one in planned.catalogue.features]]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def _built(warehouse: Warehouse) -> str | None:
    if not warehouse.columns(_STATE) or not warehouse.columns(TABLE):
        return None
    return str(warehouse.query(sql.sql("select fingerprint from features_state")).column("fingerprint")[0])


def _at(date: dt.date) -> AsOf:
    day = (date - _EPOCH).days
    return AsOf(day, day * days.DAY_US)
