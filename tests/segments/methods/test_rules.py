from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments import tables

from coterie.errors import ProjectError
from coterie.project.settings import Rule, SegmentSettings
from coterie.segments.borders.predicates import kinds
from coterie.segments.methods import rules

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.segments.methods.grouped import Grouped


def settings(*conditions: str, rest: str = "Everyone else", names: str = "ABCDEF") -> SegmentSettings:
    made = tuple(Rule(name=name, where=where) for name, where in zip(names, conditions, strict=False))
    return SegmentSettings(method="rules", rules=made, rest=rest)


def numbers(count: int = 100) -> FeatureTable:
    return tables.table({"x": np.arange(count, dtype=float), "word": ["a", "b"] * (count // 2)})


def sentences(found: Grouped) -> dict[str, str]:
    return {finding.sentence: finding.level for finding in found.findings}


def test_the_first_rule_that_holds_decides() -> None:
    found = rules.grouped(numbers(), settings("x >= 90", "x >= 50 and word = 'a'"))
    assert found.given == ("A", "B", "Everyone else")
    assert np.bincount(found.labels).tolist() == [10, 20, 70]
    assert found.borders.places(numbers().rows).tolist() == found.labels.tolist()
    assert found.k == 3
    assert found.verdict == "2 rules written by hand, in order; the first that holds decides."


def test_overlaps_are_counted() -> None:
    told = sentences(rules.grouped(numbers(), settings("x >= 90", "x >= 80", "x >= 10 and word = 'a'")))
    overlap = "15 users (15.0%) match several rules and belong to the first of them; "
    assert told[overlap + "most often “A” and “B” (10)."] == "note"


def test_the_rest_is_counted() -> None:
    told = sentences(rules.grouped(numbers(), settings("x >= 90", rest="Others")))
    assert told["No rule matches 90 users (90.0%); they are “Others”."] == "warning"
    assert told["No user matches more than one rule."] == "good"
    told = sentences(rules.grouped(numbers(), settings("x >= 1")))
    assert told["No rule matches 1 user (1.0%); this is “Everyone else”."] == "note"
    told = sentences(rules.grouped(numbers(), settings("x >= 0")))
    assert told["Every user matches a rule; nobody is left to “Everyone else”."] == "good"


def test_a_rule_that_matches_nobody_or_comes_too_late_is_told() -> None:
    told = sentences(rules.grouped(numbers(), settings("x >= 50", "x >= 60", "x > 1000", "x = 50")))
    assert told["The rule “C” matches nobody; look at its condition."] == "warning"
    late = "The rule “B” matches 40 users, and rules before it take all of them; move it up, or narrow those."
    assert told[late] == "warning"
    assert any(sentence.startswith("The rule “D” matches 1 user, and") for sentence in told)


def test_every_mistake_is_told_at_once() -> None:
    asked = settings("y > 1", "x >", "x > 1", rest="a", names="ABA")
    with pytest.raises(ProjectError) as caught:
        rules.grouped(numbers(), asked)
    told = caught.value.mistakes
    assert len(told) == 4
    assert told[0] == "Rule 1 is called 'A', and the rest is called 'a'; give each a name of its own."
    assert told[1].startswith("Rule 3 is called 'A'")
    assert "there is no feature 'y'" in told[2]
    assert "is no condition in SQL" in told[3]


def test_two_rules_of_one_name_are_told() -> None:
    asked = settings("x > 1", "x > 2", names="AA")
    assert rules.mistakes(asked, kinds(numbers().features)) == [
        "Rule 2 is called 'A', and so is rule 1; give each a name of its own."
    ]


def test_no_rules_are_a_mistake() -> None:
    asked = SegmentSettings.model_construct(method="rules", rules=(), rest="Others")
    assert "needs rules" in rules.mistakes(asked, {})[0]
    with pytest.raises(ProjectError, match="needs rules"):
        rules.grouped(numbers(), asked)


def test_one_user_in_two_rules_is_spoken_of_as_one() -> None:
    told = sentences(rules.grouped(numbers(), settings("x > 97", "x < 99 and x > 50")))
    assert any(sentence.startswith("1 user (1.0%) matches several rules and belongs") for sentence in told)
