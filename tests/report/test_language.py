from __future__ import annotations

import pytest

from coterie import errors
from coterie.features.feature import Feature
from coterie.report.language import language, look_up, topic
from coterie.report.languages import en

SHARES = Feature("social_shares", "social", "events", "Shares.", kind="share")


def test_english_is_there_and_agrees_with_itself() -> None:
    words = language("en")
    assert words is en.WORDS
    assert len(words.ladder) == len(words.levels)
    for above, below in [*words.clauses.values(), *words.facts.values()]:
        for pattern in (above, below):
            pattern.format(what="", category="", label="", one="", many="", verb="")
    assert all("{more}" in deed for deed in words.deeds.values())


@pytest.mark.parametrize("code", ["xx", "../en", "", "EN"])
def test_an_unknown_language_is_refused(code: str) -> None:
    with pytest.raises(errors.UsageError, match="no language"):
        language(code)


def test_the_most_telling_entry_wins() -> None:
    entries = {
        "": "any",
        "unit:events": "unit",
        "social": "family",
        "kind:share": "kind",
        "social.sh*": "name",
    }
    for key in ("social.sh*", "kind:share", "social", "unit:events", ""):
        found = look_up(entries, SHARES)
        assert found is not None
        assert found[0] == entries.pop(key)
    assert look_up(entries, SHARES) is None


def test_a_star_is_handed_on() -> None:
    weekly = Feature("intent_category_hard_news_14d", "intent", "score", "Intent.")
    assert topic(weekly) == "category_hard_news_14d"
    assert look_up({"intent.category_*_14d": "keen"}, weekly) == ("keen", "hard news")


def test_a_kind_speaks_only_for_features_that_count_it() -> None:
    recency = Feature("recency_days_since_share", "recency", "days", "Days.", kind="share")
    assert look_up({"kind:share": "sharers"}, recency) is None


def test_sentences_fall_back_to_english() -> None:
    assert language().say("{n} users", n=3) == "3 users"
