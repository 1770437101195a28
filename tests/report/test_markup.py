from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.html_check import check_html

from coterie.report.markup import Markup, element, join, json_script, table


@given(st.text())
def test_text_and_attributes_are_escaped(text: str) -> None:
    html = element("p", text, title=text)
    assert html.count("<") == 2
    assert html.count(">") == 2


def test_markup_is_not_escaped_twice() -> None:
    assert join("a < b", Markup("<br>"), None) == "a &lt; b<br>"


def test_attributes_are_written_by_their_value() -> None:
    html = element("input", type="text", aria_label="x", for_="y", hidden=True, open=False, title=None)
    assert html == '<input type="text" aria-label="x" for="y" hidden>'


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "\u2028", "a & b", "😀'\""])
def test_a_script_holds_any_text(text: str) -> None:
    html = json_script("data", {"text": text})
    inner = re.fullmatch(r"<script[^>]*>(.*)</script>", html)
    assert inner is not None
    assert "<" not in inner[1]
    assert "\u2028" not in inner[1]
    assert json.loads(inner[1]) == {"text": text}


def test_a_table_has_a_caption_and_headings() -> None:
    html = table("Sizes", ["Name", "Why", "Users"], [["a", "b", "1"]], text=2)
    check_html(html)
    assert "<caption>Sizes</caption>" in html
    assert '<th scope="row">a</th><td>b</td><td class="number">1</td>' in html
