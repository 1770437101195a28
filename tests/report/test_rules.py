from __future__ import annotations

import dataclasses

import pytest
from tests.report import made

from coterie.report import rules
from coterie.report.words import NOTHING
from coterie.segments.twin.bounds import Bound, Test
from coterie.segments.twin.twin import Fidelity, SegmentRule, Twin

WORDING = made.wording(made.material(users=300, groups=3))
RULE = SegmentRule(
    segment=1,
    users=100,
    bounds=(Bound("orders_spend", "above", 500.0), Bound("activity_active_days", "above", 12.0)),
    matched=1090,
    precision=0.98,
    recall=0.915,
    f1=0.946,
    held_back=True,
)
TWIN = Twin(
    name="habit",
    rules=(RULE,),
    order=(1,),
    by_rules=Fidelity(0.93, 0.9),
    leaves=(),
    by_tree=Fidelity(0.8, 0.7),
    largest=0.4,
    searched=100,
    tested=200,
)


@pytest.mark.parametrize(
    ("name", "test", "number", "said"),
    [
        ("activity_active_days", "above", 12.0, "come on more than 12 days"),
        ("activity_active_days", "at_most", 0.0, "were never active"),
        ("activity_views", "above", 1200.0, "have more than 1,200 views"),
        ("activity_views", "above", 0.0, "have any views"),
        ("recency_days_since_last", "at_most", 1.0, "were last seen at most 1 day ago"),
        ("recency_days_since_order", "above", 30.0, "had their last order more than 30 days ago"),
        ("orders_spend", "above", 0.0, "have spent money"),
        ("orders_spend", "at_most", 0.25, "spent at most 0.25"),
        ("pattern_longest_silence", "above", 9.0, "longest silence above 9 days"),
        ("reading_return_share", "at_most", 0.5, "repeat views of at most 50%"),
        ("unheard_of", "above", 3.0, "unheard_of above 3"),
    ],
)
def test_thresholds_in_words(name: str, test: Test, number: float, said: str) -> None:
    assert rules.condition(Bound(name, test, number), WORDING) == said


@pytest.mark.parametrize(
    ("bound", "said"),
    [
        (Bound("attributes_country", "one_of", values=("at",)), "country at"),
        (Bound("attributes_country", "one_of", values=("at", "br", "ng")), "country at, br or ng"),
        (Bound("attributes_country", "none_of", values=("at", "br")), "country not at or br"),
        (Bound("recency_days_since_order", "null"), "no order yet"),
        (Bound("recency_days_since_order", "known"), "days since last order known"),
        (Bound("unheard_of", "null"), "unheard_of unknown"),
        (
            Bound("recency_days_since_order", "above", 30.0, or_null=True),
            "(had their last order more than 30 days ago or no order yet)",
        ),
    ],
)
def test_words_and_nulls_in_words(bound: Bound, said: str) -> None:
    assert rules.condition(bound, WORDING) == said


def test_a_rule_is_a_sentence_with_its_fidelity() -> None:
    assert rules.sentence(RULE, WORDING) == (
        f"“{WORDING.name(1)}”: spent more than 500 and come on more than 12 days. Right for 98% of the users "
        "it matches, it finds 91.5% of them all."
    )
    untested = dataclasses.replace(RULE, held_back=False)
    assert rules.sentence(untested, WORDING).endswith("They are too few to test it on.")
    nothing = dataclasses.replace(RULE, bounds=())
    assert "no condition tells them" in rules.sentence(nothing, WORDING)


def test_rules_are_a_table() -> None:
    table = rules.table(TWIN, WORDING)
    assert table.rows == (
        (WORDING.name(1), "spent more than 500 and come on more than 12 days", "1,090", "98%", "91.5%"),
    )
    nothing = dataclasses.replace(TWIN, rules=(dataclasses.replace(RULE, bounds=()),))
    assert rules.table(nothing, WORDING).rows[0][1] == NOTHING


def test_the_verdict_names_the_features() -> None:
    assert rules.verdict(TWIN, WORDING) == (
        "At most three conditions a segment on “Active days” and “Spend” alone put 93% of the users where "
        "the segmentation does; always saying the largest segment would be right for 40%."
    )
    nothing = dataclasses.replace(TWIN, rules=())
    assert rules.verdict(nothing, WORDING) == "There is nothing to tell segments apart by."
