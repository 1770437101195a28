from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from tests.features import made
from tests.features.made import DAY, Event, User

from coterie.errors import PredictionError
from coterie.events import days
from coterie.features.as_of import AsOf
from coterie.predictions.uplift import arms
from coterie.project.uplifting import UpliftSettings
from coterie.sources import sql
from coterie.sources.connect import connect

if TYPE_CHECKING:
    from coterie.sources.warehouse import Warehouse

AS_OF = dt.date(2026, 3, 1)
START = AsOf.of(dt.date(2026, 1, 1)).us


@pytest.fixture
def warehouse() -> Warehouse:
    found = connect("duckdb://")
    users = [User("a", country="mail"), User("b", country="none"), User("c", country="letter"), User("d")]
    events = [
        Event("a", START, "view"),
        Event("b", START + DAY, "view"),
        Event("a", START + 10 * DAY + 5, "sent", item="spring", channel="mail"),
        Event("c", START + 12 * DAY, "sent", item="spring", channel="mail"),
        Event("c", START + 11 * DAY, "sent", item="autumn"),
        Event("b", START + 10 * DAY, "held_out", item="spring"),
        Event("late", START + 20 * DAY, "view"),
    ]
    made.put(found, events, users)
    days.refresh(found)
    return found


def _rows(warehouse: Warehouse) -> dict[str, tuple[str, int]]:
    rows = warehouse.query(sql.sql("select * from uplift_arms")).to_pylist()
    assert len({row["user_id"] for row in rows}) == len(rows)
    return {row["user_id"]: (row["arm"], row["start_us"]) for row in rows}


def _settings(**given: Any) -> UpliftSettings:
    return UpliftSettings.model_validate({"outcome": {"kind": "order"}} | given)


def test_an_attribute_says_who_was_treated(warehouse: Warehouse) -> None:
    settings = UpliftSettings.model_validate(
        {"treatment": "country", "control": "none", "outcome": "age", "treated": "mail"}
    )
    found = arms.write(warehouse, settings, AS_OF)
    assert (found.treated, found.control, found.before, found.unknown) == (("mail",), "none", AS_OF, 1)
    at = AsOf.of(AS_OF).us
    assert _rows(warehouse) == {"a": ("mail", at), "b": ("none", at)}
    every = settings.model_copy(update={"treated": None})
    assert arms.write(warehouse, every, AS_OF).treated == ("letter", "mail")


def test_numbers_are_arms_too(warehouse: Warehouse) -> None:
    made.put(warehouse, [], [User("a", age=1), User("b", age=0)])
    settings = UpliftSettings.model_validate({"treatment": "age", "control": "0", "outcome": "country"})
    assert arms.write(warehouse, settings, AS_OF).treated == ("1",)
    assert {user: arm for user, (arm, _) in _rows(warehouse).items()} == {"a": "1", "b": "0"}


def test_events_say_who_was_treated_and_who_was_held_out(warehouse: Warehouse) -> None:
    settings = _settings(
        treatment={"kind": "sent", "item": "spring", "channel": "mail"},
        control={"kind": "held_out", "item": "spring"},
    )
    found = arms.write(warehouse, settings, AS_OF)
    assert (found.before, found.both) == (dt.date(2026, 1, 11), 0)
    assert _rows(warehouse) == {
        "a": ("treated", START + 10 * DAY + 5),
        "c": ("treated", START + 12 * DAY),
        "b": ("control", START + 10 * DAY),
    }


def test_without_a_control_everybody_else_who_was_known_is_compared(warehouse: Warehouse) -> None:
    arms.write(warehouse, _settings(treatment={"kind": "sent", "item": "spring"}), AS_OF)
    assert {user: arm for user, (arm, _) in _rows(warehouse).items()} == {
        "a": "treated",
        "c": "treated",
        "b": "control",
        "d": "control",
    }


def test_users_of_both_arms_are_in_neither(warehouse: Warehouse) -> None:
    made.put(warehouse, [Event("a", START, "sent"), Event("a", START, "held_out"), Event("b", START, "sent")])
    settings = _settings(treatment={"kind": "sent"}, control={"kind": "held_out"})
    assert arms.write(warehouse, settings, AS_OF).both == 1
    assert list(_rows(warehouse)) == ["b"]


def test_a_property_names_the_campaign(warehouse: Warehouse) -> None:
    warehouse.execute(sql.sql("""update events set properties = '{"campaign": "x"}' where user_id = 'c'"""))
    settings = _settings(
        treatment={"kind": "sent", "property": "campaign", "equals": "x"}, control={"kind": "held_out"}
    )
    arms.write(warehouse, settings, AS_OF)
    assert set(_rows(warehouse)) == {"b", "c"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"treatment": "nation", "control": "none", "outcome": "age"}, "'nation' is no attribute"),
        ({"treatment": "country", "control": "nobody", "outcome": "age"}, "Nobody has the value 'nobody'"),
        ({"treatment": "acquisition_channel", "control": "x", "outcome": "age"}, "Nobody has the value 'x'"),
        ({"treatment": {"kind": "mailed"}}, "There is no event of kind 'mailed'"),
    ],
)
def test_what_says_nothing_is_refused(warehouse: Warehouse, given: dict[str, Any], told: str) -> None:
    with pytest.raises(PredictionError, match=told):
        arms.write(warehouse, _settings(**given), AS_OF)


def test_one_arm_and_too_many_are_refused(warehouse: Warehouse) -> None:
    settings = UpliftSettings.model_validate({"treatment": "country", "control": "none", "outcome": "age"})
    made.put(warehouse, [], [User("a", country="none")])
    with pytest.raises(PredictionError, match="one arm alone, 'none'"):
        arms.write(warehouse, settings, AS_OF)
    made.put(warehouse, [], [User(f"u{at}", country=f"c{at}") for at in range(60)])
    with pytest.raises(PredictionError, match="has 60 values, and 50 arms are the most"):
        arms.write(warehouse, settings, AS_OF)
