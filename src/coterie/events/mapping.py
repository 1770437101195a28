"""From the rows of a source to canonical columns and a `reason`: null for a row that is used.

The reasons, in the order in which the first that fits is given:

| reason | what it says |
|---|---|
| unreadable row | the row is not whole: too few or many values, an open quote, broken JSON |
| no user | the user id is null or blank |
| unreadable time | the time is missing or not in the form that the mapping says |
| time before 1990 | before 1990-01-01 UTC |
| time in the future | more than one day after the load began: clocks run ahead a little, and zones differ |
| unmapped kind | `map` lists no word for the kind and the source is strict |
| no kind | the kind is null or blank |
| duplicate event id | an event of the source has the same event_id; the first is kept |
| exact duplicate | a row equal in every column, where events have no id; the first is kept |
| duplicate user | of users alone: the same user_id again; the first is kept |
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from sqlglot import exp

from coterie.events import columns, event
from coterie.events.fields import is_blank
from coterie.sources import dialects, sql
from coterie.sources.relation import ROW, UNIT, over, select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coterie.events.fields import Field
    from coterie.project.sourcing import Source
    from coterie.sources.relation import Relation

#: Times before are mistakes: there was no web.
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
#: How far ahead of the load a clock may run.
TOLERANCE = dt.timedelta(days=1)

UNREADABLE_ROW = "unreadable row"
UNREADABLE_TIME = "unreadable time"
EARLY = "time before 1990"
LATE = "time in the future"
REPEATED_EVENT = "duplicate event id"

_NUMBERS = ("value", "duration")


@dataclasses.dataclass(frozen=True)
class Mapped:
    """A relation seen through the mapping of its source.

    Attributes:
        relation: Where rows come from.
        canonical: The columns that the mapping gives, named.
        checks: Conditions over `canonical` and the reason that each gives, in order of precedence.
        key: What rows share that are the same one; None where repeated rows are fine.
        repeated: The reason given to all but the first row of a key.
    """

    relation: Relation
    canonical: tuple[exp.Expression, ...]
    checks: tuple[tuple[exp.Expression, str], ...]
    key: exp.Expression | None
    repeated: str

    def rows(self, *, repeats: str | None = None, keyed: bool = False, recorded: bool = False) -> exp.Select:
        """Select the canonical columns, `coterie_unit`, `coterie_row` and `reason`.

        Args:
            repeats: A table (unit, row_number) of the rows to set aside as repeated.
            keyed: Add the column `key`.
            recorded: Add the column `record`, the raw row as JSON text.
        """
        row = sql.column(ROW) if self.relation.numbered else sql.sql("cast(null as bigint)")
        chosen = [*self.canonical, sql.column(UNIT), sql.named(row, ROW)]
        chosen.append(sql.named(self.relation.complete or exp.true(), "complete"))
        if keyed and self.key is not None:
            chosen.append(sql.named(self.key, "key"))
        if recorded:
            chosen.append(sql.named(self.relation.record, "record"))
        mapped = sql.select(*chosen).from_(self.relation.rows.subquery("source_rows", copy=False), copy=False)
        return select(
            "select mapped.*, :reason as reason from :rows",
            reason=self._reason(repeats),
            rows=mapped.subquery("mapped", copy=False),
        )

    def _reason(self, repeats: str | None) -> exp.Expression:
        cases = exp.Case()
        for condition, reason in self.checks:
            cases = cases.when(condition, sql.literal(reason))
        if repeats is not None:
            both = "(coterie_unit, coterie_row) in (select (unit, row_number) from :repeats)"
            # Rows of databases are numbered through all units.
            one = "coterie_row in (select row_number from :repeats)"
            is_native = self.relation.dialect == sql.WRITTEN_IN
            repeated = sql.sql(both if is_native else one, repeats=sql.table(repeats))
            cases = cases.when(repeated, sql.literal(self.repeated))
        return cases


def events(source: Source, relation: Relation, fields: Mapping[str, Field], now: dt.datetime) -> Mapped:
    """Map rows to events.

    Args:
        source: A source of events.
        relation: Its rows.
        fields: Its fields, resolved.
        now: When the load began, with a zone.
    """
    identified = "event_id" in fields
    chosen = {
        name: sql.named(_event_field(name, fields[name]), name) for name in event.MAPPED if name in fields
    }
    chosen["at_us"] = sql.named(fields["at"].microseconds(), "at_us")
    if source.events is not None and source.events.properties:
        actual = [columns.actual(name, relation) or name for name in source.events.properties]
        chosen["properties"] = sql.named(dialects.record(actual, relation.dialect), "properties")
    for name, kind in event.MAPPED.items():
        chosen.setdefault(name, sql.named(exp.cast(exp.null(), kind), name))
    unmapped = fields["kind"].unmapped() if source.strict else exp.false()
    key = relation.whole if source.duplicates == "set_aside" else None
    return Mapped(
        relation,
        (*chosen.values(), sql.named(unmapped, "unmapped")),
        _event_checks(now),
        fields["event_id"].text() if identified else key,
        REPEATED_EVENT if identified else "exact duplicate",
    )


def lengths(relation: Relation, fields: Mapping[str, Field]) -> exp.Select:
    """Ask for the most letters of each field of events that is text; null where no row has any."""
    texts = {name: _event_field(name, fields[name]) for name in event.MAPPED if name in fields}
    measured = (
        sql.named(sql.sql("max(length(:given))", given=text), name)
        for name, text in texts.items()
        if event.MAPPED[name] == "text"
    )
    return over(relation.rows, *measured)


def _event_field(name: str, field: Field) -> exp.Expression:
    if name == "user_id":
        return field.user_id()
    return field.number() if name in _NUMBERS or field.mapping.as_ == "number" else field.text()


def _event_checks(now: dt.datetime) -> tuple[tuple[exp.Expression, str], ...]:
    return (
        (sql.sql("not complete"), UNREADABLE_ROW),
        (sql.sql("user_id is null"), "no user"),
        (sql.sql("at_us is null"), UNREADABLE_TIME),
        (sql.sql("at_us < :earliest", earliest=microseconds(EARLIEST)), EARLY),
        (sql.sql("at_us > :latest", latest=microseconds(now + TOLERANCE)), LATE),
        (sql.sql("unmapped"), "unmapped kind"),
        (sql.sql("kind is null or :blank", blank=is_blank(sql.column("kind"))), "no kind"),
    )


def users(
    relation: Relation, fields: Mapping[str, Field], types: Mapping[str, str], now: dt.datetime
) -> Mapped:
    """Map rows to users.

    Args:
        relation: Rows of a source of users.
        fields: Its fields, resolved.
        types: Of each attribute: double or text.
        now: When the run began; a sign-up more than a day later can't be true and becomes unknown.
    """
    chosen = {
        "user_id": fields["user_id"].user_id() if "user_id" in fields else _row_id(relation),
        "since_us": _signed_up(fields["since"], now) if "since" in fields else exp.cast(exp.null(), "bigint"),
        "acquisition_channel": exp.cast(exp.null(), "text"),
    }
    if "acquisition_channel" in fields:
        chosen["acquisition_channel"] = fields["acquisition_channel"].text()
    for name, kind in types.items():
        chosen[name] = fields[name].number() if kind == "double" else fields[name].text()
    return Mapped(
        relation,
        tuple(sql.named(value, name) for name, value in chosen.items()),
        ((sql.sql("not complete"), UNREADABLE_ROW), (sql.sql("user_id is null"), "no user")),
        chosen["user_id"] if "user_id" in fields else None,
        "duplicate user",
    )


def _signed_up(since: Field, now: dt.datetime) -> exp.Expression:
    return sql.sql(
        "case when :since <= :latest then :since end",
        since=since.microseconds(),
        latest=microseconds(now + TOLERANCE),
    )


def _row_id(relation: Relation) -> exp.Expression:
    if len(relation.units) == 1:
        return sql.sql("'row-' || coterie_row")
    return sql.sql("coterie_unit || '-row-' || coterie_row")


def microseconds(moment: dt.datetime) -> int:
    """Microseconds since 1970 (UTC).

    Examples:
        >>> microseconds(dt.datetime(1970, 1, 1, 0, 0, 2, tzinfo=dt.UTC))
        2000000
    """
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
