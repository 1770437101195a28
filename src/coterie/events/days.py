"""`user_days`: one row a user and day, kept up to date from new events alone.

Most features are sums over the days before a date, so this table answers them for any past date. What
would need more than a day's own events is written as a number that adds up all the same: a session
belongs to the day it starts on, the time in it to the days it is spent on, a silence to the day that
ends it.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

from sqlglot import exp

from coterie.errors import SourceError
from coterie.events import changed, portions
from coterie.progress import quiet
from coterie.sources import dialects, sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.progress import Progress
    from coterie.sources.warehouse import Warehouse

TABLE = "user_days"

DAY_US = 86_400_000_000
#: A pause of more than 30 minutes ends a session (the web analytics convention).
SESSION_GAP_US = 1_800_000_000
#: Kinds get a column each; a vocabulary beyond this is a mapping gone wrong.
MOST_KINDS = 64


@dataclasses.dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did.

    Attributes:
        kinds: The kinds of events that have a column, in alphabetical order.
        anew: Whether every user was computed, and not only those with new events.
    """

    kinds: tuple[str, ...]
    anew: bool


def kind_column(kind: str) -> str:
    """Name the column of `user_days` that counts the events of a kind.

    Examples:
        >>> kind_column("view")
        'kind_view'
    """
    return f"kind_{sql.plain_name(kind)}"


#: What happened on each day, from the events alone.
_COUNTED = """
    select user_id, :day as day, count(*) as events,
        count(case when at_us % :day_us < :day_us // 4 then 1 end) as night,
        count(case when at_us % :day_us between :day_us // 4 and :day_us // 2 - 1 then 1 end) as morning,
        count(case when at_us % :day_us between :day_us // 2 and :day_us * 3 // 4 - 1 then 1 end)
            as afternoon,
        count(case when kind = 'order' and coalesce(value, 0) >= 0 then 1 end) as orders,
        count(case when kind = 'order' and value >= 0 then 1 end) as priced_orders,
        sum(case when kind = 'order' and value >= 0 then value end) as spend,
        count(case when kind = 'refund' or (kind = 'order' and value < 0) then 1 end) as refunds,
        sum(case when kind = 'refund' or (kind = 'order' and value < 0) then abs(value) end) as refunded,
        count(case when kind = 'view' then duration end) as timed_views,
        sum(case when kind = 'view' then duration end) as view_seconds,
        count(case when kind = 'video' then duration end) as timed_videos,
        sum(case when kind = 'video' then duration end) as video_seconds
    from :events group by user_id, :day
"""

#: Two events of one half hour are never more than a session's gap apart.
_HALF_HOURS = """
    select user_id, at_us // :gap as half_hour, min(at_us) as first_us, max(at_us) as last_us
    from :events group by user_id, at_us // :gap
"""

_FOLLOWED = (
    "select *, lag(last_us) over (partition by user_id order by half_hour) as previous_us from half_hours"
)

#: What each day owes to the events before it.
_VISITS = """
    select user_id, half_hour // 48 as day,
        count(case when previous_us is null or first_us - previous_us > :gap then 1 end) as sessions,
        sum(last_us - first_us
            + case when first_us - previous_us <= :gap then first_us - previous_us else 0 end) as session_us,
        max(case when previous_us // :day_us < half_hour // 48
            then half_hour // 48 - previous_us // :day_us end) as gap_days
    from followed group by user_id, half_hour // 48
"""

#: In the order of the groups to come, so that they need no sorting of their own.
_SEEN = """
    select user_id, at_us // :day_us as day, at_us, kind, value, duration,
        lag(at_us) over (partition by user_id order by at_us // :day_us, at_us) as previous_us
    from :events
"""

#: The same as `_VISITS` says, from each event.
_VISITS_SEEN = """
    select count(case when previous_us is null or at_us - previous_us > :gap then 1 end) as sessions,
        sum(case when at_us - previous_us <= :gap then at_us - previous_us else 0 end) as session_us,
        max(case when previous_us // :day_us < day then day - previous_us // :day_us end) as gap_days
"""

_JOINED = """
    select counted.*, sessions, session_us, gap_days
    from counted join visits on visits.user_id = counted.user_id and visits.day = counted.day
"""

#: What users weigh in `coterie.events.portions`.
_WEIGHED = "select user_id, count(*) as weight from events group by user_id"
_WEIGHT = "select count(*) as weight from events"

_DAYS = """
    select user_id, cast(day as int) as day, cast(events as int) as events,
        cast(sessions as int) as sessions, cast(session_us as bigint) as session_us,
        cast(gap_days as int) as gap_days, cast(night as int) as night, cast(morning as int) as morning,
        cast(afternoon as int) as afternoon, cast(orders as int) as orders,
        cast(priced_orders as int) as priced_orders, spend, cast(refunds as int) as refunds, refunded,
        cast(timed_views as int) as timed_views, view_seconds, cast(timed_videos as int) as timed_videos,
        video_seconds
    from days
"""


def statement(kinds: Sequence[str], events: str = "events", *, sorting: bool = False) -> exp.Select:
    """Write the SELECT that makes `user_days`.

    Sessions follow from half hours: two events of one half hour are never more than a session's gap apart,
    so the first and last event of each say all. A narrow window over a few million half hours takes the
    place of one over all events, with the same result to the microsecond. Engines that would sort for each
    group and join sort the events once instead.

    Args:
        kinds: The kinds that get a column.
        events: The table of the events of the users to compute.
        sorting: Sort the events of each user once and read them in that order.
    """
    in_steps = _sorted if sorting else _hashed
    steps = in_steps(sql.table(events), [_kind_counted(kind) for kind in kinds])
    table = select(_DAYS)
    for kind in kinds:
        name = kind_column(kind)
        table.select(sql.named(sql.sql("cast(:name as int)", name=sql.column(name)), name), copy=False)
    if sorting:
        _group(table, steps.pop("days"))
    for name, step in steps.items():
        table.with_(name, as_=step, copy=False)
    return table


def _group(table: exp.Select, groups: exp.Select) -> None:
    """Let a SELECT from groups make the groups itself, so that no engine puts them down in between."""
    counted = {one.alias_or_name: one.unalias() for one in groups.selects}

    def told(node: exp.Expr) -> exp.Expr:
        return counted[node.name].copy() if isinstance(node, exp.Column) else node

    table.select(
        *(sql.named(one.unalias().transform(told), one.alias_or_name) for one in table.selects),
        append=False,
        copy=False,
    )
    for part in ("from_", "group"):
        table.set(part, groups.args[part])


def _kind_counted(kind: str) -> exp.Expression:
    return sql.named(sql.sql("count(case when kind = :kind then 1 end)", kind=kind), kind_column(kind))


def _hashed(events: exp.Table, of_kinds: Sequence[exp.Expression]) -> dict[str, exp.Select]:
    """Group the events by day and by half hour, follow the half hours, and join."""
    day = sql.sql("at_us // :day_us", day_us=DAY_US)
    return {
        "counted": select(_COUNTED, day=day, day_us=DAY_US, events=events).select(*of_kinds),
        "half_hours": select(_HALF_HOURS, gap=SESSION_GAP_US, events=events),
        "followed": select(_FOLLOWED),
        "visits": select(_VISITS, gap=SESSION_GAP_US, day_us=DAY_US),
        "days": select(_JOINED),
    }


def _sorted(events: exp.Table, of_kinds: Sequence[exp.Expression]) -> dict[str, exp.Select]:
    """Sort the events, follow them and group them in the same order."""
    counted = select(_COUNTED, day=sql.column("day"), day_us=DAY_US, events=sql.table("seen"))
    visits = select(_VISITS_SEEN, gap=SESSION_GAP_US, day_us=DAY_US)
    return {
        "seen": select(_SEEN, day_us=DAY_US, events=events),
        "days": counted.select(*visits.selects, *of_kinds),
    }


def refresh(warehouse: Warehouse, progress: Progress = quiet) -> Refreshed:
    """Bring `user_days` up to date with `events`.

    Only the users in `changed_users` are computed, unless the table isn't there yet or a kind came or
    went. Afterwards `changed_users` still names them, for the features; `coterie.features.build` empties it.

    Raises:
        SourceError: There are more kinds of events than a mapping can mean.
    """
    kinds = _kinds(warehouse)
    columns = [kind_column(kind) for kind in kinds]
    sorting = warehouse.dialect in dialects.SORTING
    there = [name for name in warehouse.columns(TABLE) if name.startswith("kind_")]
    progress("days", 0, 1)
    warehouse.drop(changed.EVENTS)
    if sorted(there) != sorted(columns) or not warehouse.columns(TABLE):
        _make(warehouse, kinds, sorting=sorting)
        progress("days", 1, 1)
        return Refreshed(kinds, anew=True)
    if changed.are_noted(warehouse):
        changed.gather(warehouse)
        with warehouse.transaction():
            warehouse.execute(
                sql.sql(
                    "delete from user_days where user_id in (select user_id from :changed)",
                    changed=sql.table(changed.TABLE),
                )
            )
            warehouse.append(TABLE, statement(kinds, changed.EVENTS, sorting=sorting))
    progress("days", 1, 1)
    return Refreshed(kinds, anew=False)


def _make(warehouse: Warehouse, kinds: Sequence[str], *, sorting: bool) -> None:
    """Compute every user."""
    portions.create(
        warehouse,
        TABLE,
        portions.split(warehouse, select(_WEIGHED), select(_WEIGHT)),
        lambda portion, _: contextlib.nullcontext(portion.only(statement(kinds, sorting=sorting))),
    )


def _kinds(warehouse: Warehouse) -> tuple[str, ...]:
    found = warehouse.query(sql.sql("select kind from events group by kind order by kind"))
    kinds = tuple(found.column("kind").to_pylist())
    if len(kinds) > MOST_KINDS:
        raise SourceError(
            f"The events are of {len(kinds):,} kinds, such as {', '.join(map(repr, kinds[:3]))}; "
            f"at most {MOST_KINDS} are allowed. Map `kind` to a few words (`map:` with a `default:`), "
            "or use `category` for the rest."
        )
    return kinds
