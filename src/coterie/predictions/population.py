"""Of whom something is foretold as of a date, and who is too new for it."""

from __future__ import annotations

import dataclasses
import datetime as dt  # noqa: TC003 - read when stored counts are checked
from typing import TYPE_CHECKING

from sqlglot import exp

from coterie.events.days import DAY_US
from coterie.features.as_of import AsOf
from coterie.predictions.targets import quantity
from coterie.project.predicting import ANY
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.project.predicting import PredictionSettings
    from coterie.sources.warehouse import Warehouse

#: Everyone heard of before the date: since when, when last, and when last with an event of the kind.
_KNOWN = """
    select user_id, min(first_day) as first_day, max(last_day) as last_day, max(last_of_kind) as last_of_kind
    from (
        select user_id, min(day) as first_day, max(day) as last_day,
            max(case when :quantity > 0 then day end) as last_of_kind
        from user_days where day < :day group by user_id
        union all
        select user_id, since_us // :day_us as first_day, cast(null as int) as last_day,
            cast(null as int) as last_of_kind
        from users where since_us < :us
    ) as heard_of group by user_id
"""

_COUNTS = """
    select count(*) as known, count(case when :belongs then 1 end) as belong,
        count(case when :belongs and first_day > :latest then 1 end) as too_new, :place as place
    from :known
"""

#: Knuth's multiplicative hashing of the place among those who belong, as in `coterie.features.build.read`.
_DRAWN = """
    select user_id
    from (select user_id, row_number() over (order by user_id) as number from :users) as numbered
    where (number * 2654435769 + :start) % 4294967296 < :below
"""

_SPAN = 2**32


@dataclasses.dataclass(frozen=True, slots=True)
class Counted:
    """How many users something can be foretold of, as of a date.

    Attributes:
        date: The date.
        known: Users with an event or a sign-up before it.
        belong: Of those, how many belong to the population.
        too_new: Of those who belong, how many are known for too short a time to be guessed.
    """

    date: dt.date
    known: int
    belong: int
    too_new: int

    @property
    def predicted(self) -> int:
        """How many something is foretold of."""
        return self.belong - self.too_new


@dataclasses.dataclass(frozen=True, slots=True)
class Draw:
    """How many users to draw.

    Attributes:
        most: About how many.
        place: Draws of different places, 0, 1, ..., share no user as long as there are enough of them.
    """

    most: int
    place: int = 0


def population_of(settings: PredictionSettings) -> str:
    """Decide who the population is where coterie.yaml leaves it open.

    Examples:
        >>> from coterie.project.predicting import PredictionSettings
        >>> population_of(PredictionSettings(target="none"))
        'with_kind'
    """
    if settings.population != "auto":
        return settings.population
    if settings.target == "inactive":
        return "active"
    return (
        "with_kind" if settings.target in ("none", "count", "value") and settings.about != ANY else "everyone"
    )


def within_of(settings: PredictionSettings, horizon_days: int) -> int | None:
    """Decide how many days before the date the population is looked for; None: the whole past."""
    if settings.within_days is None and settings.target == "inactive":
        return horizon_days
    return settings.within_days


def known(settings: PredictionSettings, at: AsOf) -> exp.Select:
    """Write the SELECT of ``user_id, first_day, last_day, last_of_kind`` of everyone heard of by then."""
    kind = quantity(settings.about)
    return select(_KNOWN, quantity=kind, day=at.day, us=at.us, day_us=DAY_US)


def users(settings: PredictionSettings, date: dt.date, horizon_days: int) -> exp.Select:
    """Write the SELECT of ``user_id`` of those something is foretold of, as of a date.

    Args:
        settings: Population and how long a history must be.
        date: Events at or after this midnight (UTC) are not seen.
        horizon_days: How many days are foretold.
    """
    at = AsOf.of(date)
    return select(
        "select user_id from :known where :belongs and first_day <= :latest",
        known=known(settings, at).subquery("known", copy=False),
        belongs=_belongs(settings, at, horizon_days),
        latest=at.day - settings.min_history_days,
    )


def counted(
    warehouse: Warehouse, settings: PredictionSettings, dates: Sequence[dt.date], horizon_days: int
) -> tuple[Counted, ...]:
    """Count who belongs and who is too new as of each date; arguments are those of `users`."""
    queries = []
    for place, date in enumerate(dates):
        at = AsOf.of(date)
        queries.append(
            select(
                _COUNTS,
                place=place,
                known=known(settings, at).subquery("known", copy=False),
                belongs=_belongs(settings, at, horizon_days),
                latest=at.day - settings.min_history_days,
            )
        )
    rows = (
        warehouse.query(select("select * from :counts", counts=together(queries).subquery("counts")))
        .sort_by("place")
        .to_pylist()
    )
    return tuple(
        Counted(date, row["known"], row["belong"], row["too_new"])
        for date, row in zip(dates, rows, strict=True)
    )


def together(queries: Sequence[exp.Select]) -> exp.Query:
    """Put the rows of several SELECTs below each other."""
    first, *others = queries
    whole: exp.Query = first
    for other in others:
        whole = exp.union(whole, other, distinct=False, copy=False)
    return whole


def drawn(everyone: exp.Select, count: int, draw: Draw) -> exp.Select:
    """Draw some of `count` users; all of them where there are no more than wanted.

    Args:
        everyone: The SELECT of ``user_id``.
        count: How many there are.
        draw: How many are wanted.
    """
    if count <= draw.most:
        return everyone
    below = draw.most * _SPAN // count
    start = (draw.place * (_SPAN - below)) % _SPAN
    parts: dict[str, sql.Part] = {"start": start, "below": below}
    return select(_DRAWN, users=everyone.subquery("everyone", copy=False), **parts)


def _belongs(settings: PredictionSettings, at: AsOf, horizon_days: int) -> exp.Expression:
    who, within = population_of(settings), within_of(settings, horizon_days)
    last = sql.column("last_of_kind" if who == "with_kind" else "last_day")
    if settings.target == "first_time":
        return sql.sql("last_of_kind is null and :seen", seen=_seen(who, last, at, within))
    return _seen(who, last, at, within)


def _seen(who: str, last: exp.Expression, at: AsOf, within: int | None) -> exp.Expression:
    if who == "everyone":
        return sql.sql("true")
    since = sql.sql("not :last is null", last=last)
    return since if within is None else sql.sql(":last >= :day", last=last, day=at.day - within)
