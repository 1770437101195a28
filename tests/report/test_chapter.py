from __future__ import annotations

import dataclasses

import pyarrow as pa
from tests.report import html_check

from coterie.report.chapter import Chapter, chapter
from coterie.report.figures import Figure
from coterie.report.language import language
from coterie.report.markup import element

FIGURE = Figure(
    "sizes", "Sizes <of> all", "How many.", {"height": 90}, pa.table({"name": ["a<b"], "users": [3]})
)


def test_a_chapter_is_a_section_with_its_figures_and_an_entry_of_the_contents() -> None:
    found = chapter("worth", "What they are worth", [element("p", "1 < 2"), None], [FIGURE], language())
    section = found.section()
    told = html_check.check_html(section).text
    for text in ("What they are worth", "1 < 2", "Sizes <of> all", "How many.", "a<b"):
        assert text in told
    assert [script["id"] for script in found.scripts] == ["worth-sizes"]
    assert 'id="worth"' in section
    assert 'aria-labelledby="worth-title"' in section
    assert found.entry() == '<li><a href="#worth">What they are worth</a></li>'


def test_the_contents_may_say_it_shorter() -> None:
    short = Chapter("rows", "What became of every row", (), short="Rows")
    assert "Rows" in short.entry()
    assert "What became of every row" in short.section()
    assert dataclasses.replace(short, short="").entry().count("What became") == 1
