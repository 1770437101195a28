from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests import mailing

from coterie import run
from coterie.errors import SegmentationError
from coterie.predictions.uplift.result import Treatment, Unmeasured, from_json, to_json
from coterie.project import file as project_file
from coterie.sources import sql

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.run_result import RunResult


@pytest.fixture(scope="module")
def mailed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    folder = mailing.make(tmp_path_factory.mktemp("mailing"))
    return folder, run.run(project_file.read(folder))


def _treatment(result: RunResult) -> Treatment:
    (found,) = result.treatments
    assert isinstance(found, Treatment)
    return found


def _ask(folder: Path, query: str) -> list[dict[str, object]]:
    with run.opened(project_file.read(folder)) as warehouse:
        rows: list[dict[str, object]] = warehouse.query(sql.sql(query)).to_pylist()
    return rows


def test_a_run_finds_whom_the_mail_moves(mailed: tuple[Path, RunResult]) -> None:
    found = _treatment(mailed[1])
    assert found.ranks
    assert found.verdict == "best"
    assert found.features == ("attributes_age", "attributes_town")
    assert found.effect.difference == pytest.approx(0.21, abs=0.1)
    assert [one.what for one in found.groups if one.differ] == ["attributes_age"]
    assert found.sizes is not None
    assert not found.sizes.mismatch
    assert found.left_out == ()
    assert found.candidates[0].learner == "t"


def test_every_user_has_a_score_in_the_tables(mailed: tuple[Path, RunResult]) -> None:
    folder, result = mailed
    query = "select uplift, count(*) as n, count(distinct user_id) as users from uplift group by uplift"
    assert _ask(folder, query) == [{"uplift": "mail", "n": mailing.USERS, "users": mailing.USERS}]
    young, old = _ask(
        folder,
        """select avg(mail_uplift) as score from profiles
        group by case when attributes_age < 40 then 0 else 1 end
        order by score desc""",
    )
    assert float(str(young["score"])) > 0.25 > float(str(old["score"]))
    assert _ask(folder, "select distinct run_id from uplift") == [{"run_id": result.run_id}]
    (row,) = _ask(folder, "select ranks, verdict, why_not from treatments")
    assert row == {"ranks": True, "verdict": "best", "why_not": None}


def test_arm_and_outcome_make_no_segments(mailed: tuple[Path, RunResult]) -> None:
    steps = mailed[1].segmentations[0].segmentation.steps
    assert {step.feature for step in steps} == {"attributes_age", "attributes_town"}


def test_where_nothing_else_is_left_segments_need_a_name(tmp_path: Path) -> None:
    folder = mailing.make(tmp_path, users=100)
    path = folder / "coterie.yaml"
    more = "  town: {treatment: town, control: x, outcome: age}\n"
    path.write_text(path.read_text() + more)
    with pytest.raises(SegmentationError, match="give the segmentation `features`"):
        run.run(project_file.read(folder))
    path.write_text(path.read_text().replace("{k: 2, starts: 2}", "{k: 2, features: [attributes_age]}"))
    steps = run.run(project_file.read(folder)).segmentations[0].segmentation.steps
    assert {step.feature for step in steps} == {"attributes_age"}


def test_the_report_has_the_chapter(mailed: tuple[Path, RunResult]) -> None:
    text = mailed[1].report.read_text(encoding="utf-8")
    assert "What treatments changed" in text
    assert "mail: mail against none" in text


def test_nothing_new_reads_it_back_and_other_settings_keep_it(mailed: tuple[Path, RunResult]) -> None:
    folder, result = mailed
    again = run.run(project_file.read(folder))
    assert again.nothing_new
    assert again.treatments == result.treatments
    path = folder / "coterie.yaml"
    path.write_text(path.read_text() + "report: {title: Another title}\n")
    anew = run.run(project_file.read(folder))
    assert not anew.nothing_new
    assert anew.treatments == result.treatments
    assert _ask(folder, "select distinct run_id from uplift") == [{"run_id": anew.run_id}]
    assert _ask(folder, "select count(*) as n from uplift") == [{"n": mailing.USERS}]


def test_lost_users_are_noticed(tmp_path: Path) -> None:
    result = run.run(project_file.read(mailing.make(tmp_path, lost=170)))
    found = _treatment(result)
    assert found.sizes is not None
    assert found.sizes.mismatch
    assert "Sample ratio mismatch" in result.report.read_text(encoding="utf-8")


def test_events_say_who_was_treated_and_features_are_of_before(tmp_path: Path) -> None:
    folder = mailing.make_campaign(tmp_path)
    found = _treatment(run.run(project_file.read(folder)))
    assert (found.before.isoformat(), found.outcome) == ("2026-01-31", "order within 10 days")
    assert found.effect.difference == pytest.approx(0.2, abs=0.12)
    assert not [name for name in found.features if "sent" in name or "order" in name]
    assert found.ranks
    scores = _ask(folder, "select count(*) as n from profiles where spring_uplift is null")
    assert scores == [{"n": 0}]


def test_what_fails_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = mailing.make(tmp_path)
    path = folder / "coterie.yaml"
    more = """\
  nobody: {treatment: arm, treated: letter, control: none, outcome: visit}
  several: {treatment: town, control: x, outcome: visit, learner: s, base: linear}
  named: {treatment: arm, control: none, outcome: visit, features: [nothing]}
  dealt: {treatment: arm, control: none, outcome: visit, split: {letter: 1, none: 1}}
"""
    path.write_text(path.read_text() + more)
    result = run.run(project_file.read(folder))
    assert [one.name for one in result.treatments] == ["mail", "nobody", "several", "named", "dealt"]
    whys = {one.name: one.why for one in result.treatments if isinstance(one, Unmeasured)}
    assert set(whys) == {"nobody", "named", "dealt"}
    assert whys["nobody"].startswith("Nobody has the value 'letter'")
    assert whys["named"].startswith("`features` names 'nothing'")
    assert "'letter' is in one of the two alone" in whys["dealt"]
    assert "`features` names &#x27;nothing&#x27;" in result.report.read_text(encoding="utf-8")


def test_results_come_back_from_json(mailed: tuple[Path, RunResult]) -> None:
    found = _treatment(mailed[1])
    assert from_json(to_json(found)) == found
    broken = Unmeasured("x", "why")
    assert from_json(to_json(broken)) == broken
