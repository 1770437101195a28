from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from coterie.project.growing import GrowthSettings
from coterie.project.settings import Project

SOURCES = [
    {"name": "acts", "table": "a.csv", "events": {"user_id": "u", "at": "t"}},
    {"name": "people", "table": "p.csv",
     "users": {"user_id": "u", "attributes": ["country", {"column": "g", "name": "group"}]}},
]  # fmt: skip


def project(**growth: Any) -> Project:
    return Project.model_validate({"name": "shop", "sources": SOURCES, "growth": growth})


def test_everything_has_a_default() -> None:
    assert Project.model_validate({"name": "shop", "sources": SOURCES}).growth is None
    found = project().growth
    assert found == GrowthSettings()
    assert found is not None
    assert (found.goal, found.funnel.window_days, found.funnel.strict) == ("order", 7, True)


def test_short_forms_mean_the_long_ones() -> None:
    found = project(funnel=["view", "order"], campaigns="country").growth
    assert found is not None
    assert found.funnel.steps == ("view", "order")
    assert found.campaigns.by == "country"


@pytest.mark.parametrize(
    ("growth", "told"),
    [
        ({"by": ["contry"]}, "'contry' is no column of events, no attribute and no segmentation. Did you "),
        ({"by": ["g"]}, "'g' is no column"),
        ({"campaigns": "campain"}, "'campain' is no column"),
        ({"funnel": ["view", "view"]}, "'view' is a step twice"),
        ({"funnel": ["view"]}, "at least 2"),
        ({"retention": {"cohorts": "year"}}, "'day', 'week' or 'month'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(growth: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        project(**growth)
    assert told in str(caught.value)


def test_attributes_segmentations_and_columns_tell_users_apart() -> None:
    names = ["country", "group", "engagement", "channel", "source", "item", "acquisition_channel"]
    found = project(by=names).growth
    assert found is not None
    assert found.by == tuple(names)
