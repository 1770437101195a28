from __future__ import annotations

from tests.features.made import Event, User
from tests.growth import asked

from coterie.growth import actions

EVENTS = [
    Event("a", asked.at(0), "view", category="shoes"),
    Event("a", asked.at(1), "view", category="shoes"),
    Event("a", asked.at(2), "order", category="shoes"),
    Event("b", asked.at(1), "view", category="books"),
    Event("b", asked.at(7), "order", category="books"),
]
USERS = [User("a", acquisition_channel="ads"), User("b", acquisition_channel="friends")]


def test_kinds_are_counted_by_channel_by_category_and_by_both() -> None:
    warehouse = asked.filled(EVENTS, USERS)
    with asked.everyone(warehouse, 5, ["acquisition_channel", "category"]) as everyone:
        channel, category, both = actions.actions(warehouse, everyone)
    assert [(act.kind, act.value, act.events, act.users, act.share) for act in channel.acts] == [
        ("order", "ads", 1, 1, 1 / 3), ("view", "ads", 2, 1, 2 / 3), ("view", "friends", 1, 1, 1.0),
    ]  # fmt: skip
    assert {(act.kind, act.value): act.events for act in category.acts} == {
        ("order", "shoes"): 1, ("view", "shoes"): 2, ("view", "books"): 1,
    }  # fmt: skip
    assert [(act.kind, act.value, act.other, act.events) for act in both.acts] == [
        ("order", "ads", "shoes", 1), ("view", "ads", "shoes", 2), ("view", "friends", "books", 1),
    ]  # fmt: skip
    assert both.caption() == "Kinds of events by acquisition_channel and category"
    assert channel.caption() == "Kinds of events by acquisition_channel"
    assert both.to_arrow().num_rows == 3


def test_without_a_channel_nothing_is_told_by_two() -> None:
    warehouse = asked.filled(EVENTS)
    with asked.everyone(warehouse, 5, ["category"]) as everyone:
        assert [one.other for one in actions.actions(warehouse, everyone)] == [None]
