from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from tests.features.made import DAY, Event, User
from tests.growth import asked

from coterie.growth.retention import Retention, Returned, retention
from coterie.project.growing import RetentionSettings

#: Two users of the first week and one of the third.
EVENTS = [
    Event("a", asked.at(0)), Event("a", asked.at(8)), Event("a", asked.at(9)),
    Event("b", asked.at(3)), Event("b", asked.at(18)),
    Event("c", asked.at(14)), Event("c", asked.at(22)),
]  # fmt: skip
USERS = [User("a", country="at"), User("b", country="ng"), User("c", country="ng"), User("d", country="ng")]


def told(day: int, events: list[Event], by: tuple[str, ...] = (), **asks: object) -> Retention:
    warehouse = asked.filled(events, USERS)
    with asked.everyone(warehouse, day, by) as everyone:
        found = retention(warehouse, everyone, RetentionSettings.model_validate(asks))
    warehouse.close()
    assert found is not None
    return found


def counts(periods: tuple[Returned, ...]) -> list[tuple[int, int | None]]:
    return [(one.of, one.users) for one in periods]


def test_a_cohort_is_counted_week_by_week_and_the_future_is_empty() -> None:
    found = told(28, EVENTS, cohorts="week")
    first, third = found.cohorts
    assert (first.start, first.users) == (dt.date(2025, 12, 29), 2)
    assert counts(first.periods)[:4] == [(2, 2), (2, 1), (2, 1), (1, None)]
    assert first.periods[1].share == 0.5
    assert first.periods[3].share is None
    assert (third.start, third.users) == (dt.date(2026, 1, 12), 1)
    assert counts(third.periods)[:3] == [(1, 1), (1, 1), (0, None)]
    assert len(first.periods) == 4
    assert (
        found.caption() == "Users by the week of their first event, and the share seen again in that period"
    )
    assert found.to_arrow().num_rows == 8


def test_unbounded_counts_those_who_come_later_as_well() -> None:
    found = told(28, EVENTS, cohorts="week", unbounded=True)
    assert counts(found.cohorts[0].periods)[:4] == [(2, 2), (2, 2), (2, 1), (1, None)]
    assert found.caption().endswith("seen again in that period or later")


def test_a_curve_counts_those_who_have_lived_long_enough() -> None:
    everyone, at, ng = (
        next(c for c in told(28, EVENTS, ("country",), cohorts="week").curves if c.value == value)
        for value in ("all", "at", "ng")
    )
    assert counts(everyone.periods) == [(3, 3), (3, 2), (2, 1), (1, 0)]
    assert counts(at.periods) == [(1, 1), (1, 1), (1, 0), (1, 0)]
    assert counts(ng.periods) == [(2, 2), (2, 1), (1, 1)]
    table = told(28, EVENTS, ("country",)).curves_arrow()
    assert set(table.column("dimension").to_pylist()) == {"all", "country"}


def test_without_events_there_is_no_retention() -> None:
    warehouse = asked.filled([], USERS)
    with asked.everyone(warehouse, 5) as everyone:
        assert retention(warehouse, everyone, RetentionSettings()) is None


def by_hand(events: list[Event], day: int, length: int) -> dict[int, tuple[int, int]]:
    """Users who lived through each period of `length` days, and those seen in it."""
    seen: dict[str, set[int]] = {}
    for event in events:
        seen.setdefault(event.user_id, set()).add(event.at_us // DAY - asked.START)
    found = {}
    for period in range(15):
        lived = [d for d in seen.values() if not period or min(d) + length * (period + 1) <= day]
        back = [d for d in lived if any((one - min(d)) // length == period for one in d)]
        if lived:
            found[period] = (len(lived), len(back))
    return found


@settings(max_examples=8)
@given(events=asked.many_events)
def test_counting_by_hand_gives_the_same(events: list[Event]) -> None:
    found = told(22, events, ("channel",), cohorts="day")
    assert {p.period: (p.of, p.users) for p in found.curves[0].periods} == by_hand(events, 22, 1)
    every = [one for curve in found.curves for one in curve.periods]
    every += [one for cohort in found.cohorts for one in cohort.periods if one.share is not None]
    for one in every:
        assert one.share is not None
        assert 0 <= (one.low or 0) <= one.share <= (one.high or 0) <= 1
        assert one.period or one.share == 1
    assert sum(cohort.users for cohort in found.cohorts) == len({event.user_id for event in events})
