from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.features.made import Event, User
from tests.growth import asked

from coterie.growth import counts

EVENTS = [
    Event("a", asked.at(0), "view", channel="mail"),
    Event("a", asked.at(1), "order", value=10.0, channel="mail"),
    Event("b", asked.at(1), "order", value=5.0, channel="mail"),
    Event("b", asked.at(2), "view", channel="search"),
    Event("b", asked.at(2), "view"),
]
USERS = [User("a", country="at"), User("b", country="ng"), User("c", country="at")]


def test_users_events_and_goals_are_counted() -> None:
    warehouse = asked.filled(EVENTS, USERS)
    with asked.everyone(warehouse, 5, ["channel", "country"]) as everyone:
        channel, country = counts.counts(warehouse, everyone)
    told = {row.value: (row.users, row.active, row.events, row.goals, row.achievers) for row in channel.rows}
    assert told == {"mail": (2, 2, 3, 2, 2), "search": (1, 1, 1, 0, 0), "(unknown)": (1, 1, 1, 0, 0)}
    told = {row.value: (row.users, row.active, row.events, row.goals, row.achievers) for row in country.rows}
    assert told == {"at": (2, 1, 2, 1, 1), "ng": (1, 1, 3, 1, 1)}
    assert country.rows[0].share == 0.5
    assert (country.rows[0].low, country.rows[0].high) == pytest.approx((0.0945, 0.9055), abs=1e-4)
    assert channel.to_arrow().num_rows == 3
    assert channel.caption() == "Users, events and order events by channel"


@settings(max_examples=8)
@given(events=asked.many_events, users=asked.many_users)
def test_shares_are_shares_and_sums_are_whole(events: list[Event], users: list[User]) -> None:
    warehouse = asked.filled(events, users)
    with asked.everyone(warehouse, 30, None) as everyone:
        for one in counts.counts(warehouse, everyone):
            assert sum(row.events for row in one.rows) == len(events)
            assert all(0 <= row.low <= row.share <= row.high <= 1 for row in one.rows)
            if one.origin != "events":
                assert sum(row.users for row in one.rows) == everyone.users
    warehouse.close()
