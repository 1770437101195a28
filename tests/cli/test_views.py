from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from tests import small_shop

from coterie import explained, run
from coterie.cli import preview, views
from coterie.project import file as project_file

if TYPE_CHECKING:
    from coterie.explained import Explained
    from coterie.project.settings import Project
    from coterie.run_result import RunResult

Capture = pytest.CaptureFixture[str]


@dataclasses.dataclass(frozen=True)
class Shop:
    project: Project
    result: RunResult
    user: Explained


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    project = project_file.read(small_shop.make(tmp_path_factory.mktemp("views")))
    result = run.run(project)
    with run.opened(project) as warehouse:
        return Shop(project, result, explained.explain_user(warehouse, small_shop.HOSTILE))


def test_a_run_tells_rows_segments_audit_and_report(shop: Shop, capsys: Capture) -> None:
    views.show_run(shop.result)
    told = capsys.readouterr().out
    for named in shop.result.segmentations:
        assert f"Segmentation {named.segmentation.name}" in told
        assert all(name in told for name in named.names.values())
    assert "no user: 1" in told
    assert str(shop.result.report) in told
    assert "Left out, because the data can't feed them: " in told
    assert "\x1b" not in told


def test_nothing_left_out_is_not_mentioned(shop: Shop, capsys: Capture) -> None:
    mute = tuple(
        dataclasses.replace(one, segmentation=dataclasses.replace(one.segmentation, findings=()))
        for one in shop.result.segmentations
    )
    views.show_run(dataclasses.replace(shop.result, left_out=(), segmentations=mute))
    told = capsys.readouterr().out
    assert "Left out" not in told
    assert "Audit" not in told


@pytest.mark.parametrize("width", ["80", "120"])
def test_no_line_is_wider_than_the_terminal(
    shop: Shop, capsys: Capture, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for named in shop.result.segmentations:
        views.show_segmentation(named, shop.result.features)
    table = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("1  ", "2  ", "──"))]
    assert table
    assert max(map(len, table)) <= int(width)


def test_a_run_as_a_document(shop: Shop) -> None:
    document = json.loads(json.dumps(views.run_document(shop.result)))
    assert document["users"] == small_shop.USERS
    one = document["segmentations"][0]
    assert sum(segment["users"] for segment in one["segments"]) == small_shop.USERS
    assert all("{segment:" not in finding["sentence"] for finding in one["audit"])


def test_a_preview_tells_kinds_days_and_mistakes(shop: Shop, capsys: Capture) -> None:
    found = preview.preview(shop.project)
    views.show_preview(shop.project, found)
    out, err = capsys.readouterr()
    assert "2026-01-01 to 2026-01-2" in out
    assert "view" in out
    assert not err
    many = tuple((f"kind {n}", 1000) for n in range(10))
    wrong = dataclasses.replace(found.looks[0], mistakes=("It is gone.",), kinds=many, first=None)
    views.show_preview(shop.project, dataclasses.replace(found, looks=(wrong,)))
    out, err = capsys.readouterr()
    assert "and 2 more" in out
    assert err == "It is gone.\n"
    assert views.preview_document(found)["fine"] is True


def test_an_explanation_tells_why_and_from_what(shop: Shop, capsys: Capture) -> None:
    numbered = tuple({**row, "row_number": 7} for row in shop.user.latest)
    views.show_explained(dataclasses.replace(shop.user, latest=numbered))
    told = capsys.readouterr().out
    assert "The nearest other segment is " in told
    assert "What decides it" in told
    assert "views" in told
    assert "clicks.csv:7" in told
    assert "\N{GRINNING FACE}" in told


def test_a_user_without_events_is_told(shop: Shop, capsys: Capture) -> None:
    alone = tuple(
        (named, dataclasses.replace(why, nearest=None, distance_to_nearest=None, contributions=()))
        for named, why in shop.user.explanations
    )
    silent = dataclasses.replace(shop.user, kinds=(), latest=(), explanations=alone)
    views.show_explained(silent)
    told = capsys.readouterr().out
    assert "There are no events of this user" in told
    assert "What decides it" not in told


def test_an_event_of_a_unit_without_row_numbers(shop: Shop, capsys: Capture) -> None:
    row = {**shop.user.latest[0], "row_number": None, "at": dt.datetime(2026, 1, 2, tzinfo=dt.UTC)}
    kinds = ({**shop.user.kinds[0], "events": 1, "kind": "order"},)
    views.show_explained(dataclasses.replace(shop.user, latest=(row,), kinds=kinds))
    told = capsys.readouterr().out
    assert ": 1 order. The latest:" in told
    assert "clicks.csv:" not in told


def test_an_explanation_as_a_document(shop: Shop) -> None:
    document = json.loads(json.dumps(views.explained_document(shop.user)))
    assert document["user_id"] == small_shop.HOSTILE
    assert [one["name"] for one in document["segmentations"]] == ["engagement", "habit"]
