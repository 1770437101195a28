from __future__ import annotations

import json
import re

import altair as alt
import pytest
from tests.report import html_check
from tests.report.growth import grown

from coterie.report.growth import chapters
from coterie.report.vega import script

KEYS = [
    "counts", "shares", "histogram", "histograms", "acts", "channel-category", "revenue", "rates",
    "concentration", "cohorts", "curves", "funnel", "funnels", "campaigns", "lifts",
]  # fmt: skip


def test_every_question_is_a_chapter_with_its_charts() -> None:
    told = chapters.chapters(grown.found())
    assert [one.ident for one in told] == [
        "g-counts", "g-actions", "g-profit", "g-retention", "g-funnel", "g-lift", "g-unanswered",
    ]  # fmt: skip
    assert [figure.key for figure in chapters.figures(grown.found())] == KEYS
    drawn = [one["id"] for chapter in told for one in chapter.scripts]
    assert len(drawn) == len(set(drawn)) == len(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_a_chart_is_valid_and_has_its_table(key: str) -> None:
    figure = next(one for one in chapters.figures(grown.found()) if one.key == key)
    json.dumps(figure.spec, allow_nan=False)
    alt.LayerChart.from_dict(figure.spec)  # checked against Vega-Lite's schema
    assert figure.spec["width"] == "container"
    assert figure.spec["height"] >= 60
    assert figure.data.num_rows > 0
    assert figure.title
    assert figure.caption


@pytest.mark.parametrize("key", KEYS)
def test_every_choice_of_a_chart_shows_something(key: str) -> None:
    figure = next(one for one in chapters.figures(grown.found()) if one.key == key)
    rows = figure.spec["data"]["values"]
    names = [one["name"] for one in figure.spec.get("params", ())]
    values = [[option.changes[0][1] for option in choice.options] for choice in figure.choices]
    changes = [change for choice in figure.choices for option in choice.options for change in option.changes]
    chosen = {int(path[1]) for path, _ in changes if path[0] == "params"}
    assert chosen <= set(range(len(names)))
    for place, offered in zip(sorted(chosen), values, strict=True):
        for value in offered:
            assert any(row[names[place]] == value for row in rows), (names[place], value)


def test_the_page_is_whole_html_that_escapes_what_comes_from_data() -> None:
    html = chapters.page(grown.found(), "A <small> shop")
    text = html.replace(script(), "")
    html_check.check_html(text)
    assert grown.HOSTILE not in text
    assert "&lt;/script&gt;&lt;b&gt;ads&lt;/b&gt;" in text
    assert "<h1>A &lt;small&gt; shop</h1>" in text
    assert len(re.findall("<figure", text)) == len(KEYS)


def test_the_short_answers_come_first() -> None:
    told = chapters.in_short(grown.found(), grown.speech())
    assert re.match(r"\d+ of 160 users have events \(\d", told[0])
    assert "net of refunds; the best tenth of them" in told[1]
    assert "of users are seen again in week 1 after their first event, " in told[2]
    assert re.match(r"Of \d+ users with views, .* get to orders within 7 days\.", told[3])


def test_what_the_data_cannot_answer_is_said_and_nothing_is_drawn() -> None:
    [only] = chapters.chapters(grown.nothing())
    assert only.title == "What the data can't answer"
    assert "Who comes back" in only.section()
    assert "there are no events" in only.section()
    assert chapters.figures(grown.nothing()) == []
    assert chapters.in_short(grown.nothing(), grown.speech()) == ["0 of 2 users have events (0%)."]
    assert "What the data can&#x27;t answer" in chapters.page(grown.nothing(), "Nothing")
