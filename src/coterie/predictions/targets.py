"""What happens to users within the horizon, in SQL: strictly from a date on, and before its end.

Beside it always what happened in as many days before the date: the naive baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.events.days import kind_column
from coterie.features.as_of import AsOf
from coterie.project.predicting import ANY
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlglot import exp

    from coterie.predictions.examples import Kind
    from coterie.project.predicting import PredictionSettings, Target

#: What of a user's days makes the outcome.
_OUTCOME = {
    "inactive": "case when :within > 0 then 0.0 else 1.0 end",
    "none": "case when :within > 0 then 0.0 else 1.0 end",
    "first_time": "case when :within > 0 then 1.0 else 0.0 end",
    "count": "cast(:within as double)",
    "value": "cast(:within as double)",
}

_HAPPENED = """
    select asked.number as number,
        sum(case when near.day >= asked.as_of_day then :quantity end) as after_it,
        sum(case when near.day < asked.as_of_day then :quantity end) as before_it
    from :asked as asked
    left join (select * from user_days where day >= :first and day < :finish) as near
        on near.user_id = asked.user_id
        and near.day >= asked.as_of_day - :horizon and near.day < asked.as_of_day + :horizon
    group by asked.number
"""


def kind_of(target: Target) -> Kind:
    """Say what sort of number a target is.

    Examples:
        >>> kind_of("none"), kind_of("value")
        ('yes_or_no', 'amount')
    """
    if target == "count":
        return "count"
    return "amount" if target == "value" else "yes_or_no"


def quantity(kind: str, *, money: bool = False) -> exp.Expression:
    """Say what a day of a user counts for: events of a kind, or what orders brought less refunds.

    Args:
        kind: A kind of event; ``any``: all of them. Of orders those that are no refunds.
        money: What orders brought, in place of how many they are.
    """
    if money:
        return sql.sql("coalesce(spend, 0) - coalesce(refunded, 0)")
    if kind in (ANY, "order"):
        return sql.column("events" if kind == ANY else "orders")
    return sql.column(kind_column(kind))


def happened(
    settings: PredictionSettings, dates: Sequence[dt.date], horizon_days: int, asked: str
) -> exp.Select:
    """Write the SELECT of ``number, after_it, before_it``: how much within the horizon, and before the date.

    Args:
        settings: Target and kind; not `becomes`.
        dates: The dates that `asked` speaks of.
        horizon_days: How many days a horizon has; as many before the date are the period before.
        asked: A table of ``number`` (unique), ``user_id`` and ``as_of_day``: the horizon begins with that
            midnight (UTC). Each number comes back once.
    """
    return select(
        _HAPPENED,
        quantity=quantity(settings.about, money=settings.target == "value"),
        horizon=horizon_days,
        first=AsOf.of(min(dates)).day - horizon_days,
        finish=AsOf.of(max(dates)).day + horizon_days,
        asked=sql.table(asked),
    )


def outcomes(
    settings: PredictionSettings, dates: Sequence[dt.date], horizon_days: int, asked: str
) -> exp.Select:
    """Write the SELECT of ``number, outcome, naive, net``; arguments are those of `happened`.

    A value is never below zero: who gave back more than they bought brought nothing. The net says by how
    much; of other targets it is zero.
    """
    rows = happened(settings, dates, horizon_days, asked)
    columns = [
        sql.named(_outcome(settings.target, within), name)
        for within, name in (("after_it", "outcome"), ("before_it", "naive"))
    ]
    net = sql.column("after_it") if settings.target == "value" else sql.literal(0)
    net = sql.sql("cast(coalesce(:net, 0) as double)", net=net)
    query = sql.select(sql.column("number"), *columns, sql.named(net, "net"))
    return query.from_(rows.subquery("happened", copy=False), copy=False)


def _outcome(target: Target, column: str) -> exp.Expression:
    within = sql.sql("coalesce(:column, 0)", column=sql.column(column))
    if target == "value":
        within = sql.sql("greatest(:within, 0.0)", within=within)
    return sql.sql(_OUTCOME[target], within=within)


def got_in(segment: int, before: str, after: str, asked: str) -> exp.Select:
    """Write the SELECT of ``number, outcome, naive, net`` of target becomes: in it at the horizon's end.

    Args:
        segment: The id of the segment.
        before: A table of ``user_id, segment`` as of the date, in which ``user_id`` is the number.
        after: The same as of the end of the horizon.
        asked: A table of ``number``; those in the segment already don't come back.
    """
    return select(
        """select asked.number as number,
            case when there.segment = :segment then 1.0 else 0.0 end as outcome, 0.0 as naive, 0.0 as net
        from :asked as asked
        left join :before as here on here.user_id = asked.number
        left join :after as there on there.user_id = asked.number
        where here.segment is null or here.segment <> :segment""",
        segment=segment,
        before=sql.table(before),
        after=sql.table(after),
        asked=sql.table(asked),
    )
