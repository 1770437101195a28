from __future__ import annotations

import dataclasses
import math

import pytest
from tests.report import made

from coterie.features.feature import Feature, Unit
from coterie.report import words
from coterie.report.language import language
from coterie.segments.segmentation import Summary, Trait

MATERIAL = made.material(users=300, groups=3)
WORDING = made.wording(MATERIAL)


@pytest.mark.parametrize("feature", made.FEATURES, ids=lambda feature: feature.name)
def test_every_feature_has_a_label_and_an_axis(feature: Feature) -> None:
    label = words.label(feature)
    assert label[0].isupper()
    assert "_" not in label
    assert "{" not in label
    assert words.axis(feature).startswith(label)


def test_labels_are_distinct() -> None:
    labels = [words.label(feature) for feature in made.FEATURES]
    assert len(set(labels)) == len(labels)


def test_a_feature_that_nobody_foresaw_gets_a_label() -> None:
    assert words.label(Feature("search_zest", "search", "number", "Zest.")) == "Search: zest"
    assert words.label(Feature("smell_roses", "smell", "number", "Roses.")) == "smell: roses".capitalize()
    assert (
        words.label(Feature("activity_donations", "activity", "events", "D.", kind="donation")) == "Donations"
    )


def test_an_axis_names_its_unit_once() -> None:
    assert words.axis(Feature("tenure_days", "tenure", "days", "Days.")) == "Days since first seen"
    assert words.axis(Feature("video_seconds", "video", "seconds", "Time.")) == "Viewing time"
    assert words.axis(Feature("orders_spend", "orders", "money", "Money.")) == "Spend (money)"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "number", words.NOTHING),
        (math.nan, "number", words.NOTHING),
        (0.0, "events", "0"),
        (1.0, "days", "1 day"),
        (3.14159, "days", "3.14 days"),
        (0.0005, "share", "<0.1%"),
        (0.25, "share", "25%"),
        (45.0, "seconds", "45 s"),
        (180.0, "seconds", "3 min"),
        (18_000.0, "seconds", "5 h"),
        (1_234.5, "money", "1,234"),
        (2_500_000_000.0, "number", "2.50 billion"),
        (-12.5, "number", "-12.5"),
        (0.00001, "number", "1e-05"),
    ],
)
def test_numbers_are_written_for_people(value: float | None, unit: Unit, text: str) -> None:
    assert words.number(value, unit) == text


def test_sentences_get_names_and_labels() -> None:
    said = WORDING.sentence("{segment:1} and {feature:orders_spend}, {feature:unheard_of} and {segment:77}.")
    assert said == f"“{WORDING.name(1)}” and “Spend”, “unheard_of” and “segment 77”."


def _say(feature: str, category: str | None, mean: float | None, everyone: float, direction: int) -> str:
    """Say a trait of one of two equal segments."""
    one, other = MATERIAL.groupings[0].segmentation.segments[:2]
    template = next(s for s in one.summary if s.feature == feature)
    rest = None if mean is None else 2 * everyone - mean
    first, second = (
        dataclasses.replace(
            segment, summary=(dataclasses.replace(template, category=category, users=10, mean=value),)
        )
        for segment, value in ((one, mean), (other, rest))
    )
    segmentation = dataclasses.replace(MATERIAL.groupings[0].segmentation, segments=(first, second))
    wording = words.wording(segmentation, made.FEATURES, {}, language())
    return wording.trait(first, Trait(feature, category, 1 if direction > 0 else -1, "clearly", 1.0))


@pytest.mark.parametrize(
    ("feature", "category", "mean", "everyone", "said"),
    [
        ("orders_spend", None, 84.0, 50.0, "spend 68% more than everyone (84 against 50)"),
        ("orders_spend", None, 98.0, 49.0, "spend 2 times as much as everyone (98 against 49)"),
        ("social_shares", None, 9.9, 5.0, "share 2 times as often as everyone (9.9 against 5)"),
        ("social_shares", None, 1.0, 5.0, "share 80% less than everyone (1 against 5)"),
        ("time_weekend_share", None, 0.6, 0.4, "Events at weekends: 60% (everyone: 40%)"),
        ("attributes_country", "sport", 0.6, 0.4, "Country sport: 60% (everyone: 40%)"),
        ("recency_days_since_last", None, 30.0, 20.0, "Days since last seen: 30 (everyone: 20)"),
        ("orders_spend", None, None, 1.0, "Spend: typically higher than everyone's"),
    ],
)
def test_traits_are_said_with_their_numbers(
    feature: str, category: str | None, mean: float | None, everyone: float, said: str
) -> None:
    direction = 1 if mean is None or mean > everyone else -1
    assert _say(feature, category, mean, everyone, direction) == said


def test_a_mean_that_contradicts_the_trait_is_not_said() -> None:
    assert _say("orders_spend", None, 84.0, 50.0, -1) == "Spend: typically lower than everyone's"


@pytest.mark.parametrize(
    ("feature", "category", "said"),
    [
        ("recency_days_since_order", None, "Any orders: 100% (everyone: 55%)"),
        ("attributes_country", "unknown", "Country unknown: 0% (everyone: 45%)"),
        ("time_weekend_share", None, "No event: 0% (everyone: 45%)"),
        ("pattern_longest_silence", None, "One event: 0% (everyone: 45%)"),
        ("tenure_days", "nonsense", "No event: 0% (everyone: 45%)"),
    ],
)
def test_having_a_value_at_all_can_be_what_sets_a_segment_apart(
    feature: str, category: str | None, said: str
) -> None:
    segmentation = MATERIAL.groupings[0].segmentation
    segments = tuple(
        dataclasses.replace(
            segment,
            users=100,
            summary=(
                Summary("activity_events", None, 100, 1.0, 1.0, 1.0, 1.0),
                Summary(feature, None, users, 5.0, 5.0, 5.0, 5.0),
            ),
        )
        for segment, users in zip(segmentation.segments, (100, 10), strict=False)
    )
    two = dataclasses.replace(segmentation, segments=segments)
    wording = words.wording(two, made.FEATURES, {}, language())
    assert wording.trait(segments[0], Trait(feature, category, 1, "very", 2.0)) == said


def test_a_hundredfold_is_not_counted() -> None:
    segmentation = MATERIAL.groupings[0].segmentation
    rare = made.summary_with(segmentation, "social_shares", (1000.0, 0.0, 0.0), (1, 1000, 1000))
    wording = words.wording(rare, made.FEATURES, {}, language())
    trait = Trait("social_shares", None, 1, "very", 3.0)
    assert wording.trait(rare.segments[0], trait).startswith("share over 100 times as often as everyone")


def test_traits_are_few_and_different() -> None:
    for segment in WORDING.segmentation.segments:
        said = WORDING.traits(segment, 3)
        assert len(said) <= 3
        assert len(set(said)) == len(said)


def test_everyone_is_none_if_nobody_has_a_value() -> None:
    assert words.everyone(WORDING.segmentation, "unheard_of", None) is None
