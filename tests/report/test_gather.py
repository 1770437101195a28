from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests import small_shop

from coterie import profiles, run
from coterie.features import build
from coterie.project import file as project_file
from coterie.report import gather

if TYPE_CHECKING:
    from coterie.report.material import Material

CREATED = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    project = project_file.read(small_shop.make(tmp_path_factory.mktemp("gather")))
    made = run.run(project)
    with run.opened(project) as warehouse:
        table = build.read(warehouse, build.plan(warehouse, project.features, made.as_of))
        named = [
            dataclasses.replace(one, names={1: "few", 2: "many"})
            for one in profiles.read_segmentations(warehouse)
        ]
        return gather.gather(warehouse, project, table, named, gather.Circumstances(CREATED, made.loading))


def test_names_are_those_of_the_run(material: Material) -> None:
    assert [grouping.segmentation.name for grouping in material.groupings] == ["engagement", "habit"]
    assert all(grouping.names == {1: "few", 2: "many"} for grouping in material.groupings)


def test_the_project_and_the_run_are_told(material: Material) -> None:
    assert (material.name, material.title) == ("shop", "The <small> shop")
    assert (material.created, material.notes) == (CREATED, ())
    assert material.loading is not None
    assert len(material.groupings[0].membership) == len(material.features) == small_shop.USERS


def test_weeks_begin_on_mondays_and_hold_every_event(material: Material) -> None:
    assert material.loading is not None
    for grouping in material.groupings:
        weekly = grouping.weekly.to_pylist()
        assert sum(row["events"] for row in weekly) == material.loading.events
        assert all(row["week_start"].weekday() == 0 for row in weekly)
        assert all(1 <= row["users"] <= row["events"] for row in weekly)


def test_weeks_that_the_data_begins_or_ends_in_are_not_whole(material: Material) -> None:
    days = {row["week_start"]: row["days"] for row in material.groupings[0].weekly.to_pylist()}
    first, *others = sorted(days)
    assert first == dt.date(2025, 12, 29)  # the data begins on a Thursday, January 1
    assert days[first] == 4
    last = others.pop()
    assert days[last] == (material.as_of - last).days
    assert {days[week] for week in others} == {7}
