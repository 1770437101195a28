"""The rhythm of frequent users as of a date: how long they rest between active days, and how long now.

The same SELECT tells of several dates, and of past ones who came again within the weeks that followed.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from coterie.project.lasting import ActivitySettings
    from coterie.sources.warehouse import Warehouse

    Floats = NDArray[np.float64]

#: How many days back a rhythm is felt.
DAYS = 182
#: What is usual is told by these last days, what is new by those of `quiet_weeks`.
USUAL_DAYS = 56

_OF_DATES = """
    select dates.day as date_day, found.user_id,
        min(found.day) as first_day,
        max(case when found.day < dates.day then found.day end) as last_day,
        count(case when found.day < dates.day then 1 end) as active_days,
        count(case when found.day < dates.day and found.day >= dates.day - :lately then 1 end) as days_lately,
        count(case when found.day < dates.day - :lately and found.day >= dates.day - :usual then 1 end)
            as days_before,
        sum(case when found.day < dates.day then cast(found.gap_days as double) * found.gap_days end)
            as squares,
        sum(case when found.day < dates.day then found.gap_days end) as gaps,
        count(case when found.day < dates.day then found.gap_days end) as rests,
        :weeks as active_weeks,
        count(case when found.day >= dates.day then 1 end) as days_after
    from user_days as found
    join dates on found.day >= dates.day - :back and found.day < dates.day + :ahead
    group by dates.day, found.user_id
"""

_FREQUENT = """
    select of_dates.*, firsts.since_day
    from of_dates
    join (select user_id, min(day) as since_day from user_days group by user_id) as firsts
        on firsts.user_id = of_dates.user_id
    where of_dates.active_weeks >= :frequent and firsts.since_day < of_dates.date_day - :new_days
    order by of_dates.date_day, of_dates.user_id
"""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rhythms:
    """Frequent users as of some dates.

    Attributes:
        users: Their ids.
        day: For each the date, in days since 1970-01-01.
        quiet: 1 of those who did not come again in the weeks from the date on, else 0.
        silence: Days without an event up to the date.
        usual_rest: Days from one active day to the next, on average.
        unevenness: How much these days vary: their standard deviation over their mean.
        days_lately: Active days in the last `quiet_weeks` weeks.
        days_usual: Active days in as many weeks, by those before up to `USUAL_DAYS`.
        active_weeks: Active weeks of the window.
        age_weeks: Weeks since the first event.
    """

    users: pa.Array
    day: NDArray[np.int64]
    quiet: Floats
    silence: Floats
    usual_rest: Floats
    unevenness: Floats
    days_lately: Floats
    days_usual: Floats
    active_weeks: Floats
    age_weeks: Floats


def statement(settings: ActivitySettings, days: Sequence[int]) -> exp.Select:
    """Write the SELECT of frequent users as of some days, each with their rhythm.

    Args:
        settings: What frequent and quiet mean.
        days: The dates in days since 1970-01-01; what follows a date is in ``days_after`` alone.
    """
    weeks = sql.sql(
        " + ".join(
            f"max(case when found.day < dates.day - {7 * week} and found.day >= dates.day - {7 * week + 7}"
            " then 1 else 0 end)"
            for week in range(settings.window_weeks)
        )
    )
    ahead = 7 * settings.quiet_weeks
    of_dates = select(_OF_DATES, weeks=weeks, lately=ahead, usual=USUAL_DAYS, back=DAYS, ahead=ahead)
    found = select(_FREQUENT, frequent=settings.frequent_weeks, new_days=7 * settings.new_weeks)
    found.with_("dates", as_=_dates(days), copy=False)
    return found.with_("of_dates", as_=of_dates, copy=False)


def _dates(days: Sequence[int]) -> exp.Query:
    first, *others = (sql.select(sql.named(sql.literal(day), "day")) for day in days)
    found: exp.Query = first
    for other in others:
        found = exp.union(found, other, distinct=False, copy=False)
    return found


def read(warehouse: Warehouse, settings: ActivitySettings, days: Sequence[int]) -> Rhythms:
    """Read the rhythm of frequent users as of some days."""
    rows = warehouse.query(statement(settings, days))
    names = ("date_day", "first_day", "last_day", "active_days", "days_lately", "days_before", "active_weeks")
    date, first, last, active, lately, before, weeks = (_numbers(rows, name) for name in names)
    squares, gaps, rests, after, since = (
        _numbers(rows, name) for name in ("squares", "gaps", "rests", "days_after", "since_day")
    )
    rest = np.where(active > 1, (last - first) / np.maximum(active - 1, 1), float(DAYS))
    mean = gaps / np.maximum(rests, 1)
    spread = np.sqrt(np.maximum(squares / np.maximum(rests, 1) - mean**2, 0))
    watched = np.minimum(USUAL_DAYS, date - since) - 7 * settings.quiet_weeks
    usual = before / np.maximum(watched, 7) * 7 * settings.quiet_weeks
    return Rhythms(
        users=rows.column("user_id").combine_chunks(),
        day=date.astype(np.int64),
        quiet=(after == 0).astype(float),
        silence=date - 1 - last,
        usual_rest=rest,
        unevenness=np.where(mean > 0, spread / np.maximum(mean, 1e-9), 0.0),
        days_lately=lately,
        days_usual=usual,
        active_weeks=weeks,
        age_weeks=(date - since) // 7,
    )


def _numbers(rows: pa.Table, name: str) -> Floats:
    found: Floats = np.nan_to_num(rows.column(name).to_numpy().astype(float))
    return found
