from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from coterie.project.settings import Project, SegmentSettings

PEOPLE = {"name": "people", "table": "people.csv", "users": {"user_id": "id"}}


def refusal(model: type[Any], value: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    return str(caught.value)


@pytest.mark.parametrize("k", [0, 51, -1, "many", 2.5])
def test_a_number_of_segments_is_from_1_to_50(k: object) -> None:
    refusal(SegmentSettings, {"k": k})


@pytest.mark.parametrize("k", [1, 50, "auto"])
def test_a_number_of_segments_may_be_left_to_coterie(k: object) -> None:
    assert SegmentSettings.model_validate({"k": k}).k == k


def test_sources_have_names_of_their_own() -> None:
    assert "share the name 'people'" in refusal(Project, {"name": "a", "sources": [PEOPLE, PEOPLE]})


def test_settings_can_not_be_changed_and_refuse_what_they_do_not_know() -> None:
    project = Project.model_validate({"name": "a", "sources": [PEOPLE], "as_of": "2026-03-31"})
    assert project.as_of == dt.date(2026, 3, 31)
    with pytest.raises(ValidationError):
        project.name = "b"
    assert "Extra inputs" in refusal(Project, {"name": "a", "sources": [PEOPLE], "colour": "red"})


def test_the_folder_is_no_setting() -> None:
    project = Project.model_validate({"name": "a", "sources": [PEOPLE]})
    assert "folder" not in project.model_dump()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"radius": 1.0}, "`radius` is a setting of method dbscan; this is kmeans"),
        ({"method": "hdbscan", "radius": 1.0}, "`radius` is a setting of method dbscan; this is hdbscan"),
        ({"neighbours": 5}, "`neighbours` is a setting of method dbscan and hdbscan; this is kmeans"),
        ({"method": "ward", "gini": 0.5}, "`gini` is a setting of method genie; this is ward"),
        ({"method": "dbscan", "k": 4}, "method dbscan finds the number of segments by itself"),
        ({"method": "dbscan", "radius": 0}, "greater than 0"),
        ({"method": "dbscan", "neighbours": 1}, "greater than or equal to 2"),
        ({"method": "genie", "gini": 1.5}, "less than or equal to 1"),
    ],
)
def test_settings_of_a_method_go_with_it(given: dict[str, Any], told: str) -> None:
    assert told in refusal(SegmentSettings, given)


def test_the_settings_of_a_method_may_be_left_out() -> None:
    settings = SegmentSettings(method="dbscan")
    assert (settings.radius, settings.neighbours, settings.gini) == (None, None, 0.3)
    assert SegmentSettings(method="genie", gini=0.5).gini == 0.5
    assert SegmentSettings(method="hdbscan", neighbours=20).neighbours == 20
