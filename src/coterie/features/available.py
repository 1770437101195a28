"""What the data can feed: asked once, before the catalogue is made."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coterie.events import days
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coterie.features.as_of import AsOf
    from coterie.project.settings import FeatureSettings
    from coterie.sources.warehouse import Warehouse

#: Kinds beyond the most frequent are counted in `activity_events` but get no features of their own.
MOST_KINDS = 12
#: So are channels and classes of devices.
MOST_WORDS = 8

_RESERVED = ("user_id", "since_us", "acquisition_channel")


@dataclasses.dataclass(frozen=True, slots=True)
class Available:
    """What there is before the date, so that events after it change not even the catalogue.

    Attributes:
        kinds: Kinds of events, the most frequent first.
        main_kinds: Those that get features of their own.
        fields: For each field of events such as ``item``, the kinds of events that have it.
        categories: The main categories, the most frequent first.
        channels: The main channels.
        devices: The main classes of devices.
        attributes: Name and whether it is a number, for each attribute of users.
        since: Whether some users have a date of sign-up.
        acquisition: Whether some users have an acquisition channel.
        weeks: The length of weekly patterns.
    """

    kinds: tuple[str, ...] = ()
    main_kinds: tuple[str, ...] = ()
    fields: tuple[tuple[str, frozenset[str]], ...] = ()
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    attributes: tuple[tuple[str, bool], ...] = ()
    since: bool = False
    acquisition: bool = False
    weeks: int = 8

    def has(self, field: str, kind: str | None = None) -> bool:
        """Whether events (of a kind) have a field."""
        kinds = dict(self.fields).get(field, frozenset())
        return bool(kinds) if kind is None else kind in kinds


_FIELDS = ("item", "category", "value", "duration", "channel", "device", "query")


def available(warehouse: Warehouse, settings: FeatureSettings, as_of: AsOf) -> Available:
    """Ask the warehouse what features can be fed as of a date."""
    users = warehouse.columns("users")
    attributes = tuple(
        (name, kind.upper() in {"DOUBLE", "FLOAT", "BIGINT", "INTEGER"})
        for name, kind in users.items()
        if name not in _RESERVED
    )
    kinds, fields = _kinds(warehouse, as_of)
    return Available(
        kinds=kinds,
        main_kinds=kinds[:MOST_KINDS],
        fields=fields,
        categories=_main(warehouse, "category", settings.categories, as_of, dict(fields)),
        channels=_main(warehouse, "channel", MOST_WORDS, as_of, dict(fields)),
        devices=_main(warehouse, "device", MOST_WORDS, as_of, dict(fields)),
        attributes=attributes,
        since=_known(warehouse, users, "since_us", as_of),
        acquisition=_known(warehouse, users, "acquisition_channel", as_of),
        weeks=settings.weeks,
    )


def _kinds(
    warehouse: Warehouse, as_of: AsOf
) -> tuple[tuple[str, ...], tuple[tuple[str, frozenset[str]], ...]]:
    if not warehouse.columns("events"):
        return (), ()
    statement = select(
        """select kind, count(*) as events from events where at_us < :as_of
        group by kind order by events desc, kind""",
        as_of=as_of.us,
    )
    for field in _FIELDS:
        statement = statement.select(sql.named(sql.sql("count(:field)", field=sql.column(field)), field))
    rows = warehouse.query(statement).to_pylist()
    fields = tuple((field, frozenset(row["kind"] for row in rows if row[field])) for field in _FIELDS)
    return tuple(row["kind"] for row in rows), fields


def _main(
    warehouse: Warehouse, field: str, most: int, as_of: AsOf, fields: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    if not most or not fields.get(field):
        return ()
    found = warehouse.query(
        select("select count(*) as events from events where at_us < :as_of", as_of=as_of.us)
        .select(sql.named(sql.column(field), "word"))
        .where(sql.sql("not :field is null", field=sql.column(field)))
        .group_by(sql.column(field))
        .order_by("events desc", "word")
        .limit(most)
    )
    return tuple(found.column("word").to_pylist())


def _known(warehouse: Warehouse, columns: dict[str, str], name: str, as_of: AsOf) -> bool:
    if name not in columns:
        return False
    statement = sql.sql(
        "select count(:name) as n from users where since_us is null or since_us < :as_of",
        name=sql.column(name),
        as_of=as_of.us,
    )
    found = warehouse.query(statement)
    return bool(found.column("n")[0].as_py())


def kind_days(kind: str) -> str:
    """Name the column of `user_days` with a day's events of a kind, as it stands in SQL."""
    return sql.column(days.kind_column(kind)).sql(dialect=sql.WRITTEN_IN)
