"""Draws people and what they do from a table of groups: arrays in, arrays out."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.events.synthetic.groups import Group

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

KINDS = ("click", "view", "search", "like", "share", "comment", "order", "video", "open", "refund")
SECTIONS = (
    "politics",
    "economy",
    "sport",
    "culture",
    "science",
    "travel",
    "fashion",
    "home",
    "music",
    "deals",
)
REFERRERS = ("direct", "search", "social", "newsletter", "partner")
SEARCH_WORDS = ("", "news ", "who is ", "cheap ", "discount ", "sale ")
DEVICES = ("desktop", "mobile", "tablet")

DAY = 86_400
ITEMS_A_SECTION = 400
#: Local clocks run an hour ahead of UTC, in a zone that never changes its clocks.
UTC_OFFSET = 3_600
_VISIT_SECONDS = 1_700  # below the half hour that ends a session
_SECONDS_AN_ACT = 75
# Shares that hold for every group.
_SILENT_ABOUT_AGE = 0.12
_FAVOURITE_SECTION = 0.65
_OWN_DEVICE = 0.88
_VOUCHERS = 0.02
#: Serial numbers of one batch of users end before those of the next begin.
_ACTS_A_USER = 10_000
_SATURDAY = 5
_MONDAY = 4  # 1970-01-05 was the first Monday


@dataclasses.dataclass(frozen=True, slots=True)
class Period:
    """The days in which things happen: `days` of them, the last one being the day before `end`."""

    end: dt.date
    days: int

    @property
    def start(self) -> int:
        """Midnight (UTC) of the first day, in seconds since 1970."""
        return ((self.end - dt.date(1970, 1, 1)).days - self.days) * DAY


@dataclasses.dataclass(frozen=True, slots=True)
class People:
    """Users, one entry each.

    Attributes:
        number: From which the id is made.
        group: Index into the table of groups.
        joined: Day on which they joined, counted from 1970-01-01.
        registered: Whether the table of people knows them.
        age: In years; NaN where they didn't say.
    """

    number: Integers
    group: Integers
    joined: Integers
    registered: npt.NDArray[np.bool_]
    age: Numbers

    def take(self, rows: Integers) -> People:
        """Return the people at these positions."""
        return People(*(getattr(self, field.name)[rows] for field in dataclasses.fields(self)))


@dataclasses.dataclass(frozen=True, slots=True)
class Acts:
    """What users did, one entry an act, in order of time.

    Attributes:
        serial: A number that no other act has.
        number: Of the user.
        at: Seconds since 1970 (UTC), with milliseconds as the fraction.
        kind: Index into `KINDS`.
        section: Index into `SECTIONS`.
        item: Number of the article, product or video.
        device: Index into `DEVICES`.
        referrer: Index into `REFERRERS`.
        words: Index into `SEARCH_WORDS`, for searches.
        seconds: How long it took, for views and videos.
        amount: Money, for orders and refunds.
    """

    serial: Integers
    number: Integers
    at: Numbers
    kind: Integers
    section: Integers
    item: Integers
    device: Integers
    referrer: Integers
    words: Integers
    seconds: Numbers
    amount: Numbers

    def of(self, *kinds: str) -> Acts:
        """Return only the acts of these kinds."""
        wanted = np.isin(self.kind, [KINDS.index(kind) for kind in kinds])
        return self.take(np.flatnonzero(wanted))

    def take(self, rows: Integers) -> Acts:
        """Return the acts at these positions."""
        return Acts(*(getattr(self, field.name)[rows] for field in dataclasses.fields(self)))

    def __len__(self) -> int:
        """Count the acts."""
        return len(self.at)


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """Users, in order of their numbers, and what they did, in order of time."""

    people: People
    acts: Acts


def draw(groups: Sequence[Group], numbers: Integers, period: Period, rng: np.random.Generator) -> Drawn:
    """Draw users with these numbers and everything that they do in the period."""
    shares = np.array([group.share for group in groups])
    member = rng.choice(len(groups), size=len(numbers), p=shares / shares.sum())
    people, acts = [], []
    for index, group in enumerate(groups):
        those = _people(index, group, numbers[member == index], period, rng)
        people.append(those)
        drawn = _acts(group, those, period, rng)
        acts += [drawn, _refunds(group, drawn, period, rng)]
    everyone = People(*_joined(people))
    everything = Acts(*_joined(acts))
    by_time = everything.take(np.argsort(everything.at, kind="stable"))
    serial = numbers.min() * _ACTS_A_USER + np.arange(len(by_time))
    return Drawn(everyone.take(np.argsort(everyone.number)), dataclasses.replace(by_time, serial=serial))


def _joined(parts: Sequence[People] | Sequence[Acts]) -> list[npt.NDArray[Any]]:
    names = [field.name for field in dataclasses.fields(parts[0])]
    return [np.concatenate([getattr(part, name) for part in parts]) for name in names]


def _people(index: int, group: Group, numbers: Integers, period: Period, rng: np.random.Generator) -> People:
    size = len(numbers)
    before = -rng.exponential(500, size).astype(np.int64) - 1
    during = rng.integers(0, max(1, int(period.days * 0.75)), size)
    age = np.clip(rng.normal(41, 14, size).round(), 16, 95)
    return People(
        number=numbers,
        group=np.full(size, index),
        joined=period.start // DAY + np.where(rng.random(size) < group.new, during, before),
        registered=rng.random(size) < group.registered,
        age=np.where(rng.random(size) < _SILENT_ABOUT_AGE, np.nan, age),
    )


def _acts(group: Group, people: People, period: Period, rng: np.random.Generator) -> Acts:
    first = np.maximum(people.joined - period.start // DAY, 0)
    last = np.maximum(
        first + 1, period.days * np.clip(rng.normal(group.active_until, 0.05, len(first)), 0.1, 1)
    )
    visits = _visits(group, last - first, rng)
    user = np.repeat(np.arange(len(first)), visits)
    start = period.start + _starts(group, first[user], last[user], period, rng)
    visit, kind = _kinds(group, len(user), rng)
    length = np.minimum(np.bincount(visit, minlength=len(user)) * _SECONDS_AN_ACT, _VISIT_SECONDS)
    end = period.start + period.days * DAY - 0.001
    at = np.minimum(start[visit] + rng.random(len(visit)) * length[visit], end)
    section = _sections(group, len(first), user[visit], rng)
    return Acts(
        serial=visit,  # given anew when all acts are put together
        number=people.number[user[visit]],
        at=at.round(3),
        kind=kind,
        section=section,
        item=section * ITEMS_A_SECTION + (rng.random(len(at)) ** 2.2 * ITEMS_A_SECTION).astype(np.int64),
        device=_devices(group, len(first), user, rng)[visit],
        referrer=_weighted(REFERRERS, group.referrers, len(user), rng)[visit],
        words=rng.choice([SEARCH_WORDS.index(words) for words in group.search_words], size=len(at)),
        seconds=_seconds(group, kind, rng),
        amount=_amounts(group, kind, rng),
    )


def _refunds(group: Group, acts: Acts, period: Period, rng: np.random.Generator) -> Acts:
    """Some orders come back within two weeks."""
    orders = acts.of("order")
    back = orders.take(np.flatnonzero(rng.random(len(orders)) < group.refunds))
    at = (back.at + rng.uniform(1, 14, len(back)) * DAY).round(3)
    back = dataclasses.replace(back, at=at, kind=np.full(len(back), KINDS.index("refund")))
    return back.take(np.flatnonzero(at < period.start + period.days * DAY))


def _visits(group: Group, active_days: Numbers, rng: np.random.Generator) -> Integers:
    if group.once or not group.visits_a_week:
        return np.full(len(active_days), int(group.once))
    own = rng.lognormal(-(group.spread**2) / 2, group.spread, len(active_days))
    return np.maximum(rng.poisson(group.visits_a_week * active_days / 7 * own), 1)


def _starts(
    group: Group, first: Integers, last: Numbers, period: Period, rng: np.random.Generator
) -> Numbers:
    """Seconds since the start of the period at which visits begin."""
    size = len(first)
    day = (first + rng.random(size) * (last - first)).astype(np.int64)
    likeliest = max(group.weekend, 1.0)
    weekday = (period.start // DAY + day - _MONDAY) % 7
    weight = np.where(weekday >= _SATURDAY, group.weekend, 1.0) / likeliest
    again = (first + rng.random(size) * (last - first)).astype(np.int64)
    day = np.where(rng.random(size) < weight, day, again)
    peaks, weights = (np.array(column, dtype=float) for column in zip(*group.hours, strict=True))
    peak = rng.choice(peaks, size=size, p=weights / weights.sum())
    local = rng.normal(peak, 1.3) % 24 * 3600
    return np.clip(day * DAY + local - UTC_OFFSET, 0, period.days * DAY - 1)


def _kinds(group: Group, visits: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """The visit and the kind of every act; no visit goes without one."""
    means = np.array([group.acts.get(kind, 0.0) for kind in KINDS])
    counts = rng.poisson(means, (visits, len(KINDS)))
    counts[counts.sum(axis=1) == 0, means.argmax()] = 1
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    return cell // len(KINDS), cell % len(KINDS)


def _sections(group: Group, users: int, user: Integers, rng: np.random.Generator) -> Integers:
    liked = [SECTIONS.index(section) for section in group.sections or SECTIONS]
    favourite = rng.choice(liked, size=users)
    anything = rng.integers(0, len(SECTIONS), len(user))
    return np.where(rng.random(len(user)) < _FAVOURITE_SECTION, favourite[user], anything)


def _devices(group: Group, users: int, user: Integers, rng: np.random.Generator) -> Integers:
    """The device of each visit: mostly the user's own kind."""
    home = np.where(rng.random(users) < group.mobile, DEVICES.index("mobile"), DEVICES.index("desktop"))
    other = rng.choice(len(DEVICES), size=len(user), p=[0.5, 0.4, 0.1])
    return np.where(rng.random(len(user)) < _OWN_DEVICE, home[user], other)


def _weighted(
    names: Sequence[str], weights: Mapping[str, float], size: int, rng: np.random.Generator
) -> Integers:
    shares = np.array([weights.get(name, 0.0) for name in names], dtype=float)
    return rng.choice(len(names), size=size, p=shares / shares.sum())


def _seconds(group: Group, kind: Integers, rng: np.random.Generator) -> Numbers:
    median = np.full(len(KINDS), np.nan)
    median[KINDS.index("view")] = group.read_seconds
    median[KINDS.index("video")] = group.watch_seconds
    return (median[kind] * rng.lognormal(0, 0.8, len(kind))).round(1)


def _amounts(group: Group, kind: Integers, rng: np.random.Generator) -> Numbers:
    amount = rng.lognormal(np.log(group.spend), group.spend_spread, len(kind)).round(2)
    amount[rng.random(len(kind)) < _VOUCHERS] = 0.0
    return np.where(kind == KINDS.index("order"), amount, np.nan)
