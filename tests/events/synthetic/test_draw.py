from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.events.synthetic.draw import (
    DAY,
    DEVICES,
    KINDS,
    SEARCH_WORDS,
    SECTIONS,
    UTC_OFFSET,
    Acts,
    People,
    Period,
    draw,
)
from coterie.events.synthetic.groups import NEWSROOM, Group

PERIOD = Period(dt.date(2026, 3, 1), 56)
END = PERIOD.start + PERIOD.days * DAY


def _drawn(*groups: Group, users: int = 400, period: Period = PERIOD, seed: int = 1) -> tuple[People, Acts]:
    drawn = draw(groups, np.arange(users), period, np.random.default_rng(seed))
    return drawn.people, drawn.acts


def _group(**changes: object) -> Group:
    plain = Group(name="plain", share=1, visits_a_week=3, acts={"view": 2})
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def test_period_starts_at_midnight_before_its_end() -> None:
    assert dt.datetime.fromtimestamp(PERIOD.start, dt.UTC) == dt.datetime(2026, 1, 4, tzinfo=dt.UTC)


@given(seed=st.integers(0, 2**32), days=st.integers(1, 90), users=st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_acts_lie_in_the_period_in_order_with_serials_of_their_own(seed: int, days: int, users: int) -> None:
    period = Period(dt.date(2026, 3, 1), days)
    people, acts = _drawn(*NEWSROOM, users=users, period=period, seed=seed)
    assert people.number.tolist() == list(range(users))
    assert (np.diff(acts.at) >= 0).all()
    assert len(np.unique(acts.serial)) == len(acts)
    if len(acts):
        assert acts.at.min() >= period.start
        assert acts.at.max() < period.start + days * DAY


def test_refunds_follow_orders_with_the_same_amount() -> None:
    _, acts = _drawn(_group(acts={"order": 1}, refunds=0.5))
    orders, refunds = acts.of("order"), acts.of("refund")
    assert 0.3 < len(refunds) / len(orders) < 0.55
    assert set(zip(refunds.number, refunds.amount, strict=True)) <= set(
        zip(orders.number, orders.amount, strict=True)
    )


def test_once_means_one_visit_within_half_an_hour() -> None:
    _, acts = _drawn(_group(once=True))
    for number in np.unique(acts.number):
        at = acts.at[acts.number == number]
        assert at.max() - at.min() < 1800


def test_everyone_who_visits_comes_at_least_once() -> None:
    people, acts = _drawn(_group(visits_a_week=0.01))
    assert set(people.number) == set(acts.number)


def test_those_who_never_come_do_nothing() -> None:
    people, acts = _drawn(_group(visits_a_week=0, acts={}))
    assert len(people.number) == 400
    assert len(acts) == 0


def test_the_lapsed_are_gone_after_their_time() -> None:
    _, acts = _drawn(_group(active_until=0.4, new=0))
    assert acts.at.max() < PERIOD.start + 0.65 * PERIOD.days * DAY


def test_newcomers_do_nothing_before_they_join() -> None:
    people, acts = _drawn(_group(new=1))
    first = people.joined[acts.number] * DAY - UTC_OFFSET
    assert (acts.at >= first).all()


def test_hours_are_local() -> None:
    _, acts = _drawn(_group(hours=((20, 1),)))
    local = (acts.at + UTC_OFFSET) / 3600 % 24
    assert abs(np.median(local) - 20.3) < 0.5


def test_weekends_are_as_much_likelier_as_they_say() -> None:
    def share(weekend: float) -> float:
        _, acts = _drawn(_group(weekend=weekend))
        weekday = ((acts.at // DAY).astype(int) - 4) % 7
        return float((weekday >= 5).mean())

    assert share(0.2) < share(1.0) < share(5.0)


def test_phones_are_where_people_live_on_them() -> None:
    _, acts = _drawn(_group(mobile=1.0))
    assert (acts.device == DEVICES.index("mobile")).mean() > 0.8


def test_favourite_sections_are_met_most() -> None:
    _, acts = _drawn(_group(sections=("sport",)))
    assert 0.6 < (acts.section == SECTIONS.index("sport")).mean() < 0.8


def test_search_words_are_those_of_the_group() -> None:
    _, acts = _drawn(_group(acts={"search": 2}, search_words=("cheap ",)))
    assert set(acts.of("search").words) == {SEARCH_WORDS.index("cheap ")}


@pytest.mark.parametrize("group", NEWSROOM, ids=lambda group: group.name)
def test_acts_of_a_group_have_the_means_of_its_row(group: Group) -> None:
    _, acts = _drawn(group)
    assert set(group.acts) <= set(KINDS)
    counts = np.bincount(acts.kind, minlength=len(KINDS))
    by_kind = {kind: counts[KINDS.index(kind)] for kind in group.acts}
    if len(acts) > 2000:
        assert max(by_kind, key=lambda kind: by_kind[kind]) == max(
            group.acts, key=lambda kind: group.acts[kind]
        )
    times = acts.seconds[np.isin(acts.kind, [KINDS.index("view"), KINDS.index("video")])]
    assert (times >= 0).all()


def test_money_is_skewed_and_sometimes_nothing() -> None:
    _, acts = _drawn(_group(acts={"order": 2}, spend=50, spend_spread=1.0))
    amounts = acts.of("order").amount
    assert 0.005 < (amounts == 0).mean() < 0.05
    assert amounts.mean() > 1.3 * np.median(amounts)
