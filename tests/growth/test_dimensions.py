from __future__ import annotations

import pyarrow as pa
import pytest
from tests.features.made import Event, User
from tests.growth import asked

from coterie.errors import UsageError
from coterie.events import users as kept_users
from coterie.growth import dimensions as told
from coterie.growth.dimensions import dimensions
from coterie.sources import sql

EVENTS = [
    Event("a", asked.at(0), channel="mail", category="shoes"),
    Event("a", asked.at(1), channel="search"),
    Event("b", asked.at(1)),
    Event("b", asked.at(9), channel="late"),
]
USERS = [User("a", country="at", age=30.0), User("c", country="ng", age=41.0), User("d", age=30.0)]


def test_everything_that_has_values_is_found_and_the_rest_is_told() -> None:
    found = dimensions(asked.filled(EVENTS, USERS, {"a": "Fans", "b": "Others"}), None, asked.as_of(5))
    assert [(one.name, one.origin) for one in found.found] == [
        ("channel", "events"), ("category", "events"), ("country", "users"), ("age", "users"),
        ("taste", "segments"),
    ]  # fmt: skip
    assert dict(found.missing) == dict.fromkeys(
        ["acquisition_channel", "device"], "no event or user has a value of it"
    )


def test_a_user_has_the_first_value_that_their_events_had() -> None:
    warehouse = asked.filled(EVENTS, USERS)
    [channel] = dimensions(warehouse, ["channel"], asked.as_of(5)).found
    assert warehouse.query(channel.of_users).to_pylist() == [{"user_id": "a", "value": "mail"}]
    assert channel.values == ("mail", "search")


def test_what_is_rare_is_one_group() -> None:
    users = [User(f"u{n}", country=f"c{min(n, 13)}") for n in range(20)]
    warehouse = asked.filled(EVENTS, users)
    with asked.everyone(warehouse, 5, ["country"]) as everyone:
        [country] = everyone.dimensions
        rows = warehouse.query(sql.sql("select by_country as c, count(*) as n from growth_people group by 1"))
    counts = {row["c"]: row["n"] for row in rows.to_pylist()}
    assert len(country.values) == told.MOST
    assert counts[told.OTHERS] == 3
    assert counts[told.UNKNOWN] == 2
    assert counts["c13"] == 7


def test_an_attribute_that_is_nearly_an_id_is_not_told_unless_asked_for() -> None:
    users = [User(f"u{n}", country=f"c{n}") for n in range(40)]
    warehouse = asked.filled(EVENTS, users)
    assert dict(dimensions(warehouse, None, asked.as_of(5)).missing)["country"] == (
        "nearly every user has a value of their own"
    )
    assert [one.name for one in dimensions(warehouse, ["country"], asked.as_of(5)).found] == ["country"]


def test_few_numbers_are_values_and_many_are_bands() -> None:
    warehouse = asked.filled(EVENTS, USERS)
    [age] = dimensions(warehouse, ["age"], asked.as_of(5)).found
    assert age.values == ("30", "41")
    many = asked.filled(EVENTS, [User(f"u{n}", age=float(n)) for n in range(20)])
    [age] = dimensions(many, ["age"], asked.as_of(5)).found
    assert age.values == ("up to 4", "over 4 to 9", "over 9 to 14", "over 14")
    rows = many.query(age.of_users).to_pylist()
    assert [row["value"] for row in rows].count("up to 4") == 5


def test_users_of_two_sources_are_told_apart() -> None:
    warehouse = asked.filled(EVENTS, USERS)
    for name, users in (("spring", ["a", "x"]), ("summer", ["x", "c"])):
        warehouse.create(kept_users.kept(name), pa.table({"user_id": users}))
    [source] = dimensions(warehouse, ["source"], asked.as_of(5), ["spring", "summer"]).found
    rows = warehouse.query(source.of_users).to_pylist()
    assert {row["user_id"]: row["value"] for row in rows} == {"a": "spring", "x": "spring", "c": "summer"}
    names = [one.name for one in dimensions(warehouse, None, asked.as_of(5), ["spring", "summer"]).found]
    assert "source" in names


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UsageError, match=r"Growth can't be told by 'chanel'\. Did you mean 'channel'"):
        dimensions(asked.filled(EVENTS), ["chanel"], asked.as_of(5))
