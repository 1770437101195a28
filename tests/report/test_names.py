from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report import made

from coterie.features.feature import Feature
from coterie.report import names
from coterie.report.language import language
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.segmentation import Segment, Segmentation, Step, Summary, Trait

WORDS = language("en")
RUNGS = {word: at for at, word in enumerate((WORDS.lapsed, *WORDS.ladder))} | {WORDS.daily: 5}
COUNTRY = "attributes_country"


def segment(
    ident: int, *traits: tuple[str, int] | Trait, engagement: float | None = None, **means: float
) -> Segment:
    """A segment with traits, strongest first, and with means (and medians) of features."""
    found = tuple(
        trait
        if isinstance(trait, Trait)
        else Trait(trait[0], None, 1 if trait[1] > 0 else -1, "very", trait[1])
        for trait in traits
    )
    summary = tuple(Summary(name, None, 10, mean, mean, mean, mean) for name, mean in means.items())
    score = float(ident) if engagement is None else engagement
    return Segment(ident, 100 + ident, 0.2, score, found, 0.9, (), summary)


NOWHERE = Prototypes((), (), ())


def segmentation(*segments: Segment, used: tuple[Feature, ...] = made.FEATURES) -> Segmentation:
    steps = tuple(Step(feature.name, None, 0, False, 0, 1, 1, None, "") for feature in used)
    return Segmentation(
        "one", "kmeans", dt.date(2024, 1, 1), 1, steps, NOWHERE, segments, (), True, "", 0.0, ()
    )


def called(*segments: Segment, **more: Any) -> list[str]:
    return list(names.segment_names(segmentation(*segments, **more), made.FEATURES).values())


def test_names_say_what_users_do() -> None:
    found = called(
        segment(1, ("recency_days_since_last", 2), ("orders_spend", 1), recency_days_since_last=90),
        segment(2, ("search_count", 2)),
        segment(3, ("reading_items", 2), ("social_shares", 1)),
        segment(
            4, ("orders_count", 2), ("devices_mobile_share", 1), activity_active_days=80, tenure_days=100
        ),
    )
    assert found == [
        "Lapsed big spenders",
        "Occasional searchers",
        "Frequent readers who share",
        "Daily shoppers on mobile",
    ]


def test_lapsed_is_said_of_the_least_engaged_alone() -> None:
    gone = ("recency_days_since_last", 2)
    assert called(segment(1), segment(2, gone, recency_days_since_last=90), segment(3)) == [
        "Occasional visitors",
        "Regular visitors who have gone quiet",
        "Frequent visitors",
    ]
    assert called(segment(1, gone, recency_days_since_last=3), segment(2))[0].startswith("Occasional")


def test_whoever_passed_by_has_not_lapsed() -> None:
    gone = ("recency_days_since_last", 2)
    once = called(segment(1, gone, recency_days_since_last=40, tenure_days=41), segment(2))
    assert once[0] == "Occasional visitors who have gone quiet"
    stayed = called(segment(1, gone, recency_days_since_last=40, tenure_days=90), segment(2))
    assert stayed[0] == "Lapsed visitors"


def test_whoever_was_never_seen_is_inactive_and_the_others_are_active() -> None:
    absent = segment(1, activity_events=0)
    much = ("time_weekend_share", 2)
    assert called(absent, segment(2, much, activity_events=3)) == ["Inactive users", "Active visitors"]
    three = called(absent, segment(2, activity_events=3), segment(3, much, activity_events=9))
    assert three == ["Inactive users", "Occasional visitors", "Frequent visitors at weekends"]


def test_acts_are_named_and_not_their_features() -> None:
    days = Feature("activity_share_days", "activity", "days", "Days.", kind="share", higher_is=1)
    recent = Feature("recency_days_since_like", "recency", "days", "Days.", kind="like", higher_is=-1)
    used = (*made.FEATURES, days, recent)
    found = segmentation(
        segment(1, ("recency_days_since_like", 1)),
        segment(2, ("social_likes", 2), ("activity_share_days", 1)),
        segment(3, ("activity_share_days", 2), ("time_weekend_share", 1)),
        used=used,
    )
    assert list(names.segment_names(found, used).values()) == [
        "Occasional visitors who no longer like",
        "Regular fans who share",
        "Frequent sharers at weekends",
    ]


def test_a_name_says_nothing_that_most_do_not_share() -> None:
    rare = Trait("breadth_favourite_category", "travel", 1, "very", 2)
    unknown = Trait(COUNTRY, "unknown", 1, "very", 2)
    one = dataclasses.replace(
        segment(2, rare, unknown),
        summary=(Summary("breadth_favourite_category", "travel", 10, 0.3, 0.3, 0.3, None),),
    )
    assert called(segment(1), one)[1] == "Frequent visitors"


def test_values_that_are_numbers_need_their_attribute() -> None:
    used = tuple(feature for feature in made.FEATURES if not feature.behaviour)
    channel = Trait("acquisition_channel", "4", 1, "very", 2)
    minor = Trait(COUNTRY, "Austria", 1, "slightly", 0.4)
    assert called(segment(1, channel, minor), segment(2), used=used)[0] == "Acquisition channel 4"


def test_what_the_noun_says_is_not_said_again() -> None:
    share = Feature("channels_search_share", "channels", "share", "Share.", null="no event", fill="median")
    used = (*made.FEATURES, share)
    found = segmentation(segment(1), segment(2, ("search_count", 2), ("channels_search_share", 1)), used=used)
    assert names.segment_names(found, used)[2] == "Frequent searchers"


def test_averages_say_something_even_if_they_are_low() -> None:
    assert (
        called(segment(1), segment(2, ("orders_average", -2)))[1]
        == "Frequent visitors who spend little at a time"
    )
    assert called(segment(1), segment(2, ("tenure_days", -2)))[1] == "Frequent visitors who joined lately"


def test_a_segment_that_comes_daily_needs_days_to_show_it() -> None:
    assert called(segment(1), segment(2, activity_active_days=3, tenure_days=4))[1] == "Frequent visitors"


def test_a_kind_that_nobody_foresaw_is_named_by_its_label() -> None:
    zest = Feature("zest_donations", "zest", "events", "Donations.", kind="donation", higher_is=1)
    found = segmentation(segment(1), segment(2, ("zest_donations", 2)), used=(zest,))
    assert names.segment_names(found, [zest])[2] == "Frequent visitors with many donation events"


def test_one_segment_is_everyone() -> None:
    assert called(segment(1, ("orders_count", 2))) == ["Everyone"]


def test_attributes_alone_claim_no_behaviour() -> None:
    used = tuple(feature for feature in made.FEATURES if not feature.behaviour)
    found = called(
        segment(1, Trait("acquisition_channel", "Instagram", 1, "very", 2)),
        segment(2, Trait(COUNTRY, "Austria", 1, "very", 2), ("attributes_age", -1)),
        segment(3, ("attributes_age", 2)),
        segment(4),
        segment(5),
        used=used,
    )
    assert found[:4] == ["From Instagram", "From Austria, low age", "High age", "In the middle"]
    assert len(set(found)) == 5


def test_engagement_is_low_moderate_and_high() -> None:
    found = segmentation(segment(1), segment(2), segment(3))
    assert list(names.engagement_words(found, made.FEATURES).values()) == ["low", "moderate", "high"]
    two = segmentation(segment(1), segment(2))
    assert list(names.engagement_words(two, made.FEATURES).values()) == ["low", "high"]


def test_engagement_is_not_told_where_nothing_speaks_of_it() -> None:
    mute = tuple(dataclasses.replace(feature, higher_is=0) for feature in made.FEATURES)
    assert not names.engagement_words(segmentation(segment(1), segment(2)), mute)
    alike = segmentation(segment(1, engagement=0.0), segment(2, engagement=0.0))
    assert not names.engagement_words(alike, made.FEATURES)


def test_alike_engagement_gets_the_same_word() -> None:
    found = segmentation(segment(1, engagement=0), segment(2, engagement=0.01), segment(3, engagement=1))
    assert list(names.engagement_words(found, made.FEATURES).values()) == ["low", "low", "high"]


TRAITS = st.builds(
    Trait,
    st.sampled_from([feature.name for feature in made.FEATURES] + ["unheard_of"]),
    st.none() | st.sampled_from(["sport", "</script>", "it's {what}", "😀"]),
    st.sampled_from([-1, 1]),
    st.sampled_from(["very", "clearly", "slightly"]),
    st.floats(-3, 3),
)


@st.composite
def segmentations(draw: st.DrawFn) -> Segmentation:
    count = draw(st.integers(1, 14))
    scores = sorted(draw(st.lists(st.floats(-5, 5), min_size=count, max_size=count)))
    used = draw(st.sampled_from([made.FEATURES, made.FEATURES[-7:-4]]))
    days = st.fixed_dictionaries(
        {},
        optional={
            name: st.floats(0, 200)
            for name in ("recency_days_since_last", "activity_active_days", "tenure_days")
        },
    )
    return segmentation(
        *(
            segment(at, *draw(st.lists(TRAITS, max_size=5)), engagement=score, **draw(days))
            for at, score in enumerate(scores, start=1)
        ),
        used=used,
    )


@given(segmentations())
def test_names_are_unique_and_engagement_words_never_fall(found: Segmentation) -> None:
    called = names.segment_names(found, made.FEATURES)
    assert list(called) == [each.id for each in found.segments]
    assert len({name.lower() for name in called.values()}) == len(called)
    rungs = [RUNGS[first] for first in (name.split()[0] for name in called.values()) if first in RUNGS]
    assert rungs == sorted(rungs)
    told = [WORDS.levels.index(word) for word in names.engagement_words(found, made.FEATURES).values()]
    assert told == sorted(told)
    assert names.segment_names(found, made.FEATURES) == called


def test_637_published_users_are_named_from_what_they_do() -> None:
    folder = os.environ.get("COTERIE_REAL_DATA")
    if folder is None:
        pytest.skip("COTERIE_REAL_DATA names no folder with engagement_637_users.csv")
    with (Path(folder) / "engagement_637_users.csv").open() as file:
        users = list(csv.DictReader(file))
    groups: dict[str, list[tuple[float, float]]] = {}
    for user in users:
        groups.setdefault(user["segment"], []).append(
            (float(user["total_clicks"]), float(user["avg_time_spent"]))
        )
    used = (
        Feature("activity_clicks", "activity", "events", "Clicks.", kind="click", higher_is=1),
        Feature("reading_seconds", "reading", "seconds", "Time spent.", higher_is=1),
    )
    everyone = np.array([pair for group in groups.values() for pair in group])
    scores = {
        name: (np.array(group).mean(axis=0) - everyone.mean(axis=0)) / everyone.std(axis=0)
        for name, group in groups.items()
    }
    ordered = sorted(groups, key=lambda name: float(scores[name].mean()))
    segments = tuple(
        dataclasses.replace(
            segment(
                at,
                *(
                    Trait(feature.name, None, 1 if effect > 0 else -1, "very", effect)
                    for feature, effect in zip(used, scores[name].tolist(), strict=True)
                    if abs(effect) > 0.3
                ),
                engagement=float(scores[name].mean()),
            ),
            users=len(groups[name]),
        )
        for at, name in enumerate(ordered, start=1)
    )
    found = segmentation(*segments, used=used)
    words = names.engagement_words(found, used)
    sizes = {words[each.id]: each.users for each in segments}
    assert sizes == {"low": 191, "moderate": 210, "high": 236}
    said = {
        name: each.users
        for name, each in zip(names.segment_names(found, used).values(), segments, strict=True)
    }
    assert said == {"Occasional visitors": 191, "Regular visitors": 210, "Frequent readers": 236}


def test_rules_and_the_grid_have_the_names_they_were_given() -> None:
    found = made.material(users=300, groups=3).groupings[0].segmentation
    given_names = ["Buyers of “shoes”", "rfm:champions", None]
    called = dataclasses.replace(
        found,
        segments=tuple(
            dataclasses.replace(one, given=name)
            for one, name in zip(found.segments, given_names, strict=True)
        ),
    )
    told = names.segment_names(called, made.FEATURES)
    assert (told[1], told[2]) == ("Buyers of “shoes”", "Champions")
    assert told[3].startswith("Regular ")
    only = dataclasses.replace(called, segments=called.segments[:1])
    assert names.segment_names(only, made.FEATURES) == {1: "Buyers of “shoes”"}
    assert names.segment_names(called, made.FEATURES, kept={3: "The rest"})[3] == "The rest"


def test_those_in_no_group_are_unlike_the_rest() -> None:
    found = made.material(users=300, groups=3).groupings[0].segmentation
    borders = Prototypes.around(np.array([[0.0], [1.0]]), np.array([0, 2]), radius=3.0, outside=1)
    told = names.segment_names(dataclasses.replace(found, borders=borders), made.FEATURES)
    assert told[2] == "Unlike the rest"
    assert len(set(told.values())) == 3
