from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.report import comparisons, made
from tests.report.comparisons import drift, group

from coterie.report import changes, words
from coterie.report.language import language
from coterie.segments.over_time.change import Change
from coterie.segments.over_time.movers import Movers, Reason

if TYPE_CHECKING:
    from coterie.segments.over_time.drift import Drift

SPEAK = changes.speech(comparisons.compared(), made.FEATURES, language())


def test_each_change_is_a_sentence_and_those_that_are_the_same_come_last() -> None:
    merged, split, new, kept = changes.changes(comparisons.CHANGES, SPEAK)
    assert merged == (
        "90% of segment 2 (Readers) and 80% of segment 4 (Searchers) merged into segment 2 (Readers)."
    )
    assert split == (
        "Segment 3 (Buyers <b>) split into segment 5 (Buyers of books) with 60% of its users and "
        "segment 6 (Buyers of games) with 40% of its users."
    )
    assert new == (
        "Segment 7 (Newcomers) is new; 70% of its users who were there before were in "
        "segment 1 (Idle visitors)."
    )
    assert kept == (
        "Segment 1 (Idle visitors) is still the same: 80% of its users are in it still "
        "(overlap 0.70, 0.65 to 0.74)."
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change("new", (), (7,)), "Segment 7 (Newcomers) is new."),
        (Change("gone", (4,), ()), "Segment 4 (Searchers) is gone."),
        (
            Change("gone", (4,), (2,), (0.8,)),
            "Segment 4 (Searchers) is gone; 80% of its users are in segment 2 (Readers) now.",
        ),
        (Change("kept", (1,), (1,), (1.0,), by="name"), "Segment 1 (Idle visitors) is the same by its name."),
        (
            Change("kept", (1,), (1,), (0.0,), closeness=0.9, by="centres"),
            (
                "Segment 1 (Idle visitors) is still the same, told by its centre alone: few users are in "
                "both runs."
            ),
        ),
        (
            Change("kept", (3,), (5,), (0.9,), 0.9, 0.8, 0.95),
            (
                "Segment 3 (Buyers <b>) goes on as segment 5 (Buyers of books): 90% of its users are in it "
                "still (overlap 0.90, 0.80 to 0.95)."
            ),
        ),
        (Change("gone", (99,), ()), "Segment 99 is gone."),
    ],
)
def test_the_rarer_changes_are_said_too(change: Change, told: str) -> None:
    assert changes.change_sentence(change, SPEAK) == told


def test_movers_are_told_with_what_changed_and_by_how_much() -> None:
    first, second = (changes.movers_sentence(one, SPEAK) for one in comparisons.MOVERS)
    assert first == (
        "150 users (15%) moved from segment 1 (Idle visitors) to segment 2 (Readers): Spend rose from 20 to "
        "84; Days since last seen fell from 30 days to 3 days. For 62% of them the border moved, not they."
    )
    assert second == "100 users (10%) moved from segment 2 (Readers) to segment 1 (Idle visitors)."


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            Reason("orders_spend", None, 0.5, 0.4, 0.6, -0.1, -0.6, 20.0, 19.0),
            "Spend is higher against those who stayed (20 then, 19 now)",
        ),
        (
            Reason("orders_spend", None, -0.5, -0.6, -0.4, 0.1, 0.6, 20.0, 21.0),
            "Spend is lower against those who stayed (20 then, 21 now)",
        ),
        (
            Reason("recency_days_since_order", None, -0.5, -0.6, -0.4, -0.5, 0.0, None, 3.0),
            f"Days since last order is lower against those who stayed ({words.NOTHING} then, 3 days now)",
        ),
        (
            Reason("attributes_country", "at", 0.5, 0.4, 0.6, 0.5, 0.0, 0.1, 0.6),
            "Country: at rose from 10% to 60%",
        ),
        (Reason("gone", None, 0.5, 0.4, 0.6, 0.5, 0.0, 1.0, 2.0), "gone rose from 1 to 2"),
    ],
)
def test_a_reason_says_what_was_seen(reason: Reason, told: str) -> None:
    movers = Movers(1, 2, 10, 0.1, None, (reason,))
    assert changes.movers_sentence(movers, SPEAK).endswith(f"segment 2 (Readers): {told}.")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (drift("orders_spend", 0.02), "Spend is stable (0.02)."),
        (
            drift("orders_spend", 0.4, chance=0.5, level="stable"),
            "Spend: what is seen (0.40) is no more than chance among so few users.",
        ),
        (
            drift("orders_spend", 0.31, higher=0.7),
            "Spend has changed (0.31): values are higher, with a median of 35 where it was 20.",
        ),
        (
            drift("orders_spend", 0.12, higher=0.3),
            "Spend is shifting (0.12): values are lower, with a median of 35 where it was 20.",
        ),
        (
            drift("orders_spend", 0.12),
            "Spend is shifting (0.12): values are spread otherwise, around a median of 35 (20 then).",
        ),
        (
            drift(
                "orders_spend", 0.3, groups=(group(0.9, 0.6, low=1.0, high=2.0), group(0.1, 0.4, null=True))
            ),
            "Spend has changed (0.30): values are spread otherwise, around a median of 35 (20 then).",
        ),
        (
            drift(
                "orders_spend", 0.3, groups=(group(0.1, 0.4, null=True), group(0.9, 0.7, low=1.0, high=2.0))
            ),
            "Spend has changed (0.30): 10% of users had no value then, 40% have none now.",
        ),
        (
            drift("attributes_country", 0.3, higher=None, groups=(group(0.4, 0.62, category="at"),)),
            "Country has changed (0.30): “at” went from 40% to 62% of users.",
        ),
        (
            drift("attributes_country", 0.3, higher=None, groups=(group(0.1, 0.4),)),
            "Country has changed (0.30): “all others” went from 10% to 40% of users.",
        ),
    ],
)
def test_drift_is_a_plain_sentence(found: Drift, told: str) -> None:
    assert changes.drift_sentence(found, SPEAK) == told
