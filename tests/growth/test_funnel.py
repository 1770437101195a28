from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from tests.features.made import DAY, Event, User
from tests.growth import asked

from coterie.growth.funnel import Funnel, funnel, steps_of
from coterie.project.growing import FunnelSettings

STEPS = ("view", "click", "order")
EVENTS = [
    # a goes all the way: two hours and then four.
    Event("a", asked.at(0), "view"), Event("a", asked.at(2 / 24), "click"),
    Event("a", asked.at(6 / 24), "order"),
    # b clicks too late for the first view, but in time for the second; the order comes too late.
    Event("b", asked.at(0), "view"), Event("b", asked.at(5), "view"), Event("b", asked.at(8), "click"),
    Event("b", asked.at(13), "order"),
    # c orders before the click.
    Event("c", asked.at(1), "view"), Event("c", asked.at(2), "order"), Event("c", asked.at(3), "click"),
    # d has only just begun; e never does.
    Event("d", asked.at(18), "view"),
    Event("e", asked.at(3), "click"), Event("e", asked.at(4), "order"),
]  # fmt: skip
USERS = [User("a", country="at"), User("b", country="ng"), User("c", country="ng")]


def found(
    events: list[Event],
    steps: tuple[str, ...] = STEPS,
    day: int = 20,
    by: tuple[str, ...] = (),
    **asks: object,
) -> Funnel:
    warehouse = asked.filled(events, USERS)
    with asked.everyone(warehouse, day, by) as everyone:
        told = funnel(warehouse, everyone, steps, FunnelSettings.model_validate(asks))
    warehouse.close()
    return told


def test_users_are_counted_who_reach_each_step_in_order_and_in_time() -> None:
    [path] = found(EVENTS).paths
    assert [step.users for step in path.steps] == [4, 3, 1]
    view, click, order = path.steps
    assert (view.of_first, view.waited_seconds) == (1, None)
    assert (click.of_first, click.of_previous) == (0.75, 0.75)
    assert (order.of_first, order.of_previous) == pytest.approx((0.25, 1 / 3))
    assert (order.of_first_low, order.of_first_high) == pytest.approx((0.0456, 0.6994), abs=1e-4)
    assert click.waited_seconds == 2 * 86_400  # of 2 h, 3 days and 2 days
    assert (order.waited_seconds, order.taken_seconds) == (4 * 3600, 6 * 3600)
    assert path.still_open == 1


def test_in_any_order_all_steps_must_lie_in_one_window() -> None:
    told = found(EVENTS, strict=False)
    assert [step.users for step in told.paths[0].steps] == [4, 3, 2]
    assert [step.waited_seconds for step in told.paths[0].steps] == [None] * 3
    assert told.caption() == "Users who view, click, order in any order within 7 days"


def test_a_wider_window_lets_more_through() -> None:
    assert [step.users for step in found(EVENTS, window_days=30).paths[0].steps] == [4, 3, 2]


def test_those_who_come_by_something_are_counted_apart() -> None:
    told = found(EVENTS, by=("country",))
    paths = {(path.dimension, path.value): [step.users for step in path.steps] for path in told.paths}
    assert paths == {
        ("all", "all"): [4, 3, 1], ("country", "ng"): [2, 2, 0], ("country", "at"): [1, 1, 1],
        ("country", "(unknown)"): [1, 0, 0],
    }  # fmt: skip
    assert told.to_arrow().num_rows == 12
    unknown = next(path.steps[2] for path in told.paths if path.value == "(unknown)")
    assert (unknown.of_previous, unknown.of_previous_low, unknown.of_previous_high) == (0, 0, 1)


def test_steps_at_one_moment_count_in_their_order() -> None:
    events = [Event("a", asked.at(1), kind) for kind in ("order", "click", "view")]
    assert [step.users for step in found(events).paths[0].steps] == [1, 1, 1]


def test_steps_are_the_usual_ones_of_the_data() -> None:
    warehouse = asked.filled([*EVENTS, Event("z", asked.at(1), "cart"), Event("z", asked.at(50), "checkout")])
    with asked.everyone(warehouse, 20) as everyone:
        assert steps_of(warehouse, everyone, FunnelSettings()) == (("view", "click", "cart", "order"), "")
        chosen = FunnelSettings(steps=("click", "buy"))
        assert steps_of(warehouse, everyone, chosen) == (("click", "buy"), "no event is of kind 'buy'")
    with asked.everyone(asked.filled([Event("a", asked.at(1), "order")]), 20) as everyone:
        _, why = steps_of(asked.filled([Event("a", asked.at(1), "order")]), everyone, FunnelSettings())
    assert why == (
        "of view, click, cart, checkout, order the events have 'order'; name the steps with growth.funnel"
    )


def by_hand(events: list[Event], steps: tuple[str, ...], window: int, *, strict: bool) -> list[int]:
    """Try every choice of one act a step."""
    users = {event.user_id for event in events}
    reached = []
    for length in range(1, len(steps) + 1):
        count = 0
        for user in users:
            mine = [
                [e.at_us for e in events if (e.user_id, e.kind) == (user, step)] for step in steps[:length]
            ]
            count += any(
                max(times) - min(times) <= window and (not strict or list(times) == sorted(times))
                for times in itertools.product(*mine)
            )
        reached.append(count)
    return reached


@settings(max_examples=10)
@given(events=asked.many_events)
def test_trying_every_choice_gives_the_same(events: list[Event]) -> None:
    if not any(event.kind == "view" for event in events):
        return
    for strict in (True, False):
        told = found(events, day=30, by=("country",), window_days=3, strict=strict)
        reached = [step.users for step in told.paths[0].steps]
        assert reached == by_hand(events, STEPS, 3 * DAY, strict=strict)
        assert reached == sorted(reached, reverse=True)
        assert reached[0] == sum(path.steps[0].users for path in told.paths[1:])
