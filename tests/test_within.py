"""A segment of a segment, from coterie.yaml to the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests import small_shop

from coterie import explained, run, steps, written_sql
from coterie.cli import views
from coterie.errors import UsageError
from coterie.features import build
from coterie.project import file as project_file
from coterie.project.settings import SegmentSettings, Within
from coterie.sources import sql

if TYPE_CHECKING:
    from pathlib import Path

INNER = """\
  heavy: {k: 2, starts: 2, features: [orders], within: {segmentation: engagement, segment: 2}}
report:"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = small_shop.make(tmp_path_factory.mktemp("inner"))
    path = made / "coterie.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("report:", INNER), encoding="utf-8")
    run.run(project_file.read(made))
    return made


def test_only_users_of_the_segment_are_members(folder: Path) -> None:
    with run.opened(project_file.read(folder)) as warehouse:
        query = "select segmentation, segment, count(*) as n from membership group by segmentation, segment"
        counts = {
            (r["segmentation"], r["segment"]): r["n"] for r in warehouse.query(sql.sql(query)).to_pylist()
        }
        inside = counts["engagement", 2]
        assert counts["heavy", 1] + counts["heavy", 2] == inside < small_shop.USERS
        profile = warehouse.query(
            sql.sql("select engagement_segment, heavy_segment, heavy_segment_name from profiles")
        )
        for row in profile.to_pylist():
            assert (row["heavy_segment"] is not None) == (row["engagement_segment"] == 2)
            assert (row["heavy_segment_name"] is None) == (row["heavy_segment"] is None)


def test_a_second_run_keeps_it(folder: Path) -> None:
    small_shop.add_events(folder)
    found = run.run(project_file.read(folder))
    assert not found.nothing_new
    assert found.segmentations[-1].segmentation.within == ("engagement", 2)
    inner = sum(segment.users for segment in found.segmentations[-1].segmentation.segments)
    assert inner == found.segmentations[0].segmentation.segments[-1].users
    assert "Since the last run" in (folder / "report.html").read_text(encoding="utf-8")


def test_its_sql_is_about_these_users(folder: Path) -> None:
    project = project_file.read(folder)
    with run.finished(project) as warehouse:
        told = written_sql.statements(warehouse, project, "membership", segmentation="heavy")["heavy"]
        assert "which segment each user of segment 2 of engagement is in" in told
        found = warehouse.query(sql.sql(told.split("\n", 3)[-1]))
        members = warehouse.query(sql.sql("select user_id from membership where segmentation = 'heavy'"))
        assert set(found["user_id"].to_pylist()) == set(members["user_id"].to_pylist())


def test_whoever_is_not_in_it_is_told_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with run.finished(project_file.read(folder)) as warehouse:
        found = explained.explain_user(warehouse, "u1")
        assert [one.segmentation.name for one, _ in found.explanations] == ["engagement", "habit"]
        assert [one.segmentation.name for one in found.elsewhere] == ["heavy"]
        inside = explained.explain_user(warehouse, "u2")
        assert not inside.elsewhere
    views.show_explained(found)
    told = " ".join(capsys.readouterr().out.split())
    assert "heavy: it groups the users of segment 2 of engagement alone, and this user is not in it." in told
    assert views.explained_document(found)["not_in"] == ["heavy"]


def test_a_run_tells_how_its_segmentations_cross(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = run.run(project_file.read(folder))
    assert [(one.one, one.other) for one in found.crossed] == [("engagement", "habit"), ("habit", "heavy")]
    views.show_run(found)
    assert "“engagement” and “habit” " in " ".join(capsys.readouterr().out.split())
    assert [one["other"] for one in views.run_document(found)["crossed"]] == ["habit", "heavy"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "How the segmentations cross" in page
    assert "It is about the users of “" in page


def test_a_parent_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    made = small_shop.make(tmp_path)
    path = made / "coterie.yaml"
    wrong = INNER.replace("segment: 2", "segment: Whales")
    path.write_text(path.read_text(encoding="utf-8").replace("report:", wrong), encoding="utf-8")
    with pytest.raises(UsageError, match=r"heavy is within segment 'Whales' of engagement.*1 \(.*2 \("):
        run.run(project_file.read(made))


def test_steps_can_be_within_too(folder: Path) -> None:
    project = project_file.read(folder)
    with run.opened(project) as warehouse:
        table = build.read(warehouse, build.plan(warehouse, project.features, project.as_of))
    whole = steps.fit(table, SegmentSettings(k=2, starts=2, features=("activity",)), name="whole")
    asked = SegmentSettings(k=2, starts=2, within=Within(segmentation="whole", segment=2))
    part = steps.fit(table, asked, name="part", others=[whole])
    assert part.segmentation.within == ("whole", 2)
    assert sum(one.users for one in part.segmentation.segments) == whole.segmentation.segments[1].users
