"""What past runs found: membership, segmentations and distributions of the runs that are kept.

The tables of a run are replaced by the next; these are added to, so that any two runs can be compared.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping  # noqa: TC003 - read when a stored lineage is checked
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from coterie.as_json import AGAIN
from coterie.errors import DataError, SegmentationError, UsageError, did_you_mean
from coterie.segments import stored
from coterie.segments.over_time.change import Change  # noqa: TC001 - read when a stored lineage is checked
from coterie.segments.over_time.distribution import Bin, Distribution
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from sqlglot import exp

    from coterie.profiles import Named
    from coterie.segments.segmentation import Segmentation
    from coterie.sources.warehouse import Warehouse

#: Runs whose history is kept; older ones are dropped. Two years of monthly runs.
RUNS_KEPT = 24

MEMBERSHIP, SEGMENTATIONS, DISTRIBUTIONS = "past_membership", "past_segmentations", "past_distributions"


@dataclasses.dataclass(frozen=True, slots=True)
class Lineage:
    """Where a segmentation of a run comes from.

    Attributes:
        begun: The run at which its ids began: ids of two runs with the same one mean the same segments.
        fitted: The run at which it was fitted; an earlier one where it was kept.
        last_id: The largest id used since `begun`.
        made_from: Fingerprint of the data and the settings of the run.
        settings: Fingerprint of the settings it was fitted with.
        reason: Why it was kept or fitted, in a sentence.
        changes: What became of the segments of the run before.
        called: The names of these segments, by their ids.
    """

    begun: str
    fitted: str
    last_id: int
    made_from: str = ""
    settings: str = ""
    reason: str = ""
    changes: tuple[Change, ...] = ()
    called: Mapping[int, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Past:
    """A segmentation of a run that is kept.

    Attributes:
        run_id: The run.
        as_of: Events at or after this date were not seen.
        segmentation: The segmentation, with the sizes it had.
        names: The name of each segment by its id.
        lineage: Where it comes from.
    """

    run_id: str
    as_of: dt.date
    segmentation: Segmentation
    names: Mapping[int, str]
    lineage: Lineage


@dataclasses.dataclass(frozen=True, slots=True)
class PastRun:
    """A run that is kept.

    Attributes:
        run_id: The run.
        as_of: Events at or after this date were not seen.
    """

    run_id: str
    as_of: dt.date


def note(
    warehouse: Warehouse,
    named: Sequence[tuple[Named, Lineage]],
    counted: Sequence[Distribution],
    mark: PastRun,
    kept: int = RUNS_KEPT,
) -> tuple[str, ...]:
    """Add a run to the history, from its table `membership`; noting it again replaces it.

    Args:
        warehouse: Where `profiles.write` has written.
        named: The segmentations of the run, as written, each with where it comes from.
        counted: How its features are distributed.
        mark: The run.
        kept: How many runs are kept.

    Returns:
        The runs that were dropped, the oldest first.
    """
    marked = {"as_of": mark.as_of, "run_id": mark.run_id}
    with warehouse.transaction():
        _make(warehouse)
        _drop(warehouse, [mark.run_id], (MEMBERSHIP, SEGMENTATIONS, DISTRIBUTIONS))
        members = "select user_id, segmentation, segment, as_of, run_id from membership"
        warehouse.append(MEMBERSHIP, sql.sql(members))
        rows = [_row(at, one, lineage) | marked for at, (one, lineage) in enumerate(named)]
        warehouse.append(SEGMENTATIONS, pa.Table.from_pylist(rows, schema=_SEGMENTATIONS))
        warehouse.append(DISTRIBUTIONS, _bins(counted, mark))
        return _forget_old(warehouse, kept)


def runs(warehouse: Warehouse) -> tuple[PastRun, ...]:
    """List the runs that are kept, the oldest first."""
    if not warehouse.columns(SEGMENTATIONS):
        return ()
    query = "select run_id, max(as_of) as as_of from past_segmentations group by run_id order by run_id"
    rows = warehouse.query(sql.sql(query)).to_pylist()
    return tuple(PastRun(row["run_id"], row["as_of"]) for row in rows)


def find(warehouse: Warehouse, name: str) -> PastRun:
    """Find a run by its id, the beginning of it, or the words last and previous.

    Raises:
        DataError: No run is kept yet, or only one and the previous is asked for.
        UsageError: No run is called that, or several are.
    """
    known = runs(warehouse)
    if not known:
        raise DataError(f"No run is kept in {warehouse.url} yet; make one with `coterie run`.")
    if name == "last":
        return known[-1]
    if name == "previous":
        if len(known) == 1:
            raise DataError(only_one(known[0]))
        return known[-2]
    found = [one for one in known if one.run_id == name] or [
        one for one in known if name and one.run_id.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(one.run_id for one in found)
        raise UsageError(f"{name!r} begins the ids of several runs: {ids}; give more of the one you mean.")
    words = ["last", "previous", *(one.run_id for one in known)]
    raise UsageError(
        f"No run {name!r} is kept; the last {RUNS_KEPT} are. {did_you_mean(name, words, RUNS_KEPT + 2)}"
    )


def only_one(run: PastRun) -> str:
    """Say how to come to a second run."""
    return (
        f"There is only one run, {run.run_id} as of {run.as_of}, to compare; `coterie run` "
        "makes another once there is new data, or another `as_of` in coterie.yaml."
    )


def last(warehouse: Warehouse, segmentation: str) -> Past | None:
    """Find the last run's segmentation of a name; of an older run, if the last had none."""
    if not warehouse.columns(SEGMENTATIONS):
        return None
    query = "select * from past_segmentations where segmentation = :name order by run_id desc limit 1"
    found = [_past(row) for row in warehouse.query(sql.sql(query, name=segmentation)).to_pylist()]
    return found[0] if found else None


def segmentations(warehouse: Warehouse, run_id: str) -> tuple[Past, ...]:
    """Read back the segmentations of a run, in their order."""
    if not warehouse.columns(SEGMENTATIONS):
        return ()
    query = "select * from past_segmentations where run_id = :run order by position"
    return tuple(_past(row) for row in warehouse.query(sql.sql(query, run=run_id)).to_pylist())


@dataclasses.dataclass(frozen=True, slots=True)
class Size:
    """The size of one segment at one run.

    Attributes:
        run_id: The run.
        as_of: Its date.
        segment: The id of the segment.
        name: Its name then.
        users: How many users it had.
        share: Of all users of the segmentation.
        begun: The run at which its ids began: an id of another beginning is another segment.
    """

    run_id: str
    as_of: dt.date
    segment: int
    name: str
    users: int
    share: float
    begun: str


def sizes(warehouse: Warehouse, segmentation: str) -> tuple[Size, ...]:
    """List the sizes of the segments at each run that is kept, the oldest first.

    A run of which another version has kept what can't be read is left out.
    """
    query = """select run_id, as_of, names, sizes, lineage from past_segmentations
        where segmentation = :name order by run_id"""
    rows = warehouse.query(sql.sql(query, name=segmentation)).to_pylist()
    return tuple(one for row in rows for one in _sizes(row))


def _sizes(row: Mapping[str, Any]) -> Iterator[Size]:
    try:
        users, names, lineage = (_read(row, column) for column in ("sizes", "names", "lineage"))
    except SegmentationError:
        return
    everyone = sum(users.values()) or 1
    for ident, count in users.items():
        name = names.get(ident, str(ident))
        yield Size(row["run_id"], row["as_of"], ident, name, count, count / everyone, lineage.begun)


def members(run_id: str, segmentation: str) -> exp.Select:
    """The SELECT of ``user_id, segment`` of a past run."""
    return select(
        "select user_id, segment from past_membership where run_id = :run and segmentation = :name",
        run=run_id,
        name=segmentation,
    )


def distributions(warehouse: Warehouse, run_id: str) -> tuple[Distribution, ...]:
    """Read back how the features of a run were distributed; nothing if that isn't kept."""
    if not warehouse.columns(DISTRIBUTIONS):
        return ()
    query = "select * from past_distributions where run_id = :run order by feature, bin"
    rows = warehouse.query(sql.sql(query, run=run_id)).to_pylist()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["feature"], []).append(row)
    fields = [field.name for field in dataclasses.fields(Bin)]
    return tuple(
        Distribution(
            feature, bins[0]["users"], tuple(Bin(**{name: one[name] for name in fields}) for one in bins)
        )
        for feature, bins in found.items()
    )


def _make(warehouse: Warehouse) -> None:
    for table, schema in ((MEMBERSHIP, _MEMBERSHIP), (SEGMENTATIONS, _SEGMENTATIONS), (DISTRIBUTIONS, _BINS)):
        if not warehouse.columns(table):
            warehouse.create(table, schema.empty_table())


def _drop(warehouse: Warehouse, run_ids: Sequence[str], tables: Sequence[str]) -> None:
    for table in tables if run_ids else ():
        gone = "delete from :table where run_id in :runs"
        warehouse.execute(sql.sql(gone, table=sql.table(table), runs=list(run_ids)))


def _forget_old(warehouse: Warehouse, kept: int) -> tuple[str, ...]:
    """Drop all but the last runs; distributions that a kept segmentation was fitted on stay."""
    old = [one.run_id for one in runs(warehouse)][:-kept]
    _drop(warehouse, old, (MEMBERSHIP, SEGMENTATIONS))
    if old:
        gone = """delete from past_distributions where run_id in :old
            and run_id not in (select fitted from past_segmentations)"""
        warehouse.execute(sql.sql(gone, old=old))
    return tuple(old)


def _row(position: int, named: Named, lineage: Lineage) -> dict[str, Any]:
    return {
        "position": position,
        "segmentation": named.segmentation.name,
        "json": stored.to_json(named.segmentation),
        "names": json.dumps({str(ident): name for ident, name in named.names.items()}, ensure_ascii=False),
        "sizes": json.dumps({str(one.id): one.users for one in named.segmentation.segments}),
        "lineage": json.dumps(dataclasses.asdict(lineage), ensure_ascii=False),
        "fitted": lineage.fitted,
    }


def _past(row: Mapping[str, Any]) -> Past:
    segmentation = stored.from_json(row["json"])
    return Past(row["run_id"], row["as_of"], segmentation, _read(row, "names"), _read(row, "lineage"))


#: What the columns of JSON hold.
_HOLDS = {"names": dict[int, str], "sizes": dict[int, int], "lineage": Lineage}


def _read(row: Mapping[str, Any], column: str) -> Any:
    try:
        return TypeAdapter(_HOLDS[column]).validate_json(row[column])
    except ValidationError as error:
        raise SegmentationError(
            f"What is kept of run {row['run_id']} can't be read: {column} of past_segmentations is wrong "
            f"({error.errors()[0]['msg']}). {AGAIN}"
        ) from error


def _bins(counted: Sequence[Distribution], mark: PastRun) -> pa.Table:
    rows = [(one, at, found) for one in counted for at, found in enumerate(one.bins)]
    columns: dict[str, list[Any]] = {
        "feature": [one.feature for one, _, _ in rows],
        "bin": [at for _, at, _ in rows],
        "users": [one.users for one, _, _ in rows],
        "as_of": [mark.as_of] * len(rows),
        "run_id": [mark.run_id] * len(rows),
    }
    # Tens of thousands of bins: dataclasses.asdict, which copies every value, took seconds.
    for field in dataclasses.fields(Bin):
        columns[field.name] = [getattr(found, field.name) for _, _, found in rows]
    return pa.table([columns[name] for name in _BINS.names], schema=_BINS)


_MARK = [("as_of", pa.date32()), ("run_id", pa.string())]
_MEMBERSHIP = pa.schema(
    [("user_id", pa.string()), ("segmentation", pa.string()), ("segment", pa.int32()), *_MARK]
)
_SEGMENTATIONS = pa.schema(
    [
        ("position", pa.int32()),
        ("segmentation", pa.string()),
        ("json", pa.large_string()),
        ("names", pa.large_string()),
        ("sizes", pa.large_string()),
        ("lineage", pa.large_string()),
        ("fitted", pa.string()),
        *_MARK,
    ]
)
_BINS = pa.schema(
    [
        ("feature", pa.string()),
        ("bin", pa.int32()),
        ("holds", pa.string()),
        ("place", pa.int64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("category", pa.string()),
        ("share", pa.float64()),
        ("users", pa.int64()),
        *_MARK,
    ]
)
