from __future__ import annotations

from tests.features.made import Event, User
from tests.growth import asked

from coterie.growth import histogram

EVENTS = [
    *(Event("a", asked.at(0.01 * n), "view") for n in range(5)),
    Event("b", asked.at(1), "order"),
    *(Event("d", asked.at(0.01 * n), "view") for n in range(101)),
]
USERS = [User("a", country="at"), User("b", country="at"), User("c", country="at"), User("d", country="ng")]


def test_users_fall_into_bins_by_their_number_of_events() -> None:
    warehouse = asked.filled(EVENTS, USERS)
    with asked.everyone(warehouse, 5, ["country"]) as everyone:
        everybody, _, events, orders = histogram.histograms(warehouse, everyone)
    found = {(bar.value, bar.label): bar.users for bar in events.bars if bar.users}
    assert found == {("at", "0"): 1, ("at", "1"): 1, ("at", "4-5"): 1, ("ng", "101 or more"): 1}
    assert [bar.users for bar in everybody.bars if bar.users] == [1, 1, 1, 1]
    assert {bar.label for bar in events.bars if bar.value == "ng"} == {
        "0", "1", "2", "3", "4-5", "6-10", "11-20", "21-50", "51-100", "101 or more",
    }  # fmt: skip
    assert [(bar.value, bar.label, bar.users) for bar in orders.bars] == [
        ("at", "0", 2), ("at", "1", 1), ("ng", "0", 1), ("ng", "1", 0),
    ]  # fmt: skip
    for one in (events, orders):
        for value in ("at", "ng"):
            assert abs(sum(bar.share for bar in one.bars if bar.value == value) - 1) < 1e-12
    assert orders.caption() == "Users by their number of order, by country"
    assert orders.to_arrow().num_rows == 4
