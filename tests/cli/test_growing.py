from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cli.shell import call
from tests.report import html_check
from tests.report.growth import grown

from coterie.cli import growing
from coterie.report.vega import script

if TYPE_CHECKING:
    import pytest


def test_growth_is_written_and_printed(shop: Path) -> None:
    found = call("report", "--growth", "-p", shop)
    assert found.exit_code == 0, found.output
    assert "Growth of 40 users with" in found.stdout
    assert "Users with orders" in found.stdout
    assert "Not answered: By channel: no event or user has a value of it." in found.stdout
    assert found.stdout.strip().endswith(str(shop / "growth.html"))
    page = (shop / "growth.html").read_text(encoding="utf-8")
    html_check.check_html(page.replace(script(), ""))
    assert "<h1>The &lt;small&gt; shop</h1>" in page


def test_growth_is_one_document_for_programs(shop: Path, tmp_path: Path) -> None:
    found = call("report", "--growth", "--json", "--images", tmp_path / "charts", "-p", shop)
    told = json.loads(found.stdout)
    assert told["users"] == 40
    assert told["report"] == str(shop / "growth.html")
    assert {one["dimension"] for one in told["counts"]} == {"country", "engagement", "habit"}
    assert told["funnel"]["kinds"] == ["view", "order"]
    assert "channel" in told["unanswered"]
    images = [Path(one) for one in told["images"]]
    assert {one.suffix for one in images} == {".png", ".svg"}
    assert {one.stem for one in images} >= {
        "growth-counts",
        "growth-cohorts",
        "growth-funnel",
        "growth-lifts",
    }
    assert all(one.stat().st_size > 1000 for one in images)


def test_the_help_teaches() -> None:
    told = " ".join(call("report", "--help").stdout.split())
    for word in (
        "--growth",
        "retention by cohort",
        "each with its denominator",
        "coterie report --growth --json",
    ):
        assert word in told


def test_every_answer_has_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    growing.show(grown.found())
    told = capsys.readouterr().out
    for word in ("Acquisition channel", "Payers", "most profitable users", "Week 8", "Median wait",
                 "Against the rate", "Ng over at by orders / events"):  # fmt: skip
        assert word in told, word


def test_without_answers_there_are_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    growing.show(grown.nothing())
    told = capsys.readouterr().out
    assert "Not answered: Who comes back: there are no events." in told
    assert "Median wait" not in told
    assert growing.document(grown.nothing())["unanswered"]["retention"] == "there are no events"
