from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from coterie.cli import foreseen, foreseen_predictions, preview, views
from coterie.project import file as project_file

if TYPE_CHECKING:
    from pathlib import Path

YAML = """\
name: shop
sources:
  - name: acts
    table: acts.csv
    events: {user_id: who, at: at, kind: what}
features: {families: [activity, recency]}
segments:
  plan:
    method: rules
    rules: [{name: Fans, where: activity_events > 5}]
predictions:
"""


def told(folder: Path, predictions: str, days: int = 60) -> list[str]:
    lines = [f"u{day % 7},2026-{1 + day // 28:02}-{1 + day % 28:02},order" for day in range(days)]
    (folder / "acts.csv").write_text("\n".join(["who,at,what", *lines]) + "\n")
    (folder / "coterie.yaml").write_text(YAML + predictions)
    project = project_file.read(folder)
    return foreseen.mistakes(project, preview.preview(project))


@pytest.mark.parametrize(
    "predictions",
    [
        "  a: {target: none}\n",
        "  a: {target: inactive, features: [recency]}\n",
        "  a: {target: becomes, horizon_days: 7, segment: {segmentation: plan, segment: fans}}\n",
        "  a: {target: becomes, horizon_days: 7, segment: {segmentation: plan, segment: 2}}\n",
        "  a: {target: becomes, horizon_days: 7, segment: {segmentation: plan}}\n",
    ],
)
def test_what_a_run_can_foretell_is_no_mistake(tmp_path: Path, predictions: str) -> None:
    assert told(tmp_path, predictions) == []


@pytest.mark.parametrize(
    ("predictions", "expected"),
    [
        ("{target: none, kind: oder}", "no event is of kind 'oder'. Did you mean 'order'? Allowed: order."),
        (
            "{target: none, features: [recencey]}",
            "`features` names 'recencey', which is not there. Did you mean 'recency'?",
        ),
        ("{target: value, horizon_days: 365}", "A horizon of 365 days needs 737 days of data"),
        ("{target: value}", "A horizon of 30 days needs 67 days of data"),
        (
            "{target: becomes, segment: {segmentation: plan, segment: Fan}}",
            "segment 'Fan' of plan is not there. Did you mean 'Fans'? Allowed: Everyone else, Fans.",
        ),
    ],
)
def test_a_mistake_is_told_before_the_run(tmp_path: Path, predictions: str, expected: str) -> None:
    (found,) = told(tmp_path, f"  a: {predictions}\n")
    assert found.startswith(f"coterie.yaml, predictions.a: {expected}")


def test_the_name_of_a_feature_is_taken(tmp_path: Path) -> None:
    assert told(tmp_path, "  activity_events: {target: none}\n") == [
        "coterie.yaml, predictions: 'activity_events' is the name of a feature too; choose another."
    ]


def test_a_library_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    (found,) = told(tmp_path, "  a: {target: none, model: xgboost}\n")
    assert "pip install 'coterie[xgboost]', or choose `model: boosting`" in found


def test_without_events_dates_say_nothing(tmp_path: Path) -> None:
    told(tmp_path, "  a: {target: none}\n")
    project = project_file.read(tmp_path)
    nothing = preview.Preview(())
    assert list(foreseen_predictions.mistakes(project, nothing, {"order"}, whole=True)) == []


def test_the_preview_says_what_would_be_foretold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(tmp_path, "  calm: {target: none}\n")
    project = project_file.read(tmp_path)
    views.show_preview(project, preview.preview(project))
    assert "find the segments plan, foretell calm, and write to" in capsys.readouterr().out
