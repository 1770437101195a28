"""What is known of each user in one row, and of each segment: the tables that everything later reads."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from coterie import profile_columns
from coterie.errors import UsageError, did_you_mean
from coterie.features.feature import Feature, FeatureTable
from coterie.segments import stored, within
from coterie.shown import Shown
from coterie.sources import sql

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from coterie.profile_columns import Beside
    from coterie.project.settings import Within
    from coterie.segments.segmentation import Segment, Segmentation
    from coterie.sources.warehouse import Warehouse


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Named(Shown):
    """A segmentation and what its segments are called.

    Attributes:
        segmentation: The segmentation.
        names: The name of each segment by its id.
        made_from: Fingerprint of the data and the settings it was fitted with.
    """

    segmentation: Segmentation
    names: Mapping[int, str]
    made_from: str = ""

    def caption(self) -> str:
        """Say how many segments of how many users there are, and why."""
        return self.segmentation.caption()

    def to_arrow(self) -> pa.Table:
        """Return one row a segment: id, name, users, share and engagement."""
        segments = self.segmentation.segments
        return pa.table(
            {
                "segment": [one.id for one in segments],
                "name": [self.names[one.id] for one in segments],
                "users": [one.users for one in segments],
                "share": [one.share for one in segments],
                "engagement": [one.engagement for one in segments],
            }
        )


def write(
    warehouse: Warehouse, table: FeatureTable, segmentations: Sequence[Named], *, run_id: str
) -> tuple[Named, ...]:
    """Write what `write_segments` does, and `profiles` of it."""
    with warehouse.transaction():
        counted = write_segments(warehouse, table, segmentations, run_id=run_id)
        put_together(warehouse, table, counted, run_id=run_id)
    return counted


def write_segments(
    warehouse: Warehouse, table: FeatureTable, segmentations: Sequence[Named], *, run_id: str
) -> tuple[Named, ...]:
    """Write `catalogue`, `segmentations`, `segments`, `segment_summary` and `membership`.

    All of them become visible together; those of the last run are replaced. Membership is made by the
    warehouse from its table `features`.

    Args:
        warehouse: Where `features` already lies.
        table: The features that the segmentations were fitted on.
        segmentations: In the order of coterie.yaml.
        run_id: The run that each row is marked with.

    Returns:
        The segmentations, with the sizes that segments have in `membership`: those of all users, where
        `table` is a sample.
    """
    mark: dict[str, Any] = {"as_of": table.as_of, "run_id": run_id}
    fitted = [named.segmentation for named in segmentations]
    with warehouse.transaction():
        warehouse.create("catalogue", _rows(_CATALOGUE, map(_catalogue_row, table.features), mark))
        warehouse.create("segment_summary", _rows(_SUMMARY, _summary_rows(segmentations), mark))
        warehouse.create("membership", _marked(membership(fitted), mark))
        counted = _counted(warehouse, segmentations)
        warehouse.create("segmentations", _rows(_SEGMENTATIONS, map(_stored_row, counted), mark))
        warehouse.create("segments", _rows(_SEGMENTS, _segment_rows(counted), mark))
    return counted


def put_together(
    warehouse: Warehouse,
    table: FeatureTable,
    segmentations: Sequence[Named],
    beside: Sequence[Beside] = (),
    *,
    run_id: str,
) -> None:
    """Write `profiles`: features, segments and what other tables say of a user, in one row.

    Args:
        warehouse: Where `features`, and what `write_segments` makes, already lie.
        table: The features.
        segmentations: In the order of coterie.yaml.
        beside: Columns of other tables, in order; `profile_columns` remembers them.
        run_id: The run that each row is marked with.
    """
    mark: dict[str, Any] = {"as_of": table.as_of, "run_id": run_id}
    names = [feature.name for feature in table.features]
    called = [one.segmentation.name for one in segmentations]
    with warehouse.transaction():
        profile_columns.remember(warehouse, beside)
        warehouse.create("profiles", _marked(profiles(names, called, beside), mark))


def _counted(warehouse: Warehouse, segmentations: Sequence[Named]) -> tuple[Named, ...]:
    """The same segmentations, sized by the membership of all users."""
    query = "select segmentation, segment, count(*) as users from membership group by segmentation, segment"
    rows = warehouse.query(sql.sql(query)).to_pylist()
    sizes = {(row["segmentation"], row["segment"]): row["users"] for row in rows}
    found = []
    for named in segmentations:
        one = named.segmentation
        users = [sizes.get((one.name, segment.id), 0) for segment in one.segments]
        segments = tuple(
            dataclasses.replace(segment, users=n, share=n / (sum(users) or 1))
            for segment, n in zip(one.segments, users, strict=True)
        )
        found.append(dataclasses.replace(named, segmentation=dataclasses.replace(one, segments=segments)))
    return tuple(found)


def read_segmentations(warehouse: Warehouse) -> tuple[Named, ...]:
    """Read back what the last run fitted; nothing if there was none."""
    if not warehouse.columns("segmentations"):
        return ()
    rows = warehouse.query(sql.sql("select * from segmentations order by position")).to_pylist()
    names = warehouse.query(sql.sql("select segmentation, segment, name from segments")).to_pylist()
    return tuple(
        Named(
            stored.from_json(row["json"]),
            {one["segment"]: one["name"] for one in names if one["segmentation"] == row["segmentation"]},
            row["made_from"],
        )
        for row in rows
    )


def only(segmentations: Sequence[Named], name: str | None) -> Sequence[Named]:
    """Pick the segmentation of that name; all of them if there is no name."""
    if name is None:
        return segmentations
    names = [one.segmentation.name for one in segmentations]
    if name not in names:
        raise UsageError(f"There is no segmentation {name!r}. {did_you_mean(name, names)}")
    return [one for one in segmentations if one.segmentation.name == name]


def inside(asked: Within | None, others: Sequence[Named], name: str) -> tuple[str, int] | None:
    """Find the segmentation and the id of its segment that another is to be within, if it is.

    Args:
        asked: As the settings say it.
        others: The segmentations there are.
        name: Of the segmentation that is within, for errors.

    Raises:
        UsageError: There is no such segmentation, or it has no such segment.
    """
    if asked is None:
        return None
    (parent,) = only(others, asked.segmentation)
    return within.resolved(asked, parent.segmentation, parent.names, name)


def read_catalogue(warehouse: Warehouse) -> tuple[Feature, ...]:
    """Read back which features the last run built, in order."""
    rows = warehouse.query(sql.sql("select * from catalogue order by position")).to_pylist()
    fields = [field.name for field in dataclasses.fields(Feature)]
    return tuple(Feature(**{name: row[_COLUMN_OF.get(name, name)] for name in fields}) for row in rows)


def read_user(warehouse: Warehouse, as_of: dt.date, user_id: str) -> FeatureTable:
    """Read back the features of one user from the last run, which were as of that date; no row if unknown."""
    features = read_catalogue(warehouse)
    columns = [sql.column("user_id"), *(sql.column(feature.name) for feature in features)]
    query = sql.select(*columns).from_(sql.table("features"), copy=False)
    query = query.where(sql.column("user_id").eq(sql.literal(user_id)))
    return FeatureTable(as_of, features, warehouse.query(query))


def membership(segmentations: Sequence[Segmentation]) -> exp.Query:
    """The SQL that says in which segment each user of `features` is, in every segmentation.

    Of a segmentation within a segment of another, only the users of that segment.
    """
    first, *others = (_members(one, segmentations) for one in segmentations)
    query: exp.Query = first
    for other in others:
        query = exp.union(query, other, distinct=False, copy=False)
    return query


def profiles(
    features: Iterable[str], segmentations: Sequence[str], beside: Sequence[Beside] = ()
) -> exp.Select:
    """The SQL that puts features and segments of a user, and what other tables say, in one row.

    For a segmentation ``engagement`` there are two columns: ``engagement_segment`` (its id) and
    ``engagement_segment_name``, null where it is not about the user.
    """
    query = sql.select(sql.column("user_id", "f"), *(sql.column(name, "f") for name in features))
    query = query.from_(exp.alias_(sql.table("features"), "f", table=True), copy=False)
    for i, name in enumerate(segmentations):
        m, s = f"m{i + 1}", f"s{i + 1}"
        query = query.select(
            sql.named(sql.column("segment", m), f"{name}_segment"),
            sql.named(sql.column("name", s), f"{name}_segment_name"),
            copy=False,
        )
        for table, alias, key, other in (("membership", m, "user_id", "f"), ("segments", s, "segment", m)):
            query = query.join(
                exp.alias_(sql.table(table), alias, table=True),
                on=exp.and_(
                    sql.column("segmentation", alias).eq(sql.literal(name)),
                    sql.column(key, alias).eq(sql.column(key, other)),
                ),
                join_type="left",
                copy=False,
            )
    return profile_columns.joined(query, beside)


def _members(segmentation: Segmentation, others: Sequence[Segmentation]) -> exp.Select:
    inner = within.assigning(segmentation, others, "features").subquery("a", copy=False)
    name = sql.named(sql.literal(segmentation.name), "segmentation")
    return sql.select(sql.column("user_id"), name, sql.column("segment")).from_(inner, copy=False)


def _marked(query: exp.Query, mark: Mapping[str, Any]) -> exp.Select:
    """The same rows, each with the date and the run it belongs to."""
    marks = [
        sql.named(exp.cast(sql.literal(mark["as_of"].isoformat()), "date"), "as_of"),
        sql.named(sql.literal(mark["run_id"]), "run_id"),
    ]
    return exp.select("*", *marks).from_(query.subquery("rows", copy=False), copy=False)


_COLUMN_OF = {"null": "null_meaning"}

_CATALOGUE = pa.schema(
    [
        ("position", pa.int32()),
        ("name", pa.string()),
        ("family", pa.string()),
        ("unit", pa.string()),
        ("sentence", pa.large_string()),
        ("null_meaning", pa.large_string()),
        ("fill", pa.string()),
        ("behaviour", pa.bool_()),
        ("higher_is", pa.int32()),
        ("kind", pa.string()),
        ("sql", pa.large_string()),
        ("half_life_us", pa.int64()),
    ]
)
_SEGMENTATIONS = pa.schema(
    [
        ("position", pa.int32()),
        ("segmentation", pa.string()),
        ("method", pa.string()),
        ("segments", pa.int32()),
        ("clustered", pa.bool_()),
        ("verdict", pa.large_string()),
        ("made_from", pa.string()),
        ("json", pa.large_string()),
    ]
)
_SEGMENTS = pa.schema(
    [
        ("segmentation", pa.string()),
        ("segment", pa.int32()),
        ("name", pa.string()),
        ("users", pa.int64()),
        ("share", pa.float64()),
        ("engagement", pa.float64()),
        ("stability", pa.float64()),
        ("traits", pa.large_string()),
    ]
)
_SUMMARY = pa.schema(
    [
        ("segmentation", pa.string()),
        ("segment", pa.int32()),
        ("name", pa.string()),
        ("feature", pa.string()),
        ("category", pa.string()),
        ("users", pa.int64()),
        ("proportion", pa.float64()),
        ("mean", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("median", pa.float64()),
    ]
)


def _rows(schema: pa.Schema, rows: Iterable[dict[str, Any]], mark: Mapping[str, Any]) -> pa.Table:
    whole = pa.schema([*schema, ("as_of", pa.date32()), ("run_id", pa.string())])
    numbered = ({"position": i, **row, **mark} for i, row in enumerate(rows))
    return pa.Table.from_pylist(list(numbered), schema=whole)


def _catalogue_row(feature: Feature) -> dict[str, Any]:
    return {_COLUMN_OF.get(name, name): value for name, value in dataclasses.asdict(feature).items()}


def _stored_row(named: Named) -> dict[str, Any]:
    one = named.segmentation
    return {
        "segmentation": one.name,
        "method": one.method,
        "segments": len(one.segments),
        "clustered": one.clustered,
        "verdict": one.verdict,
        "made_from": named.made_from,
        "json": stored.to_json(one),
    }


def _segment_rows(segmentations: Sequence[Named]) -> Iterable[dict[str, Any]]:
    for named in segmentations:
        for segment in named.segmentation.segments:
            yield {
                **_who(named, segment),
                "users": segment.users,
                "share": segment.share,
                "engagement": segment.engagement,
                "stability": segment.stability,
                "traits": json.dumps(
                    [dataclasses.asdict(trait) for trait in segment.traits], ensure_ascii=False
                ),
            }


def _summary_rows(segmentations: Sequence[Named]) -> Iterable[dict[str, Any]]:
    for named in segmentations:
        for segment in named.segmentation.segments:
            for one in segment.summary:
                proportion = one.users / segment.users if segment.users else None
                yield {**_who(named, segment), "proportion": proportion, **dataclasses.asdict(one)}


def _who(named: Named, segment: Segment) -> dict[str, Any]:
    return {"segmentation": named.segmentation.name, "segment": segment.id, "name": named.names[segment.id]}
