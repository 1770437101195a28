from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest
from tests import two_loads
from tests.report import comparisons
from tests.report.comparisons import drift
from typer.testing import CliRunner, Result

from coterie.cli import comparison, views
from coterie.cli.verbs import app

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.run_result import RunResult

Capture = pytest.CaptureFixture[str]


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult, RunResult]:
    folder = tmp_path_factory.mktemp("comparison")
    return folder, *two_loads.make(folder)


def test_a_comparison_tells_changes_movers_and_drift(capsys: Capture) -> None:
    comparison.show(comparisons.comparison())
    told = capsys.readouterr().out
    for sentence in (
        "From run r1 as of 2026-02-01 to run r2 as of 2026-03-01.",
        "A note.",
        "Segment 3 (Buyers <b>) split into segment 5 (Buyers of books) with 60% of its users",
        "Of 2,200 users of both runs 1,880 stayed with their segment (85.5%) and 320 moved",
        "150 users (15%) moved from segment 1 (Idle visitors) to segment 2 (Readers): Spend rose from 20",
        "2 of 3 features have moved.",
        "Spend has changed (0.31)",
        "arrived since",
    ):
        assert sentence in told, sentence
    assert "\x1b" not in told


def test_a_quiet_comparison_is_short(capsys: Capture) -> None:
    flows = comparisons.compared().migration
    still = dataclasses.replace(flows, flows=tuple(one for one in flows.flows if not one.moved)[:2])
    quiet = comparisons.compared(movers=(), migration=still, same_ids=False)
    calm = (drift("orders_spend", 0.01),)
    comparison.show(comparisons.comparison(segmentations=(quiet,), drift=calm, notes=()))
    told = capsys.readouterr().out
    assert "Ids started over between these runs" in told
    assert "None of 1 features has moved." in told
    assert "95% interval" not in told


def test_only_the_furthest_drifts_are_told(capsys: Capture) -> None:
    many = tuple(drift(f"f{at}", 0.5) for at in range(comparison.DRIFT + 3))
    comparison.show(comparisons.comparison(drift=many))
    assert "3 more are in the report and in --json." in capsys.readouterr().out


def test_a_document_has_every_number_and_its_sentence() -> None:
    found = json.loads(json.dumps(comparison.document(comparisons.comparison())))
    assert found["before"] == {"run_id": "r1", "as_of": "2026-02-01"}
    (one,) = found["segmentations"]
    assert [change["kind"] for change in one["changes"]] == ["kept", "merged", "split", "new"]
    assert all(each["sentence"] for part in ("changes", "movers") for each in one[part])
    assert sum(flow["users"] for flow in one["migration"]) == sum(comparisons.COUNTS.values())
    assert [each["level"] for each in found["drift"]] == ["changed", "shifting", "stable"]


def test_the_verb_compares_the_last_two_runs(shop: tuple[Path, RunResult, RunResult]) -> None:
    folder, first, second = shop
    found = call("compare", "--project", folder)
    assert found.exit_code == 0, found.output
    assert found.stdout.startswith(f"From run {first.run_id} as of {first.as_of} to run {second.run_id}")
    assert "4 users (20%) moved from segment 1" in found.stdout
    document = json.loads(
        call("compare", "previous", "last", "-s", "habit", "--json", "--project", folder).stdout
    )
    assert [one["name"] for one in document["segmentations"]] == ["habit"]


def test_an_unknown_run_is_a_usage_error(shop: tuple[Path, RunResult, RunResult]) -> None:
    folder, first, _ = shop
    found = call("compare", "lst", "--project", folder)
    assert found.exit_code == 2
    assert "Did you mean 'last'?" in found.stderr
    assert first.run_id in found.stderr


def test_a_run_says_where_its_segmentations_come_from(
    shop: tuple[Path, RunResult, RunResult], capsys: Capture
) -> None:
    _, first, second = shop
    views.show_run(first)
    assert "first fit" not in capsys.readouterr().out
    views.show_run(second)
    told = capsys.readouterr().out
    assert "Data or settings have changed, so it was fitted anew and matched." in told
    assert told.count("2 of 2 segments are those of the last run.") == 2
    document = json.loads(json.dumps(views.run_document(second)))
    engagement = document["segmentations"][0]
    assert engagement["ids_since"] == first.run_id
    assert [change["kind"] for change in engagement["changes"]] == ["kept", "kept"]
    assert engagement["changes"][0]["sentence"].startswith("Segment 1 (")
