from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.report import made

from coterie.report.page import page

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.slow
@pytest.mark.parametrize(("users", "groups"), [(300, 4), (60, 1)], ids=["segments", "one segment"])
def test_every_chart_is_drawn_without_an_error(tmp_path: Path, users: int, groups: int) -> None:
    dom = drawn(page(made.material(users=users, groups=groups)), tmp_path)
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
