from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from coterie.errors import ProjectError
from coterie.project import file as project_file
from coterie.project.predicting import HORIZONS, PredictionSettings, Target
from coterie.project.settings import Project

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
name: shop
sources:
  - {name: people, table: people.csv, users: {user_id: id}}
segments: {engagement: {}}
predictions:
"""


def refusal(value: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        PredictionSettings.model_validate(value)
    return str(caught.value)


def mistakes(folder: Path, predictions: str) -> tuple[str, ...]:
    (folder / "coterie.yaml").write_text(HEAD + predictions)
    with pytest.raises(ProjectError) as caught:
        project_file.read(folder)
    return caught.value.mistakes


def test_a_target_is_enough() -> None:
    settings = PredictionSettings(target="none")
    assert (settings.about, settings.horizon_days, settings.model) == ("order", "auto", "auto")
    assert PredictionSettings(target="inactive").about == "any"
    assert PredictionSettings(target="first_time", kind="share").about == "share"


def test_every_target_but_inactive_has_a_horizon_of_its_own() -> None:
    targets: tuple[Target, ...] = ("none", "count", "value", "first_time", "becomes")
    assert set(HORIZONS) == set(targets)


def test_counts_and_values_are_no_yes_or_no() -> None:
    assert PredictionSettings(target="none").yes_or_no
    assert not PredictionSettings(target="count").yes_or_no
    assert not PredictionSettings(target="value").yes_or_no


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"target": "becomes"}, "give `segment` with target becomes, and with no other target"),
        ({"target": "none", "segment": {"segmentation": "a"}}, "give `segment` with target becomes"),
        ({"target": "value", "kind": "view"}, "target value is not about events of a kind"),
        ({"target": "none", "kind": "any"}, "name the kind of event"),
        ({"target": "first_time", "population": "with_kind"}, "without an event of `kind` yet"),
        ({"target": "inactive", "population": "with_kind"}, "needs `kind`"),
        ({"target": "none", "population": "everyone", "within_days": 5}, "leave it out with everyone"),
        ({"target": "value", "worth": {"hit": 1, "wasted": -1}}, "a count or a value has no hits"),
        ({"target": "none", "horizon_days": 0}, "greater than or equal to 1"),
        ({"target": "none", "dates": 1}, "greater than or equal to 2"),
        ({"target": "churn"}, "'inactive', 'none', 'count'"),
    ],
)
def test_settings_must_fit_together(given: dict[str, Any], told: str) -> None:
    assert told in refusal(given)


@pytest.mark.parametrize(
    ("predictions", "told"),
    [
        (
            "  churn: {targt: inactive}\n",
            "coterie.yaml line 6: predictions.churn: unknown name 'targt'. Did you mean 'target'?",
        ),
        (
            "  churn:\n    target: inactiv\n",
            (
                "coterie.yaml line 7: predictions.churn.target: 'inactiv' is unknown here. "
                "Did you mean 'inactive'?"
            ),
        ),
        (
            "  churn:\n    horizon_days: 7\n",
            (
                "coterie.yaml line 6: predictions.churn: 'target' is missing; what is foretold: inactive, "
                "none, count, value, first_time or becomes."
            ),
        ),
        (
            "  churn: {target: inactive, horizon_days: soon}\n",
            (
                "coterie.yaml line 6: predictions.churn.horizon_days: it is 'soon'; allowed: a whole "
                "number or auto."
            ),
        ),
        (
            "  rise: {target: becomes, segment: {segmentation: engagment}}\n",
            (
                "coterie.yaml line 5: predictions: rise is about 'engagment', which is no segmentation. "
                "Did you mean 'engagement'?"
            ),
        ),
        (
            "  rise: {target: becomes, segment: {segment: 3}}\n",
            (
                "coterie.yaml line 6: predictions.rise.segment: 'segmentation' is missing; the segmentation "
                "that the segment is of."
            ),
        ),
        (
            "  spend: {target: none, worth: {hit: 5}}\n",
            "coterie.yaml line 6: predictions.spend.worth: 'wasted' is missing; what acting on a user costs",
        ),
        (
            "  Engagement_segment: {target: inactive}\n",
            (
                "coterie.yaml line 5: predictions: Engagement_segment is the name of another column of "
                "`profiles`; choose another."
            ),
        ),
        (
            "  lifetime_value: {target: inactive}\n",
            "coterie.yaml line 5: predictions: lifetime_value is the name of another column of `profiles`",
        ),
        (
            "  a: {target: none}\n  A: {target: none}\n",
            "coterie.yaml line 5: predictions: A is the name of another column",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, predictions: str, told: str) -> None:
    (found,) = mistakes(tmp_path, predictions)
    assert found.startswith(told)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "  a: {target: nothing, dates: 1}\n  b: {target: value, kind: view}\n")
    places = [one.split(": ")[1] for one in found]
    assert places == ["predictions.a.target", "predictions.a.dates", "predictions.b"]


def test_a_project_without_predictions_has_none() -> None:
    project = Project.model_validate(
        {"name": "a", "sources": [{"name": "p", "table": "p.csv", "users": {}}], "predictions": {}}
    )
    assert project.predictions == {}
