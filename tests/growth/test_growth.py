"""All questions at once: what is answered, what is not, and the numbers of two real campaigns."""

from __future__ import annotations

import datetime as dt
import math
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from tests.features.made import DAY, Event, User
from tests.growth import asked
from tests.growth.alike import assert_same

from coterie.errors import UsageError
from coterie.events import days, load
from coterie.features import build
from coterie.features.as_of import AsOf
from coterie.growth.growth import Asked, Growth, growth
from coterie.growth.people import TABLE
from coterie.project import file as project_file
from coterie.project.growing import GrowthSettings
from coterie.sources.connect import connect
from coterie.sources.sqlite_warehouse import SQLite

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent.parent
EVENTS = [
    Event("a", asked.at(0), "view", category="shoes", channel="mail"),
    Event("a", asked.at(1), "order", value=10.0, category="shoes"),
    Event("b", asked.at(1), "view", category="books"),
]
USERS = [User("a", country="at"), User("b", country="ng")]


def test_what_the_data_can_feed_is_answered_and_the_rest_is_said_why() -> None:
    told: list[tuple[str, int, int]] = []
    warehouse = asked.filled(EVENTS, USERS)
    found = growth(warehouse, GrowthSettings(), asked.asked(5), progress=lambda *one: told.append(one))
    assert dict(found.unanswered) == {
        "campaigns": "no attribute is called campaign, and users come from one source; name one with "
        "growth.campaigns",
        "acquisition_channel": "no event or user has a value of it",
        "device": "no event or user has a value of it",
        "age": "no event or user has a value of it",
    }
    assert found.funnel is not None
    assert found.funnel.kinds == ("view", "order")
    assert found.caption() == "Growth of 2 users with 3 events as of 2026-01-06"
    answers = {row["question"]: row["answered"] for row in found.to_arrow().to_pylist()}
    assert answers["lift"]
    assert not answers["campaigns"]
    assert told[-1] == ("growth", 6, 6)
    assert warehouse.columns(TABLE) == {}


def test_without_events_only_users_are_counted() -> None:
    found = asked.answered(asked.filled([], USERS), 5)
    why = dict(found.unanswered)
    assert why["retention"] == "there are no events"
    assert why["profit"] == "no order has a value above zero"
    assert why["lift"] == "no event is of kind 'order'; name another growth.goal"
    assert why["funnel"].startswith("of view, click, cart, checkout, order the events have none")
    assert [(one.dimension, [row.users for row in one.rows]) for one in found.counts] == [("country", [1, 1])]


def test_nothing_to_tell_users_apart_by_is_said() -> None:
    why = dict(asked.answered(asked.filled([Event("a", asked.at(0))]), 5).unanswered)
    assert why["counts"] == why["actions"] == "neither events nor users have anything to tell them apart by"


def test_campaigns_are_told_by_what_is_named() -> None:
    warehouse = asked.filled(EVENTS, USERS)
    found = asked.answered(warehouse, 5, by=["category"], campaigns="country")
    assert found.lifts is not None
    assert found.lifts.campaigns == "country"
    assert [one.dimension for one in found.counts] == ["category", "country"]
    lost = asked.answered(warehouse, 5, campaigns={"by": "country", "baseline": "att"})
    assert lost.lifts is None
    assert lost.retention is not None
    assert dict(lost.unanswered)["lift"].startswith("growth.campaigns: country has no value 'att'")
    why = dict(asked.answered(warehouse, 5, campaigns="acquisition_channel").unanswered)
    assert why["campaigns"] == "no user has a value of 'acquisition_channel'"
    with pytest.raises(UsageError, match="Growth can't be told by 'campain'"):
        asked.answered(warehouse, 5, campaigns="campain")


@settings(max_examples=2)
@given(events=asked.many_events, users=asked.many_users)
def test_sqlite_gives_what_duckdb_gives(events: list[Event], users: list[User]) -> None:
    warehouse = asked.filled(events, users, {"a": "Fans", "b": "Others", "c": "Fans"})
    other = asked.copied(warehouse, SQLite())
    asks: dict[str, Any] = {"funnel": {"strict": len(events) % 2 == 0}, "campaigns": "country"}
    for cohorts in ("week", "month"):
        one, two = (
            asked.answered(each, 25, retention={"cohorts": cohorts}, **asks) for each in (warehouse, other)
        )
        assert_same(one.to_dict(), two.to_dict())
    warehouse.close()
    other.close()


@pytest.fixture(scope="module")
def campaigns(tmp_path_factory: pytest.TempPathFactory) -> Growth:
    """Two campaigns in one project, which has nothing but its events: growth needs no segments."""
    if not (data := os.environ.get("COTERIE_REAL_DATA")):
        pytest.skip("set COTERIE_REAL_DATA to the folder with the public data sets")
    folder = tmp_path_factory.mktemp("campaigns")
    shutil.copy(ROOT / "examples" / "food_campaigns" / "coterie.yaml", folder)
    project = project_file.read(folder, {"COTERIE_REAL_DATA": data})
    warehouse = connect("duckdb://")
    load.load(warehouse, project, run_id="test", now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    days.refresh(warehouse)
    date = build.latest(warehouse)
    day = (date - asked.EPOCH).days
    assert project.growth is not None
    found = growth(warehouse, project.growth, Asked(date, AsOf(day, day * DAY), ["people_1", "people_2"]))
    warehouse.close()
    return found


#: Table 2: users, events, orders, buyers and revenue by channel, FB, PI, RE and TW.
TABLE_2: Mapping[str, Mapping[str, tuple[int, int, int, int]]] = {
    "users": {"campaign 1": (235, 217, 201, 226), "campaign 2": (190, 246, 193, 216)},
    "events": {"campaign 1": (106, 107, 82, 91), "campaign 2": (91, 97, 107, 78)},
    "orders": {"campaign 1": (2, 103, 4, 2), "campaign 2": (4, 92, 2, 2)},
    "buyers": {"campaign 1": (2, 52, 4, 2), "campaign 2": (4, 52, 2, 2)},
    "revenue": {"campaign 1": (17, 1008, 47, 21), "campaign 2": (48, 931, 19, 21)},
}
CHANNELS = ("FB", "PI", "RE", "TW")
PLACES = {
    "users": ("achievers", "users", 1), "events": ("goals", "events", 1), "orders": ("goals", "users", 0),
    "buyers": ("achievers", "users", 0), "revenue": ("revenue", "users", 0),
}  # fmt: skip


@pytest.mark.parametrize("what", TABLE_2)
def test_table_2_comes_out_to_the_digit(campaigns: Growth, what: str) -> None:
    assert campaigns.lifts is not None
    above, below, side = PLACES[what]
    for campaign, expected in TABLE_2[what].items():
        found = {
            one.value: (one.one.above, one.one.below)[side]
            for one in campaigns.lifts.within
            if (one.above, one.below, one.within, one.dimension)
            == (above, below, campaign, "acquisition_channel")
        }
        assert tuple(found[channel] for channel in CHANNELS) == expected


def test_the_sign_of_the_lift_depends_on_the_denominator(campaigns: Growth) -> None:
    assert campaigns.lifts is not None
    found = {(one.above, one.below): one for one in campaigns.lifts.between}
    buyers, orders = found["achievers", "users"], found["goals", "events"]
    assert (buyers.value, buyers.against) == ("campaign 2", "campaign 1")
    assert (buyers.one.above, buyers.one.below, buyers.other.above, buyers.other.below) == (60, 845, 60, 879)
    assert (orders.one.above, orders.one.below, orders.other.above, orders.other.below) == (
        100,
        373,
        111,
        386,
    )
    assert f"{buyers.ratio.value:.4f} {orders.ratio.value:.4f}" == "1.0402 0.9323"
    half = 1.959963984540054 * math.sqrt(1 / 60 - 1 / 845 + 1 / 60 - 1 / 879)
    assert buyers.ratio.low == pytest.approx(60 / 845 / (60 / 879) * math.exp(-half))
    for one in (buyers, orders):
        assert one.ratio.low is not None
        assert one.ratio.high is not None
        assert one.ratio.low < 1 < one.ratio.high
        assert not one.few


def test_a_channel_is_lifted_over_all_of_its_campaign(campaigns: Growth) -> None:
    assert campaigns.lifts is not None
    found = {
        one.within: one
        for one in campaigns.lifts.within
        if (one.above, one.below, one.value) == ("achievers", "users", "PI")
    }
    assert [f"{found[name].ratio.value:.4f}" for name in ("campaign 1", "campaign 2")] == ["3.5106", "2.9770"]


def test_no_result_has_more_rows_than_the_keyed_join(campaigns: Growth) -> None:
    assert (campaigns.users, campaigns.events) == (879 + 845, 386 + 373)
    for counted in campaigns.counts:
        assert sum(row.events for row in counted.rows) == 386 + 373
    for acts in campaigns.actions:
        assert sum(act.events for act in acts.acts) == 386 + 373
    kinds = {(act.kind, act.value): act.events for act in campaigns.actions[0].acts}
    assert campaigns.actions[0].dimension == "acquisition_channel"
    assert kinds["order", "PI"] == 103 + 92
    for earned in campaigns.profit:
        assert sum(row.revenue for row in earned.rows) == 1093 + 1019
        assert sum(row.orders for row in earned.rows) == 111 + 100
