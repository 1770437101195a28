from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.report import made, test_crossing, test_dendrogram, treatments

from coterie.report import worked_out
from coterie.report.page import page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from coterie.report.material import Material

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--virtual-time-budget=20000",
)  # fmt: skip

#: Stands before every other script of the page, and notes in its title what goes wrong.
WATCH = """<script>
const wrong = [];
const tell = (what) => { wrong.push(what); document.documentElement.dataset.wrong = wrong.join(" | "); };
addEventListener("error", (event) => tell(event.message));
addEventListener("unhandledrejection", (event) => tell(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => tell(event.blockedURI));
for (const level of ["error", "warn"]) console[level] = (...words) => tell(words.join(" "));
</script>"""


def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        why = f"a browser is needed: none of {', '.join(BROWSERS)} is here"
        if os.environ.get("COTERIE_REQUIRE_BROWSER") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return found


def drawn(text: str, folder: Path) -> str:
    """Open a page and return what has become of its elements once its scripts have run."""
    path = folder / "report.html"
    path.write_text(text.replace("</title>", f"</title>{WATCH}", 1), encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    run = subprocess.run(
        [browser(), *FLAGS, profile, "--dump-dom", path.as_uri()],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=True,
    )  # fmt: skip
    return run.stdout


def everything() -> Material:
    """Two segmentations that cross, with trees, rules, candidates, what attributes explain; treatments."""
    material = test_dendrogram.with_tree()
    one = worked_out.worked_out(material.groupings[0], material.features)
    genie = [dataclasses.replace(c, method="genie", chosen=False) for c in one.segmentation.candidates]
    tried = dataclasses.replace(one.segmentation, candidates=(*one.segmentation.candidates, *genie))
    late = dataclasses.replace(tried.segments[2], id=17)
    taste = dataclasses.replace(tried, name="taste", segments=(*tried.segments[:2], late))
    names = {1: "Shoes & “boots”", 2: "News", 17: "Books"}
    members = np.where(one.membership == 3, 17, one.membership)
    two = dataclasses.replace(one, segmentation=taste, names=names, membership=members, weekly=one.weekly[:0])
    return dataclasses.replace(
        material,
        groupings=(one, two),
        crossed=(test_crossing.FOUND,),
        explained=worked_out.explained(material.features, [one]),
        treatments=(treatments.treatment(), treatments.broken()),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "material",
    [lambda: made.material(users=300, groups=4), lambda: made.material(users=60, groups=1), everything],
    ids=["segments", "one segment", "everything"],
)
def test_every_chart_is_drawn_without_an_error(tmp_path: Path, material: Callable[[], Material]) -> None:
    dom = drawn(page(material()), tmp_path)
    assert not re.findall(r'<html[^>]*data-wrong="([^"]*)"', dom)
    figures = re.findall(r"<figure.*?</figure>", dom, re.DOTALL)
    assert len(figures) >= 3
    for figure in figures:
        place = figure[figure.index('class="chart') : figure.index("<details")]
        assert "<svg" in place or "<canvas" in place, figure[:200]


@pytest.mark.slow
def test_an_error_would_be_seen(tmp_path: Path) -> None:
    start = "async function draw(chart) {"
    broken = page(made.material(users=60, groups=1)).replace(start, start + 'throw new Error("boo");')
    assert "data-wrong" in drawn(broken, tmp_path)
