"""Every feature by its definition, one user and one event at a time, without SQL: what build() must equal."""

from __future__ import annotations

import dataclasses
import itertools
import math
import statistics
from collections import Counter
from typing import TYPE_CHECKING

from tests.features.made import DAY, MINUTE, Event, User

from coterie.sources.sql import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Value = float | str | None
SOCIAL = {
    "like": "likes",
    "share": "shares",
    "comment": "comments",
    "follow": "follows",
    "bookmark": "bookmarks",
}
HALF_LIVES = {"1h": DAY / 24, "1d": DAY, "14d": 14 * DAY}


@dataclasses.dataclass(frozen=True)
class Words:
    """The words that features are named after, which the data gives."""

    kinds: Sequence[str]
    categories: Sequence[str]
    channels: Sequence[str]
    devices: Sequence[str]


def features(
    events: Iterable[Event], users: Iterable[User], as_of_day: int, weeks: int = 8
) -> dict[str, dict[str, Value]]:
    """Compute all features that could be asked for, of everyone there is before the date."""
    seen = sorted((one for one in events if one.at_us < as_of_day * DAY), key=lambda one: one.at_us)
    known = {one.user_id: one for one in users if one.since_us is None or one.since_us < as_of_day * DAY}
    words = Words(
        sorted({one.kind for one in seen}),
        sorted({one.category for one in seen if one.category is not None}),
        sorted({one.channel for one in seen if one.channel is not None}),
        sorted({one.device for one in seen if one.device is not None}),
    )
    told = any(one.acquisition_channel is not None for one in known.values())
    everyone = {one.user_id for one in seen} | set(known)
    return {
        user: _user([one for one in seen if one.user_id == user], as_of_day, weeks, words)
        | _facts(known.get(user, User(user)), as_of_day, told=told)
        for user in everyone
    }


def _facts(user: User, as_of_day: int, *, told: bool) -> dict[str, Value]:
    since = None if user.since_us is None else float(as_of_day - user.since_us // DAY)
    facts: dict[str, Value] = {
        "tenure_signed_up_days": since, "attributes_country": user.country, "attributes_age": user.age
    }  # fmt: skip
    return facts | ({"acquisition_channel": user.acquisition_channel} if told else {})


def _ratio(top: float, bottom: float) -> float | None:
    return top / bottom if bottom else None


def _user(events: Sequence[Event], as_of_day: int, weeks: int, words: Words) -> dict[str, Value]:
    return {
        **_activity(events, words),
        **_recency(events, as_of_day, words),
        **_pattern(events, as_of_day, weeks),
        **_orders(events),
        **_reading(events),
        **_search(events),
        **_social(events),
        **_media(events),
        **_breadth(events),
        **_time(events),
        **_mix("channels", [one.channel for one in events if one.channel is not None], words.channels),
        **_mix("devices", [one.device for one in events if one.device is not None], words.devices),
        **_tenure(events, as_of_day),
        **_intent(events, as_of_day * DAY, words),
    }


def _days(events: Iterable[Event]) -> list[int]:
    return sorted({one.at_us // DAY for one in events})


def _sessions(events: Sequence[Event]) -> list[list[Event]]:
    sessions: list[list[Event]] = []
    for one in events:
        if sessions and one.at_us - sessions[-1][-1].at_us <= 30 * MINUTE:
            sessions[-1].append(one)
        else:
            sessions.append([one])
    return sessions


def _activity(events: Sequence[Event], words: Words) -> dict[str, Value]:
    sessions = _sessions(events)
    seconds = sum((one[-1].at_us - one[0].at_us) / 1e6 for one in sessions)
    of: dict[str, Value] = {
        "activity_events": len(events),
        "activity_active_days": len(_days(events)),
        "activity_sessions": len(sessions),
        "activity_events_per_session": _ratio(len(events), len(sessions)),
        "activity_session_seconds": _ratio(seconds, len(sessions)),
    }
    for kind in words.kinds:
        alike = [one for one in events if one.kind == kind]
        of[f"activity_{plain_name(kind)}_events"] = len(alike)
        of[f"activity_{plain_name(kind)}_days"] = len(_days(alike))
    return of


def _recency(events: Sequence[Event], as_of_day: int, words: Words) -> dict[str, Value]:
    of: dict[str, Value] = {}
    for name, alike in [("last", events), *((k, [e for e in events if e.kind == k]) for k in words.kinds)]:
        word = name if name == "last" else plain_name(name)
        of[f"recency_days_since_{word}"] = as_of_day - max(_days(alike)) if alike else None
    return of


def _pattern(events: Sequence[Event], as_of_day: int, weeks: int) -> dict[str, Value]:
    counts = [
        sum(0 < as_of_day - one.at_us // DAY - 7 * week <= 7 for one in events) for week in range(weeks)
    ]
    active = _days(events)
    gaps = [later - earlier for earlier, later in itertools.pairwise(active)]
    spread = statistics.pstdev(gaps) / statistics.mean(gaps) if gaps else 0.0
    return {
        **{f"pattern_week_{week + 1}": count for week, count in enumerate(counts)},
        "pattern_trend": statistics.linear_regression(range(weeks), counts[::-1]).slope,
        "pattern_gap_days": statistics.mean(gaps) if gaps else None,
        "pattern_regularity": 1 / (1 + spread) if len(gaps) > 1 else None,
        "pattern_longest_silence": max([*gaps, as_of_day - active[-1]]) if active else None,
    }


def _orders(events: Sequence[Event]) -> dict[str, Value]:
    back = [one for one in events if one.kind == "refund" or (one.kind == "order" and (one.value or 0) < 0)]
    orders = [one for one in events if one.kind == "order" and one not in back]
    money = [one.value for one in orders if one.value is not None]
    bought_on = _days(orders)
    return {
        "orders_count": len(orders),
        "orders_days_between": (bought_on[-1] - bought_on[0]) / (len(bought_on) - 1)
        if len(bought_on) > 1
        else None,
        "orders_spend": sum(money),
        "orders_average": _ratio(sum(money), len(money)),
        "orders_refunds": len(back),
        "orders_refunded": sum(abs(one.value or 0) for one in back),
        "orders_items": len({one.item for one in orders if one.item is not None}),
    }


def _reading(events: Sequence[Event]) -> dict[str, Value]:
    views = [one for one in events if one.kind == "view"]
    seconds = [one.duration for one in views if one.duration is not None]
    items = Counter(one.item for one in views if one.item is not None)
    return {
        "reading_depth": _ratio(len(views), len(_days(views))),
        "reading_seconds": sum(seconds),
        "reading_seconds_per_view": _ratio(sum(seconds), len(seconds)),
        "reading_items": len(items),
        "reading_return_share": _ratio(items.total() - len(items), items.total()),
    }


def _search(events: Sequence[Event]) -> dict[str, Value]:
    searches = [one for one in events if one.kind == "search"]
    queries = [(one.query or "").strip(" ").lower() for one in searches]
    queries = [query for query in queries if query]
    return {
        "search_count": len(searches),
        "search_share": _ratio(len(searches), len(events)),
        "search_distinct": len(set(queries)),
        "search_length": _ratio(sum(map(len, queries)), len(queries)),
    }


def _social(events: Sequence[Event]) -> dict[str, Value]:
    counts = Counter(one.kind for one in events)
    return {
        **{f"social_{word}": counts[kind] for kind, word in SOCIAL.items()},
        **{f"social_{word}_per_view": _ratio(counts[kind], counts["view"]) for kind, word in SOCIAL.items()},
        "social_per_view": _ratio(sum(counts[kind] for kind in SOCIAL), counts["view"]),
    }


def _media(events: Sequence[Event]) -> dict[str, Value]:
    plays = [one for one in events if one.kind == "video"]
    seconds = [one.duration for one in plays if one.duration is not None]
    opens = sum(one.kind == "open" for one in events)
    return {
        "video_plays": len(plays),
        "video_seconds": sum(seconds),
        "video_seconds_per_play": _ratio(sum(seconds), len(seconds)),
        "email_opens": opens,
        "email_share": _ratio(opens, len(events)),
    }


def _breadth(events: Sequence[Event]) -> dict[str, Value]:
    categories = Counter(one.category for one in events if one.category is not None)
    ranked = sorted(categories, key=lambda word: (-categories[word], word.encode()))
    return {
        "breadth_items": len({one.item for one in events if one.item is not None}),
        "breadth_categories": len(categories),
        "breadth_concentration": _ratio(sum(n * n for n in categories.values()), categories.total() ** 2),
        "breadth_favourite_category": ranked[0] if ranked else None,
    }


def _time(events: Sequence[Event]) -> dict[str, Value]:
    hours = [one.at_us % DAY // (DAY // 24) for one in events]
    weekend = sum((one.at_us // DAY + 3) % 7 >= 5 for one in events)  # Monday is 0
    parts = {"night": 0, "morning": 6, "afternoon": 12, "evening": 18}
    shares = {
        f"time_{part}_share": _ratio(sum(start <= hour < start + 6 for hour in hours), len(events))
        for part, start in parts.items()
    }
    return {**shares, "time_weekend_share": _ratio(weekend, len(events))}


def _mix(family: str, used: Sequence[str], words: Sequence[str]) -> dict[str, Value]:
    of: dict[str, Value] = {f"{family}_count": len(set(used))}
    for word in words:
        of[f"{family}_{plain_name(word)}_share"] = _ratio(sum(one == word for one in used), len(used))
    return of


def _tenure(events: Sequence[Event], as_of_day: int) -> dict[str, Value]:
    active = _days(events)
    channels = sorted(
        (one.at_us, one.channel.encode(), one.channel) for one in events if one.channel is not None
    )
    return {
        "tenure_days": as_of_day - active[0] if active else None,
        "tenure_active_share": len(active) / (as_of_day - active[0]) if active else None,
        "acquisition_channel": channels[0][2] if channels else None,
    }


def _intent(events: Sequence[Event], as_of_us: int, words: Words) -> dict[str, Value]:
    of: dict[str, Value] = {}
    for suffix, half_life in HALF_LIVES.items():
        for kind in words.kinds:
            alike = [one for one in events if one.kind == kind]
            of[f"intent_{plain_name(kind)}_{suffix}"] = _decayed(alike, as_of_us, half_life)
        for category in words.categories:
            alike = [one for one in events if one.category == category]
            of[f"intent_category_{plain_name(category)}_{suffix}"] = _decayed(alike, as_of_us, half_life)
    return of


def _decayed(events: Iterable[Event], as_of_us: int, half_life: float) -> float:
    return math.fsum(2.0 ** ((one.at_us - as_of_us) / half_life) for one in events)
