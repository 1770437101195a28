"""The outcomes as of each date, in a temporary table, checked before anything is learnt from them."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from coterie.errors import PredictionError, did_you_mean
from coterie.events.days import kind_column
from coterie.features import past
from coterie.features.as_of import AsOf
from coterie.predictions import population, targets
from coterie.project.predicting import ANY
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from sqlglot import exp

    from coterie.features.build import Plan
    from coterie.predictions.population import Counted
    from coterie.project.predicting import PredictionSettings
    from coterie.sources.warehouse import Warehouse

#: What is made on the way, and dropped again.
_ASKED, _LATER, _STATES, _BEFORE, _AFTER = (
    "examples_asked", "examples_later", "examples_states", "examples_before", "examples_after",
)  # fmt: skip

#: What is said of a period before which nobody is known.
_UNKNOWN = 0.5

_NUMBERED = """
    select row_number() over (order by as_of_day, user_id) as number, user_id, as_of_day from :drawn
"""
_TOGETHER = """
    select asked.number as number, asked.user_id as user_id, asked.as_of_day as as_of_day,
        cast(outcome as double) as outcome, cast(naive as double) as naive, cast(net as double) as net
    from :asked as asked join :outcomes on outcomes.number = asked.number
"""
_SUMS = """
    select as_of_day, count(*) as users, sum(outcome) as total, sum(net) as net,
        count(case when outcome <> 0 then 1 end) as some, count(case when net < 0 then 1 end) as below
    from :outcomes group by as_of_day
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Membership:
    """How users get into the segment of target becomes.

    Attributes:
        segment: The id of the segment.
        features: The names of the features that decide.
        assigning: Writes the SELECT of ``user_id, segment`` over a table with ``user_id`` and those features.
        planned: Where those features are planned, as of today.
    """

    segment: int
    features: Collection[str]
    assigning: Callable[[str], exp.Select]
    planned: Plan


@dataclasses.dataclass(frozen=True, slots=True)
class Labels:
    """The outcomes as of one date.

    Attributes:
        date: The date.
        counted: How many users there were, who belonged and who was too new.
        users: How many outcomes there are.
        some: To how many of them something happened.
        total: The sum of the outcomes.
        net: Target value: what all of them brought, refunds taken off.
        below: Target value: how many brought less than nothing.
        rate_before: Where the period before is the same for everyone: to which share of those who belonged a
            horizon earlier it had happened by the date.
    """

    date: dt.date
    counted: Counted
    users: int = 0
    some: int = 0
    total: float = 0.0
    net: float = 0.0
    below: int = 0
    rate_before: float | None = None


@contextlib.contextmanager
def labelled(
    warehouse: Warehouse,
    settings: PredictionSettings,
    dates: Sequence[dt.date],
    horizon_days: int,
    most: int,
    membership: Membership | None = None,
) -> Iterator[tuple[str, tuple[Labels, ...]]]:
    """Make a temporary table of ``number, user_id, as_of_day, outcome, naive``, and tell what it holds.

    Numbers rise with the date, then with the user. Dates with nobody to foretell something of are left out;
    the table may tell of days before the dates too, where their outcome is the rate before a date.

    Args:
        warehouse: Where `events`, `users` and `user_days` lie.
        settings: Target and population.
        dates: Ascending; the last is the holdout.
        horizon_days: How many days from a date on the outcome is of.
        most: About how many users a date may have; of more, others are drawn as of each date.
        membership: Target becomes: how users get into the segment.

    Raises:
        PredictionError: There is nothing to learn from.
    """
    refuse_kind(warehouse, settings)
    table = "examples_labelled"
    rated = naive_is_a_rate(settings, horizon_days)
    earlier = {date - dt.timedelta(days=horizon_days) for date in dates} if rated else set()
    with contextlib.ExitStack() as stack:
        for name in (table, _ASKED, _LATER, _STATES, _BEFORE, _AFTER):
            stack.callback(warehouse.drop, name)
        about = _About(warehouse, settings, horizon_days, membership)
        made = about.made(sorted({*dates, *earlier}), table, most)
        labels = _rated(dates, made, horizon_days) if rated else tuple(made[date] for date in dates)
        refuse_nothing_to_learn(settings, horizon_days, labels)
        yield table, tuple(one for one in labels if one.users)


def refuse_kind(warehouse: Warehouse, settings: PredictionSettings) -> None:
    """Refuse a target about events that there are none of.

    Raises:
        PredictionError: There are no events at all, or none of that kind.
    """
    columns = warehouse.columns("user_days")
    kinds = warehouse.query(sql.sql("select distinct kind from events"))["kind"].to_pylist()
    if not kinds:
        raise PredictionError("There are no events, so that nothing can be foretold; add a source of events.")
    if settings.about != ANY and kind_column(settings.about) not in columns:
        raise PredictionError(
            f"No event is of kind {settings.about!r}. {did_you_mean(settings.about, kinds)}"
        )


def refuse_nothing_to_learn(
    settings: PredictionSettings, horizon_days: int, labels: Sequence[Labels]
) -> None:
    """Refuse outcomes that no model can learn from, or be checked on.

    Raises:
        PredictionError: Nobody belongs, nothing happens to anybody, or to everybody.
    """
    *learnt, held_out = labels
    for which, parts in (("learn from", learnt), ("check on", [held_out])):
        users, some = sum(one.users for one in parts), sum(one.some for one in parts)
        when = f"as of {' or '.join(str(one.date) for one in parts)}"
        if not users:
            known, new = (sum(getattr(one.counted, name) for one in parts) for name in ("known", "too_new"))
            raise PredictionError(
                f"There is nobody to {which}: of {known:,} users {when} none belongs to the population "
                f"{population.population_of(settings)!r} and is known for {settings.min_history_days} days "
                f"({new:,} are too new); name another `population`."
            )
        net = sum(one.net for one in parts)
        if net < 0 or (settings.target == "value" and some and not net):
            raise PredictionError(
                f"Refunds are larger than sales: {users:,} users {when} brought {net:,.2f} within "
                f"{horizon_days} days, from which no value can be foretold; check how `value`, orders and "
                "refunds are mapped."
            )
        if not some:
            raise PredictionError(
                f"There is nothing to {which}: to none of {users:,} users {when} it happened within "
                f"{horizon_days} days; give a longer `horizon_days`, or another target."
            )
        if settings.yes_or_no and some == users:
            raise PredictionError(
                f"There is nothing to {which}: it happened to all of {users:,} users {when} within "
                f"{horizon_days} days; give another `horizon_days` or `population`."
            )


@dataclasses.dataclass(frozen=True)
class _About:
    """Makes the outcomes of one prediction."""

    warehouse: Warehouse
    settings: PredictionSettings
    horizon_days: int
    membership: Membership | None

    def made(self, dates: Sequence[dt.date], table: str, most: int) -> dict[dt.date, Labels]:
        """Make the table of outcomes as of several dates, and tell of each what it holds."""
        counted = population.counted(self.warehouse, self.settings, dates, self.horizon_days)
        drawn = [
            self._drawn(one, population.Draw(most, place)).subquery(f"drawn_{place}")
            for place, one in enumerate(counted)
        ]
        parts = [
            select(
                "select user_id, :day as as_of_day from :drawn",
                day=AsOf.of(one.date).day,
                drawn=users,
            )
            for one, users in zip(counted, drawn, strict=True)
        ]
        everyone = population.together(parts).subquery("drawn", copy=False)
        self.warehouse.create(_ASKED, select(_NUMBERED, drawn=everyone), temporary=True)
        outcomes = self._outcomes(dates).subquery("outcomes", copy=False)
        rows = select(_TOGETHER, asked=sql.table(_ASKED), outcomes=outcomes)
        self.warehouse.create(table, rows, temporary=True)
        found = self.warehouse.query(sql.sql(_SUMS, outcomes=sql.table(table))).to_pylist()
        sums = {row.pop("as_of_day"): row for row in found}
        return {one.date: Labels(one.date, one, **sums.get(AsOf.of(one.date).day, {})) for one in counted}

    def _drawn(self, counted: Counted, draw: population.Draw) -> exp.Select:
        everyone = population.users(self.settings, counted.date, self.horizon_days)
        return population.drawn(everyone, counted.predicted, draw)

    def _outcomes(self, dates: Sequence[dt.date]) -> exp.Select:
        if self.membership is None:
            return targets.outcomes(self.settings, dates, self.horizon_days, _ASKED)
        later = "select number, user_id, as_of_day + :horizon as as_of_day from :asked"
        rows = select(later, horizon=self.horizon_days, asked=sql.table(_ASKED))
        self.warehouse.create(_LATER, rows, temporary=True)
        planned = past.narrowed(self.membership.planned, self.membership.features)
        for asked, table in ((_ASKED, _BEFORE), (_LATER, _AFTER)):
            past.write_each(self.warehouse, planned, asked, _STATES)
            self.warehouse.create(table, self.membership.assigning(_STATES), temporary=True)
        return targets.got_in(self.membership.segment, _BEFORE, _AFTER, _ASKED)


def naive_is_a_rate(settings: PredictionSettings, horizon_days: int) -> bool:
    """Whether the period before is the same for everyone, so that its rate has to stand for it.

    Who was active within the horizon was not inactive in it; what is to happen for the first time has
    happened to nobody.
    """
    if settings.target in ("first_time", "becomes"):
        return True
    within, who = population.within_of(settings, horizon_days), population.population_of(settings)
    same_events = who == "with_kind" or (who == "active" and settings.about == ANY)
    of_days = settings.target in ("inactive", "none") and same_events
    return of_days and within is not None and within <= horizon_days


def _rated(dates: Sequence[dt.date], made: dict[dt.date, Labels], horizon_days: int) -> tuple[Labels, ...]:
    """Give each date the rate of a horizon earlier; where nobody is known then, that of the next date."""
    found: list[Labels] = []
    rate = _UNKNOWN
    for date in reversed(dates):
        before = made[date - dt.timedelta(days=horizon_days)]
        rate = before.total / before.users if before.users else rate
        found.insert(0, dataclasses.replace(made[date], rate_before=rate))
    return tuple(found)
