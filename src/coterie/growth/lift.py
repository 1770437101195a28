"""Which campaign lifted what: rates of campaigns against each other, and of channels against everyone.

Every lift names what stands above and below the line: of the same two campaigns one can win by buyers a user
and lose by orders an event.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pyarrow as pa

from coterie.errors import UsageError, did_you_mean
from coterie.growth import people as everyone
from coterie.growth import ratio
from coterie.growth.profit import flat
from coterie.growth.ratio import Sums
from coterie.shown import Shown
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coterie.growth.bootstrap import Estimate
    from coterie.growth.dimensions import Dimension
    from coterie.growth.people import People
    from coterie.project.growing import CampaignSettings
    from coterie.sources.warehouse import Warehouse

Above: TypeAlias = Literal["achievers", "goals", "revenue"]
Below: TypeAlias = Literal["users", "active", "events"]

#: What is measured: what stands above the line, and below it.
MEASURES: tuple[tuple[Above, Below], ...] = (
    ("achievers", "users"),
    ("achievers", "active"),
    ("goals", "events"),
    ("goals", "users"),
    ("revenue", "users"),
)
#: With fewer achievers (or payers) on a side, a lift says too little to be drawn.
FEWEST = 5

_SUMS = """
    select one, other, count(*) as users, count(case when events > 0 then 1 end) as active,
        count(case when goals > 0 then 1 end) as achievers, count(case when spend > 0 then 1 end) as payers,
        sum(goals) as goals, sum(events) as events, sum(revenue) as revenue,
        sum(cast(goals as double) * goals) as goals_squared,
        sum(cast(events as double) * events) as events_squared,
        sum(cast(goals as double) * events) as goals_by_events, sum(revenue * revenue) as revenue_squared
    from (select :one as one, :other as other, events, goals, spend, revenue from :people) as told
    group by one, other order by one, other
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """One side of a lift.

    Attributes:
        above: What stands above the line: how many achievers, goals, or how much revenue.
        below: What stands below it: how many users, active users or events.
        rate: Above by below; None where there is nothing below.
        users: How many users it is about.
        achievers: Users with a goal (with revenue: payers).
    """

    above: float
    below: float
    rate: float | None
    users: int
    achievers: int


@dataclasses.dataclass(frozen=True, slots=True)
class Lift:
    """How many times as high the rate of some users is as that of others.

    Attributes:
        above: achievers (users with a goal), goals (events) or revenue (money, net of refunds).
        below: users, active (users with events) or events.
        dimension: What the users are told apart by.
        value: The users in question.
        against: Whom they are compared with: another value, or everyone.
        within: Of which campaign everyone is; None: of all there are.
        one: The users in question.
        other: Those they are compared with.
        ratio: The rate of the one by that of the other, with the interval of the delta method on its
            logarithm (Katz's for shares of users); no interval where a side has none above the line.
        difference: The rate of the one less that of the other, with Newcombe's interval for shares of users
            and the delta method for the rest.
    """

    above: Above
    below: Below
    dimension: str
    value: str
    against: str
    within: str | None
    one: Side
    other: Side
    ratio: Estimate
    difference: Estimate

    @property
    def few(self) -> bool:
        """Whether a side has too few achievers for the interval to say much."""
        return min(self.one.achievers, self.other.achievers) < FEWEST


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Lifts(Shown):
    """Lifts of campaigns over a baseline, and of channels and the like over everyone.

    Attributes:
        goal: The kind of event that counts as success.
        campaigns: What campaigns are told apart by; None if there are none.
        baseline: The campaign that others are compared with.
        between: Campaigns against the baseline.
        within: Values against everyone, of each campaign by itself.
    """

    goal: str
    campaigns: str | None
    baseline: str | None
    between: tuple[Lift, ...]
    within: tuple[Lift, ...]

    def caption(self) -> str:
        """Say what is compared."""
        return f"Lift of {self.goal} by campaign and channel, each with its denominator"

    def to_arrow(self) -> pa.Table:
        """Return one row a lift, with the ends of intervals in columns of their own."""
        return pa.Table.from_pylist([_flat(one) for one in (*self.between, *self.within)])


def _flat(one: Lift) -> dict[str, Any]:
    row = flat(one)
    for side, name in (("one", ""), ("other", "against_")):
        found: Side = row.pop(side)
        row |= {f"{name}{key}": getattr(found, key) for key in ("rate", "users", "achievers")}
        row |= {f"{name}count": found.above, f"{name}of": found.below}
    return row


def lifts(warehouse: Warehouse, people: People, settings: CampaignSettings) -> Lifts:
    """Compare campaigns with a baseline, and channels and the like with everyone.

    Args:
        warehouse: Where the tables of `people` are.
        people: Everyone, with what they are told apart by.
        settings: What campaigns are told apart by, and the baseline.

    Raises:
        UsageError: There is no such baseline.
    """
    campaigns = _campaigns(people, settings)
    between: tuple[Lift, ...] = ()
    baseline = None
    if campaigns is not None:
        of_campaigns = {one: found for (one, _), found in _sums(warehouse, campaigns, None).items()}
        baseline = _baseline(campaigns, of_campaigns, settings)
        between = tuple(
            _lift(measure, (campaigns.name, value, baseline, None), found, of_campaigns[baseline])
            for value, found in of_campaigns.items()
            if value != baseline
            for measure in MEASURES
        )
    within = [
        one
        for dimension in _told_by(people, campaigns)
        for one in _within(_sums(warehouse, dimension, campaigns), dimension)
    ]
    name = campaigns.name if campaigns else None
    return Lifts(people.goal, name, baseline, between, tuple(within))


def _campaigns(people: People, settings: CampaignSettings) -> Dimension | None:
    if settings.by is not None:
        return people.named(settings.by)
    return people.named("campaign") or people.named("source")


def _baseline(campaigns: Dimension, found: Iterable[str], settings: CampaignSettings) -> str:
    values = sorted(found)
    if settings.baseline is None:
        return min(campaigns.values)
    if settings.baseline not in values:
        raise UsageError(
            f"growth.campaigns: {campaigns.name} has no value {settings.baseline!r} to compare with. "
            f"{did_you_mean(settings.baseline, values)}"
        )
    return settings.baseline


def _told_by(people: People, campaigns: Dimension | None) -> Iterator[Dimension]:
    """What users are told apart by whatever they do; segments follow from what they do."""
    acquired = people.named("acquisition_channel") is not None
    for one in people.dimensions:
        if one is not campaigns and (one.origin == "users" or (one.name == "channel" and not acquired)):
            yield one


def _sums(
    warehouse: Warehouse, one: Dimension, other: Dimension | None
) -> dict[tuple[str, str], Mapping[str, float]]:
    query = select(
        _SUMS,
        one=sql.column(one.column),
        other=sql.literal("all") if other is None else sql.column(other.column),
        people=sql.table(everyone.TABLE),
    )
    found: dict[tuple[str, str], Mapping[str, float]] = {}
    for row in warehouse.query(query).to_pylist():
        place = (str(row.pop("one")), str(row.pop("other")))
        found[place] = {name: float(value or 0) for name, value in row.items()}
    return found


def _within(found: Mapping[tuple[str, str], Mapping[str, float]], dimension: Dimension) -> Iterator[Lift]:
    for campaign in sorted({other for _, other in found}):
        parts = {one: sums for (one, other), sums in found.items() if other == campaign}
        whole = {name: sum(sums[name] for sums in parts.values()) for name in next(iter(parts.values()))}
        within = None if campaign == "all" else campaign
        for value, sums in parts.items():
            if sums["users"] == whole["users"]:  # everyone has it
                continue
            for measure in MEASURES:
                about = (dimension.name, value, "everyone", within)
                yield _lift(measure, about, sums, whole, nested=True)


def _lift(
    measure: tuple[Above, Below],
    about: tuple[str, str, str, str | None],
    one: Mapping[str, float],
    other: Mapping[str, float],
    *,
    nested: bool = False,
) -> Lift:
    mine, theirs = _moments(one, measure), _moments(other, measure)
    if nested:
        times, apart = ratio.lift_over(mine, theirs), ratio.difference_over(mine, theirs)
    else:
        times, apart = ratio.lift(mine, theirs), ratio.difference(mine, theirs)
    sides = (_side(mine, one, measure[0]), _side(theirs, other, measure[0]))
    dimension, value, against, within = about
    return Lift(*measure, dimension, value, against, within, *sides, times, apart)


def _side(sums: Sums, found: Mapping[str, float], above: Above) -> Side:
    achievers = found["payers" if above == "revenue" else "achievers"]
    return Side(sums.above, sums.below, sums.rate, int(found["users"]), int(achievers))


def _moments(found: Mapping[str, float], measure: tuple[Above, Below]) -> Sums:
    above, below = measure
    if above == "achievers":
        return Sums.of_share(int(found["achievers"]), int(found[below]))
    squared, users = found[f"{above}_squared"], int(found["users"])
    if below == "events":
        return Sums(
            users, found[above], found["events"], squared, found["events_squared"], found["goals_by_events"]
        )
    return Sums(users, found[above], users, squared, users, found[above])
