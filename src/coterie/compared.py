"""Two runs side by side: what became of the segments, who moved and why, and how features drift."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie import history, profiles
from coterie.errors import DataError, SegmentationError, UsageError, did_you_mean
from coterie.features import past
from coterie.segments import assign
from coterie.segments.borders.predicates import Predicates
from coterie.segments.over_time import evidence, matching, migration, movers
from coterie.segments.over_time.decision import needed
from coterie.segments.over_time.drift import drifts
from coterie.segments.over_time.movers import Movers
from coterie.segments.segmentation import Step
from coterie.shown import Shown
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlglot import exp

    from coterie.features.feature import Feature
    from coterie.history import Past, PastRun, Size
    from coterie.project.settings import Project
    from coterie.segments.over_time.change import Change
    from coterie.segments.over_time.drift import Drift
    from coterie.segments.over_time.migration import Migration
    from coterie.segments.over_time.movers import Pair, Sums
    from coterie.segments.segmentation import Segmentation
    from coterie.sources.warehouse import Warehouse

#: Flows whose reasons are told, the largest first.
FLOWS = 10

#: The features as of the two dates, for the time of a comparison.
_BEFORE, _AFTER = "features_before", "features_after"

_PAIRS = """
select b.user_id, b.segment as segment_before, a.segment as segment_after
from :before join :after on a.user_id = b.user_id
"""
_BY_BORDER = """
select p.segment_before, p.segment_after, count(*) as users
from :pairs join :assigned on t.user_id = p.user_id and t.segment = p.segment_after
group by p.segment_before, p.segment_after
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """One segmentation at two runs.

    Attributes:
        name: Its name in coterie.yaml.
        names_before: The names of its segments then, by their ids.
        names_after: The names now.
        same_ids: Whether an id means the same segment at both; if not, ids started over in between.
        changes: What became of every segment.
        migration: Who went where.
        movers: Those who moved and why, the largest flow first; at most `FLOWS`.
        sizes: The sizes of its segments at every run that is kept, the oldest first.
    """

    name: str
    names_before: Mapping[int, str]
    names_after: Mapping[int, str]
    same_ids: bool
    changes: tuple[Change, ...]
    migration: Migration
    movers: tuple[Movers, ...]
    sizes: tuple[Size, ...]


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Comparison(Shown):
    """Two runs side by side.

    Attributes:
        before: The earlier run.
        after: The later one.
        segmentations: Those that both have, in the order of the later.
        drift: How far each feature that both have has moved, the furthest first.
        features: What is known of the features, to speak of them.
        notes: What can't be compared and why, in sentences.
    """

    before: PastRun
    after: PastRun
    segmentations: tuple[Compared, ...]
    drift: tuple[Drift, ...]
    features: tuple[Feature, ...]
    notes: tuple[str, ...]

    def caption(self) -> str:
        """Say which runs are compared."""
        return (
            f"From run {self.before.run_id} as of {self.before.as_of} "
            f"to run {self.after.run_id} as of {self.after.as_of}."
        )

    def to_arrow(self) -> pa.Table:
        """Return who went where in every segmentation, one row a flow."""
        tables = [
            one.migration.to_arrow().add_column(0, "segmentation", [[one.name] * len(one.migration.flows)])
            for one in self.segmentations
        ]
        return pa.concat_tables(tables) if tables else pa.table({"segmentation": pa.array([], pa.string())})


def compare(
    warehouse: Warehouse,
    project: Project,
    before: str | None = None,
    after: str | None = None,
    *,
    segmentation: str | None = None,
    reasons: bool = True,
) -> Comparison:
    """Compare two runs that are kept.

    Why users moved is found from features rebuilt as of the earlier date, and only those that the
    segmentations use.

    Args:
        warehouse: Where the history is.
        project: Says how features are built.
        before: The id of a run, the beginning of one, or last or previous; default: the run before `after`.
        after: Another; default: the last run.
        segmentation: Only this one; default: all.
        reasons: Whether to find out why users moved, which takes about as long as building those features.

    Raises:
        UsageError: There is no such run or segmentation, or both runs are the same.
        DataError: Fewer than two runs are kept.
    """
    then, now = _two(warehouse, before, after)
    (olds, unread), (news, unread_now) = (_read(warehouse, run) for run in (then, now))
    features = profiles.read_catalogue(warehouse)
    both = [name for name in news if name in olds]
    if segmentation is not None and segmentation not in both:
        raise UsageError(
            f"There is no segmentation {segmentation!r} in both runs. {did_you_mean(segmentation, both)}"
        )
    pairs = [(olds[name], news[name]) for name in both if segmentation in (None, name)]
    notes = unread or unread_now or [*_only_in(olds, news, then, now)]
    with_reasons = reasons and then.as_of != now.as_of
    tables = _Features(warehouse, project, then, now, [new for _, new in pairs]) if with_reasons else None
    found = tuple(_compared(warehouse, old, new, features, tables) for old, new in pairs)
    if tables is not None:
        tables.drop()
    reference, counted = (history.distributions(warehouse, one.run_id) for one in (then, now))
    return Comparison(then, now, found, drifts(reference, counted), features, tuple(notes))


def _two(warehouse: Warehouse, before: str | None, after: str | None) -> tuple[PastRun, PastRun]:
    """Find the two runs, the earlier first."""
    known = history.runs(warehouse)
    if len(known) == 1:
        raise DataError(history.only_one(known[0]))
    now = history.find(warehouse, after or "last")
    if before is not None:
        then = history.find(warehouse, before)
    else:
        earlier = [one for one in known if one.run_id < now.run_id]
        then = earlier[-1] if earlier else history.find(warehouse, "last")
    if then == now:
        raise UsageError(f"Both are run {now.run_id}; name two runs, such as: coterie compare previous last.")
    return (then, now) if then.run_id < now.run_id else (now, then)


def _read(warehouse: Warehouse, run: PastRun) -> tuple[dict[str, Past], list[str]]:
    """Read the segmentations of a run by their names, or say why they can't be read."""
    try:
        found = history.segmentations(warehouse, run.run_id)
    except SegmentationError as error:
        return {}, [f"The segmentations of run {run.run_id} can't be compared. {error}"]
    return {one.segmentation.name: one for one in found}, []


def _only_in(
    olds: Mapping[str, Past], news: Mapping[str, Past], then: PastRun, now: PastRun
) -> Iterable[str]:
    for name in sorted(set(olds) ^ set(news)):
        run, other = (then, now) if name in olds else (now, then)
        yield f"The segmentation {name!r} is in run {run.run_id} but not in {other.run_id}."


def remember(warehouse: Warehouse) -> None:
    """Set the features of the last run aside, before those of the next replace them.

    Only those that its segmentations use. Comparing the two runs in the same session then needs no features
    of the past to be built again. They end with the session.
    """
    known = history.runs(warehouse)
    if not known or _date_of(warehouse, "features") != str(known[-1].as_of):
        return
    try:
        used = _used(history.segmentations(warehouse, known[-1].run_id))
    except SegmentationError:  # of another version: nothing is known of what it used, nor can be compared
        return
    names = [name for name in warehouse.columns("features") if name in used | {"user_id", "as_of"}]
    columns = [sql.column(name) for name in names]
    warehouse.create(_BEFORE, sql.select(*columns).from_(sql.table("features")), temporary=True)


def _used(found: Iterable[Past]) -> set[str]:
    return {name for one in found for name in needed(one.segmentation)}


class _Features:
    """The features of both dates as tables, with the columns that some segmentations use."""

    def __init__(
        self, warehouse: Warehouse, project: Project, then: PastRun, now: PastRun, used: Sequence[Past]
    ) -> None:
        self._warehouse = warehouse
        names = _used(used)
        self.before, self.after = _BEFORE, "features"
        if _date_of(warehouse, _BEFORE) != str(then.as_of):
            past.write(warehouse, project.features, then.as_of, names, _BEFORE)
        if _date_of(warehouse, "features") != str(now.as_of):
            self.after = _AFTER
            past.write(warehouse, project.features, now.as_of, names, _AFTER)
        self.columns = names & set(warehouse.columns(self.before)) & set(warehouse.columns(self.after))

    def drop(self) -> None:
        """Take the tables away again."""
        for table in (_BEFORE, _AFTER):
            self._warehouse.drop(table)


def _date_of(warehouse: Warehouse, table: str) -> str:
    """The date of a table of features; empty if there is none, or its rows have several."""
    if "as_of" not in warehouse.columns(table):
        return ""
    query = "select min(as_of) as first_day, max(as_of) as last_day from :features"
    (row,) = warehouse.query(sql.sql(query, features=sql.table(table))).to_pylist()
    return str(row["last_day"]) if row["first_day"] == row["last_day"] else ""


def _compared(
    warehouse: Warehouse, old: Past, new: Past, features: Sequence[Feature], tables: _Features | None
) -> Compared:
    name = new.segmentation.name
    before, after = _ids(old.segmentation), _ids(new.segmentation)
    then, now = history.members(old.run_id, name), history.members(new.run_id, name)
    counts = migration.counted(warehouse, then, now)
    common = evidence.common(old.segmentation, new.segmentation, counts)
    same_ids = old.lineage.begun == new.lineage.begun
    kept = matching.kept_ids(common, after) if same_ids else matching.kept_alike(common)
    changes = matching.told(common, after, kept)
    along = [pair for change in changes for pair in change.along]
    flows = migration.migration(name, counts, before, after, along)
    return Compared(
        name=name,
        names_before=old.names,
        names_after=new.names,
        same_ids=same_ids,
        changes=changes,
        migration=flows,
        movers=_movers(warehouse, new.segmentation, flows, _pairs(then, now), along, features, tables),
        sizes=history.sizes(warehouse, name),
    )


def _ids(segmentation: Segmentation) -> tuple[int, ...]:
    return tuple(one.id for one in segmentation.segments)


def _pairs(then: exp.Select, now: exp.Select) -> exp.Select:
    return select(_PAIRS, before=then.subquery("b"), after=now.subquery("a"))


def _movers(
    warehouse: Warehouse,
    segmentation: Segmentation,
    flows: Migration,
    pairs: exp.Select,
    along: Sequence[Pair],
    features: Sequence[Feature],
    tables: _Features | None,
) -> tuple[Movers, ...]:
    moved = sorted((one for one in flows.flows if one.moved and one.users), key=lambda one: -one.users)[
        :FLOWS
    ]
    steps = [step for step in _steps(segmentation) if tables and step.feature in tables.columns]
    sums: dict[Pair, tuple[Sums, ...]] = {}
    borders: Mapping[Pair, int] | None = None
    if moved and tables is not None and steps:
        sums = movers.changes(warehouse, pairs, (tables.before, tables.after), steps)
        if set(needed(segmentation)) <= tables.columns:
            borders = _by_border(warehouse, segmentation, pairs, tables.before)
    families = {one.name: one.family for one in features}
    found = []
    for one in moved:
        pair = (one.before or 0, one.after or 0)
        stayed = [one for one in along if one[0] == pair[0]]
        why = movers.reasons(sums, pair, steps, stayed=stayed, families=families)
        share = None if borders is None else borders.get(pair, 0) / one.users
        found.append(Movers(*pair, one.users, one.share, share, why))
    return tuple(found)


def _steps(segmentation: Segmentation) -> list[Step]:
    """How the features of a segmentation are prepared; those of conditions are taken as they are."""
    if isinstance(segmentation.borders, Predicates):
        names = segmentation.borders.numbers
        return [Step(name, None, 0.0, False, 0.0, 1.0, 1.0, None, "as it is") for name in names]
    return [step for step in segmentation.steps if step.weight > 0]


def _by_border(
    warehouse: Warehouse, segmentation: Segmentation, pairs: exp.Select, table: str
) -> dict[Pair, int]:
    """Count those whom the segments of now put where they are on their features of then."""
    then = assign.assignment(segmentation, table).subquery("t", copy=False)
    rows = warehouse.query(sql.sql(_BY_BORDER, pairs=pairs.subquery("p"), assigned=then)).to_pylist()
    return {(row["segment_before"], row["segment_after"]): row["users"] for row in rows}
