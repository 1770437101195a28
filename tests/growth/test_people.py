from __future__ import annotations

from hypothesis import given, settings
from tests.features.made import Event, User
from tests.growth import asked

from coterie.growth import people
from coterie.sources import sql
from coterie.sources.duckdb import DuckDB

EVENTS = [
    Event("a", asked.at(0), "view"),
    Event("a", asked.at(1), "order", value=10.0, category="shoes"),
    Event("a", asked.at(2), "order", value=-4.0, category="shoes"),
    Event("b", asked.at(2), "order", category="books"),
    Event("b", asked.at(9), "order", value=99.0),
]
USERS = [User("c"), User("late", since_us=asked.at(8))]


def test_everyone_is_there_once_with_what_they_did() -> None:
    warehouse = asked.filled(EVENTS, USERS)
    with asked.everyone(warehouse, 5) as everyone:
        rows = {
            row["user_id"]: row for row in warehouse.query(sql.sql("select * from growth_people")).to_pylist()
        }
    assert set(rows) == {"a", "b", "c"}
    assert (rows["a"]["orders"], rows["a"]["spend"], rows["a"]["refunded"], rows["a"]["revenue"]) == (
        1,
        10,
        4,
        6,
    )
    assert (rows["c"]["events"], rows["c"]["first_day"], rows["c"]["revenue"]) == (0, None, 0)
    assert (everyone.users, everyone.active, everyone.events, everyone.goals, everyone.payers) == (
        3,
        2,
        4,
        2,
        1,
    )
    assert warehouse.columns(people.TABLE) == {}


def test_another_goal_counts_events_of_its_kind() -> None:
    with asked.everyone(asked.filled(EVENTS), 5, goal="view") as everyone:
        assert everyone.goals == 1
    with asked.everyone(asked.filled(EVENTS), 5, goal="never") as everyone:
        assert everyone.goals == 0


@settings(max_examples=10)
@given(events=asked.many_events, users=asked.many_users)
def test_events_and_money_are_the_same_however_they_are_told_apart(
    events: list[Event], users: list[User]
) -> None:
    warehouse = DuckDB()
    asked.put(warehouse, events, users)
    with asked.everyone(warehouse, 30, None) as everyone:
        for one in everyone.dimensions:
            query = "select sum(events) as n, sum(goals) as g, sum(revenue) as r, sum(orders) as o from :rows"
            rows = people.rows(one).subquery("rows_of")
            [sums] = warehouse.query(sql.sql(query, rows=rows)).to_pylist()
            assert sums["n"] == everyone.events == len(events)
            assert sums["g"] == everyone.goals
            paid = [e.value or 0 for e in events if e.kind == "order"]
            paid += [-abs(e.value or 0) for e in events if e.kind == "refund"]
            assert abs(sums["r"] - sum(paid)) < 1e-9
    warehouse.close()
