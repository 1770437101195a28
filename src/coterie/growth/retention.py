"""Who comes back: the share of each cohort, and of each segment or channel, that is seen again.

Period n of a user is the n-th stretch of days after their first event: day n, the seven days of week n, or
30 days. Each user counts from their own first day, so everyone in a cohort has had as long. A cell is told
only when everybody in it has lived through the whole period; what lies in the future is empty, and not zero.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.growth import people as everyone
from coterie.growth.cohorts import Calendar, calendar
from coterie.intervals import wilson
from coterie.shown import Shown
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlglot import exp

    from coterie.growth.people import People
    from coterie.project.growing import RetentionSettings
    from coterie.sources.warehouse import Warehouse

#: In which periods users were seen, for the time of the questions.
TABLE = "growth_seen"

#: The periods that users have lived through and were seen in.
_SEEN = """
    select user_id, period
    from (
        select d.user_id, (d.day - p.first_day) // :days as period, p.first_day
        from user_days as d join :people as p on p.user_id = d.user_id
        where d.day < :until
    ) as seen
    where period = 0 or (period <= :most and first_day + :days * (period + 1) <= :until)
    group by user_id, period
"""
#: How many users of each group these are.
_RETURNED = """
    select told, period, count(*) as users
    from (
        select :group as told, s.period from :seen as s join :people as p on p.user_id = s.user_id
    ) as grouped
    group by told, period
"""
#: How many users have lived through how many periods, and when they were seen last.
_LIVED = """
    select told, lived, last_period, count(*) as users
    from (
        select :group as told,
            case when (:until - p.first_day) // :days <= :most + 1 then (:until - p.first_day) // :days
                else :most + 1 end as lived,
            case when (p.last_day - p.first_day) // :days <= :most then (p.last_day - p.first_day) // :days
                else :most end as last_period
        from :people as p where not p.first_day is null
    ) as lives
    group by told, lived, last_period
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Returned:
    """How many of a group came back in a period.

    Attributes:
        period: 0 holds the first event, so that everyone is in it.
        of: Users who have lived through the whole period.
        users: Those of them who were seen in it (or in it or later, where that is asked).
        share: Users among them, from 0 to 1; None where the period is not over for the whole cohort.
        low: The share is likely at least this (Wilson, 95 %).
        high: The share is likely at most this.
    """

    period: int
    of: int
    users: int | None
    share: float | None
    low: float | None
    high: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Cohort:
    """Users whose first event fell into the same day, week or month.

    Attributes:
        start: Its first day.
        users: How many.
        periods: From period 0 on, each to the last that is told.
    """

    start: dt.date
    users: int
    periods: tuple[Returned, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Curve:
    """How a group of users comes back, whenever they began.

    Attributes:
        dimension: What users are told apart by; ``all`` for everyone.
        value: Such as a segment.
        periods: From period 0 on, as far as anybody has lived; users who have not are not counted.
    """

    dimension: str
    value: str
    periods: tuple[Returned, ...]


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Retention(Shown):
    """Who comes back.

    Attributes:
        calendar: How cohorts and periods are cut.
        unbounded: Whether a user counts who was seen in the period or later, and not just in it.
        cohorts: In order of time.
        curves: Everyone, then each value of each dimension of users.
    """

    calendar: Calendar
    unbounded: bool
    cohorts: tuple[Cohort, ...]
    curves: tuple[Curve, ...]

    def caption(self) -> str:
        """Say what is counted."""
        unit = self.calendar.unit
        seen = "in that period or later" if self.unbounded else "in that period"
        return f"Users by the {unit} of their first event, and the share seen again {seen}"

    def to_arrow(self) -> pa.Table:
        """Return one row a cohort and period."""
        return pa.Table.from_pylist([
            {"cohort": cohort.start, **dataclasses.asdict(one)}
            for cohort in self.cohorts
            for one in cohort.periods
        ])  # fmt: skip

    def curves_arrow(self) -> pa.Table:
        """Return one row a value of a dimension and period."""
        return pa.Table.from_pylist([
            {"dimension": curve.dimension, "value": curve.value, **dataclasses.asdict(one)}
            for curve in self.curves
            for one in curve.periods
        ])  # fmt: skip


def retention(warehouse: Warehouse, people: People, settings: RetentionSettings) -> Retention | None:
    """Count who came back, by cohort and by what users are told apart by; None without events.

    Args:
        warehouse: Where `user_days` and the tables of `people` are.
        people: Everyone, with what they are told apart by.
        settings: How cohorts are cut, and what coming back is.
    """
    if people.first_day is None:
        return None
    cut = calendar(settings.cohorts, people.at.day - people.first_day)
    warehouse.create(TABLE, seen(people, cut), temporary=True)
    try:
        return _told(_Asked(warehouse, people, cut, settings.unbounded))
    finally:
        warehouse.drop(TABLE)


def _told(ask: _Asked) -> Retention:
    cut, people = ask.cut, ask.people
    by_cohort = ask.of(cut.cohort(sql.column("first_day", "p")))
    cohorts = tuple(
        Cohort(cut.start(int(number)), found.everyone, found.whole())
        for number, found in sorted(by_cohort.items())
    )
    curves = [Curve("all", "all", found.lived()) for found in ask.of(sql.literal("all")).values()]
    for one in people.dimensions:
        by_value = ask.of(sql.column(one.column, "p"))
        values = sorted(by_value, key=lambda value: (-by_value[value].everyone, value))
        curves += [Curve(one.name, str(value), by_value[value].lived()) for value in values]
    return Retention(cut, ask.unbounded, cohorts, tuple(curves))


def seen(people: People, cut: Calendar) -> exp.Select:
    """Write the SELECT of the periods that users have lived through and were seen in."""
    table = sql.table(everyone.TABLE)
    return select(_SEEN, people=table, days=cut.days, most=cut.most, until=people.at.day)


def returned(group: exp.Expression) -> exp.Select:
    """Write the SELECT of how many users of each group were seen in each period."""
    return select(_RETURNED, group=group, seen=sql.table(TABLE), people=sql.table(everyone.TABLE))


def lives(people: People, cut: Calendar, group: exp.Expression) -> exp.Select:
    """Write the SELECT of how many periods the users of each group have lived through."""
    table = sql.table(everyone.TABLE)
    return select(_LIVED, group=group, people=table, days=cut.days, most=cut.most, until=people.at.day)


@dataclasses.dataclass(frozen=True, slots=True)
class _Group:
    """What is counted of a group: users by (periods lived, last period seen), and those seen by period."""

    lives: Mapping[tuple[int, int], int]
    seen: Mapping[int, int]
    unbounded: bool
    most: int

    @property
    def everyone(self) -> int:
        return sum(self.lives.values())

    def _of(self, period: int) -> int:
        """Users who have lived through a period; in period 0 everyone was seen, however short it was."""
        return sum(users for (lived, _), users in self.lives.items() if lived > period or not period)

    def _period(self, period: int) -> Returned:
        of = self._of(period)
        if self.unbounded:
            users = sum(
                users
                for (lived, last), users in self.lives.items()
                if last >= period and (lived > period or not period)
            )
        else:
            users = self.seen.get(period, 0)
        low, high = wilson(users, of)
        return Returned(period, of, users, users / of, low, high)

    def lived(self) -> tuple[Returned, ...]:
        """Tell each period of those who have lived through it, as long as there are any."""
        return tuple(self._period(at) for at in range(self.most + 1) if self._of(at))

    def whole(self) -> tuple[Returned, ...]:
        """Tell each period that everyone has lived through; the others are empty."""
        everyone = self.everyone
        return tuple(
            self._period(at)
            if self._of(at) == everyone
            else Returned(at, self._of(at), None, None, None, None)
            for at in range(self.most + 1)
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Asked:
    """Asks the warehouse about groups of users."""

    warehouse: Warehouse
    people: People
    cut: Calendar
    unbounded: bool

    def of(self, group: exp.Expression) -> dict[str, _Group]:
        found: dict[str, dict[tuple[int, int], int]] = {}
        for row in self.warehouse.query(lives(self.people, self.cut, group)).to_pylist():
            place = (int(row["lived"]), int(row["last_period"]))
            found.setdefault(row["told"], {})[place] = int(row["users"])
        back: dict[str, dict[int, int]] = {}
        for row in self.warehouse.query(returned(group)).to_pylist():
            back.setdefault(row["told"], {})[int(row["period"])] = int(row["users"])
        return {
            told: _Group(counts, back.get(told, {}), self.unbounded, self.cut.most)
            for told, counts in found.items()
        }
