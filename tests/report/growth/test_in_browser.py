from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.report import test_browser
from tests.report.growth import grown

from coterie.report.growth import chapters

if TYPE_CHECKING:
    from pathlib import Path

#: Chooses every entry of every drop-down, one after the other, and notes when it is through.
CHOOSE = """<script type="module">
for (const select of document.querySelectorAll("select[data-chart]")) {
  for (let at = select.options.length - 1; at >= 0; at -= 1) {
    select.selectedIndex = at;
    select.dispatchEvent(new Event("change"));
    await new Promise((resume) => setTimeout(resume, 20));
  }
}
document.documentElement.dataset.chosen = "all";
</script></body>"""


@pytest.mark.slow
def test_every_choice_is_drawn_without_an_error(tmp_path: Path) -> None:
    start, end = chapters.page(grown.found(), "Growth").rsplit("</body>", 1)
    dom = test_browser.drawn(f"{start}{CHOOSE}{end}", tmp_path)
    assert not re.findall(r'<html[^>]*data-wrong="([^"]*)"', dom)
    assert re.search(r'<html[^>]*data-chosen="all"', dom)
    figures = re.findall(r"<figure.*?</figure>", dom, re.DOTALL)
    assert len(figures) == len(chapters.figures(grown.found()))
    for figure in figures:
        place = figure[figure.index('class="chart') : figure.index("<details")]
        assert "<svg" in place or "<canvas" in place, figure[:200]
