"""All questions about growth at once: each is answered, or it is said why the data can't answer it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.errors import UsageError
from coterie.growth import (
    actions,
    concentration,
    counts,
    funnel,
    histogram,
    lift,
    people,
    profit,
    retention,
)
from coterie.growth.dimensions import dimensions
from coterie.progress import quiet
from coterie.shown import Shown

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from coterie.features.as_of import AsOf
    from coterie.growth.actions import Actions
    from coterie.growth.concentration import Concentration
    from coterie.growth.counts import Counts
    from coterie.growth.funnel import Funnel
    from coterie.growth.histogram import Histogram
    from coterie.growth.lift import Lifts
    from coterie.growth.people import People
    from coterie.growth.profit import Profit, TopUsers
    from coterie.growth.retention import Retention
    from coterie.progress import Progress
    from coterie.project.growing import GrowthSettings
    from coterie.sources.warehouse import Warehouse

#: The questions, in the order in which they are told.
QUESTIONS = ("counts", "actions", "profit", "retention", "funnel", "lift")


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Growth(Shown):
    """What there is to say about growth as of a date.

    Attributes:
        as_of: Events at or after this date were not seen.
        goal: The kind of event that counts as success.
        fewest: Shares of fewer users are told in tables and not drawn.
        users: How many users there are.
        active: How many of them have events.
        events: How many events they have.
        counts: Users, events and goals by each dimension.
        histograms: How many users have how many events and goals.
        actions: Kinds of events by each dimension, and by channel and category.
        profit: Revenue by each dimension; none where there is no revenue.
        concentration: How much of it comes from how few.
        top: The most profitable users.
        retention: Who comes back.
        funnel: Who goes from step to step.
        lifts: Which campaign and which channel lifted what.
        unanswered: For each question (and dimension) that the data can't answer, why.
    """

    as_of: dt.date
    goal: str
    fewest: int
    users: int
    active: int
    events: int
    counts: tuple[Counts, ...]
    histograms: tuple[Histogram, ...]
    actions: tuple[Actions, ...]
    profit: tuple[Profit, ...]
    concentration: Concentration | None
    top: TopUsers | None
    retention: Retention | None
    funnel: Funnel | None
    lifts: Lifts | None
    unanswered: tuple[tuple[str, str], ...]

    def caption(self) -> str:
        """Say what was asked of whom."""
        return f"Growth of {self.users:,} users with {self.events:,} events as of {self.as_of}"

    def to_arrow(self) -> pa.Table:
        """Return one row a question: whether it was answered, or why not."""
        why = dict(self.unanswered)
        names = [*QUESTIONS, *(name for name in why if name not in QUESTIONS)]
        return pa.table({
            "question": pa.array(names, pa.string()),
            "answered": pa.array([name not in why for name in names], pa.bool_()),
            "why_not": pa.array([why.get(name) for name in names], pa.string()),
        })  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What growth is asked of.

    Attributes:
        as_of: Events at or after this date are not seen.
        at: The same in the units of SQL.
        sources: The names of the sources that hold users, in order.
    """

    as_of: dt.date
    at: AsOf
    sources: Sequence[str] = ()


def growth(
    warehouse: Warehouse, settings: GrowthSettings, asked: Asked, *, progress: Progress = quiet
) -> Growth:
    """Answer the questions about growth that the data can feed.

    Args:
        warehouse: Where `events`, `users`, `user_days` and the segments are.
        settings: What is asked.
        asked: The date, and the sources of users.
        progress: Told how far it is.

    Raises:
        UsageError: The settings name something that isn't there.
    """
    told = settings.campaigns.by
    also = () if told is None else (told,)
    found = dimensions(warehouse, settings.by, asked.at, asked.sources, also)
    with people.gathered(warehouse, found.found, asked.at, settings.goal) as gathered:
        return _answers(warehouse, settings, asked, gathered, found.missing, progress)


def _answers(
    warehouse: Warehouse,
    settings: GrowthSettings,
    asked: Asked,
    everyone: People,
    missing: Sequence[tuple[str, str]],
    progress: Progress,
) -> Growth:
    why = dict(missing)

    def step(done: int) -> None:
        progress("growth", done, len(QUESTIONS))

    step(0)
    counted, spread = counts.counts(warehouse, everyone), histogram.histograms(warehouse, everyone)
    step(1)
    acts = actions.actions(warehouse, everyone)
    step(2)
    earning = everyone.payers > 0
    earned = profit.profits(warehouse, everyone, settings.seed) if earning else ()
    top = profit.top_users(warehouse, everyone, settings.top) if earning else None
    shared = concentration.concentration(warehouse, everyone, settings.seed) if earning else None
    step(3)
    back = retention.retention(warehouse, everyone, settings.retention)
    step(4)
    steps, no_funnel = funnel.steps_of(warehouse, everyone, settings.funnel)
    path = None if no_funnel else funnel.funnel(warehouse, everyone, steps, settings.funnel)
    step(5)
    lifted, no_lift = _lifts(warehouse, settings, everyone)
    step(6)
    reasons = {
        "counts": "" if counted else "neither events nor users have anything to tell them apart by",
        "actions": "" if acts else "neither events nor users have anything to tell them apart by",
        "profit": "" if earning else "no order has a value above zero",
        "retention": "" if back else "there are no events",
        "funnel": no_funnel,
        "lift": no_lift,
        "campaigns": _no_campaigns(lifted, settings),
    }
    why = {name: told for name, told in reasons.items() if told} | why
    return Growth(
        asked.as_of, settings.goal, settings.fewest, everyone.users, everyone.active, everyone.events,
        counted, spread, acts, earned, shared, top, back, path, lifted, tuple(why.items()),
    )  # fmt: skip


def _lifts(warehouse: Warehouse, settings: GrowthSettings, everyone: People) -> tuple[Lifts | None, str]:
    """The lifts, or why there are none; the other questions are answered all the same."""
    if not everyone.goals:
        return None, f"no event is of kind {settings.goal!r}; name another growth.goal"
    try:
        return lift.lifts(warehouse, everyone, settings.campaigns), ""
    except UsageError as error:
        return None, str(error).removesuffix(".")


def _no_campaigns(lifted: Lifts | None, settings: GrowthSettings) -> str:
    if lifted is None or lifted.campaigns is not None:
        return ""
    if settings.campaigns.by is not None:
        return f"no user has a value of {settings.campaigns.by!r}"
    return "no attribute is called campaign, and users come from one source; name one with growth.campaigns"
