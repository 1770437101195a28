from __future__ import annotations

import pytest
from tests.features.made import Event, User
from tests.growth import asked

from coterie.errors import UsageError
from coterie.growth.lift import MEASURES, Lift, Lifts, lifts
from coterie.project.growing import CampaignSettings

#: Of four users of `at` two buy, with three orders among six events; of four of `ng` one, with one among two.
EVENTS = [
    Event("a1", asked.at(0), "order", value=8.0), Event("a1", asked.at(1), "order", value=4.0),
    Event("a1", asked.at(1), "view"), Event("a2", asked.at(0), "order", value=3.0),
    Event("a2", asked.at(0), "view"), Event("a3", asked.at(0), "view"),
    Event("n1", asked.at(0), "order", value=5.0), Event("n2", asked.at(0), "view"),
]  # fmt: skip
USERS = [
    *(User(f"a{n}", country="at", acquisition_channel="ads" if n < 3 else None) for n in range(1, 5)),
    *(User(f"n{n}", country="ng", acquisition_channel="ads" if n < 3 else None) for n in range(1, 5)),
]


def found(told_by: tuple[str, ...], segments: dict[str, str] | None = None, **asks: object) -> Lifts:
    warehouse = asked.filled(EVENTS, USERS, segments)
    with asked.everyone(warehouse, 5, told_by) as everyone:
        told = lifts(warehouse, everyone, CampaignSettings.model_validate(asks))
    warehouse.close()
    return told


def measures(told: tuple[Lift, ...], value: str, within: str | None = None) -> dict[tuple[str, str], Lift]:
    return {(one.above, one.below): one for one in told if (one.value, one.within) == (value, within)}


def test_campaigns_are_compared_by_every_measure() -> None:
    told = found(("country",), by="country")
    assert (told.campaigns, told.baseline) == ("country", "at")
    ng = measures(told.between, "ng")
    assert set(ng) == set(MEASURES)
    rates = {key: (one.one.above, one.one.below, one.other.above, one.other.below) for key, one in ng.items()}
    assert rates == {
        ("achievers", "users"): (1, 4, 2, 4), ("achievers", "active"): (1, 2, 2, 3),
        ("goals", "events"): (1, 2, 3, 6), ("goals", "users"): (1, 4, 3, 4),
        ("revenue", "users"): (5, 4, 15, 4),
    }  # fmt: skip
    assert ng["achievers", "users"].ratio.value == 0.5
    assert ng["goals", "events"].ratio.value == 1
    assert ng["revenue", "users"].difference.value == -2.5
    assert all(one.few for one in ng.values())
    assert told.within == ()


def test_channels_are_compared_with_everyone_of_their_campaign() -> None:
    told = found(("country", "acquisition_channel"), by="country", baseline="ng")
    assert told.baseline == "ng"
    ads = measures(told.within, "ads", "at")["achievers", "users"]
    assert (ads.one.rate, ads.other.rate, ads.ratio.value, ads.against) == (1, 0.5, 2, "everyone")
    nobody = measures(told.within, "(unknown)", "at")["achievers", "users"]
    assert (nobody.ratio.value, nobody.ratio.low) == (0, None)
    row = told.to_arrow().to_pylist()[0]
    assert (row["count"], row["of"], row["against_count"], row["against_of"]) == (2, 4, 1, 4)


def test_without_campaigns_values_are_compared_with_everyone_and_segments_are_not() -> None:
    told = found(("country", "taste"), segments={"a1": "Fans", "n1": "Others"})
    assert (told.campaigns, told.baseline, told.between) == (None, None, ())
    assert {(one.dimension, one.within) for one in told.within} == {("country", None)}
    assert told.caption() == "Lift of order by campaign and channel, each with its denominator"


def test_a_baseline_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no value 'att' to compare with\. Did you mean 'at'"):
        found(("country",), by="country", baseline="att")
