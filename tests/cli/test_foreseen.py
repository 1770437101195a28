from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from coterie.cli import foreseen, preview
from coterie.cli.verbs import app
from coterie.project import file as project_file

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.project.settings import Project

YAML = """\
name: shop
sources:
  - name: acts
    table: acts.csv
    events: {{user_id: who, at: at, kind: what, channel: by, category: section}}
  - name: people
    table: people.csv
    users:
      user_id: who
      since: at
      attributes: [country, {{column: age, as: number}}, {{column: size, as: category}}]
features: {{families: {families}}}
segments:
  groups:
    method: rules
    rules: [{{name: A, where: "{where}"}}]
"""
ALL = "[activity, recency, channels, intent, tenure, attributes, breadth]"


def project(folder: Path, where: str, families: str = ALL, kind: str = "order") -> Project:
    (folder / "acts.csv").write_text(f"who,at,what,by,section\nu,2024-01-01,{kind},mail,shoes\n")
    (folder / "people.csv").write_text(
        "who,at,country,age,size\nu,2024-01-01,at,40,L\nv,2024-01-01,za,41,M\n"
    )
    (folder / "coterie.yaml").write_text(YAML.format(where=where, families=families))
    return project_file.read(folder)


def mistakes(folder: Path, where: str, **more: str) -> list[str]:
    found = project(folder, where, **more)
    return foreseen.mistakes(found, preview.preview(found))


@pytest.mark.parametrize(
    "where",
    [
        "activity_order_events > 1 and recency_days_since_order < 3",
        "channels_mail_share > 0.5 or channels_count > 1",
        "intent_category_shoes_14d > 1",
        "attributes_country = 'at' and attributes_age > 30 and attributes_size = 'L'",
        "attributes_country > 4",
        "tenure_signed_up_days > 3 and breadth_favourite_category = 'shoes'",
    ],
)
def test_features_that_a_run_would_build_are_known(tmp_path: Path, where: str) -> None:
    assert mistakes(tmp_path, where) == []


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("recency_days_since_lst > 3", "Did you mean 'recency_days_since_last'?"),
        ("activity_click_events > 3", "there is no feature 'activity_click_events'"),
        ("orders_count > 3", "there is no feature 'orders_count'"),
        ("attributes_age = 'x'", "mixes a word with a number"),
        ("sum(tenure_days) > 1", "isn't allowed in a condition"),
    ],
)
def test_mistakes_are_told_before_a_run(tmp_path: Path, where: str, told: str) -> None:
    [found] = mistakes(tmp_path, where)
    assert found.startswith("coterie.yaml, segments.groups: Rule 'A': ")
    assert told in found


def test_families_that_are_not_asked_for_are_not_there(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "tenure_days > 1", families="[activity]") != []


def test_kinds_beyond_the_sample_may_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mistakes(tmp_path, "activity_click_events > 3") != []
    monkeypatch.setattr(foreseen, "SAMPLE", 1)
    assert mistakes(tmp_path, "activity_click_events > 3") == []


def test_without_sources_to_look_at_only_what_is_declared_is_known(tmp_path: Path) -> None:
    found = project(tmp_path, "tenure_days > 1")
    (tmp_path / "acts.csv").unlink()
    names = {one.name for one in foreseen.features(found, preview.preview(found))}
    assert "attributes_age" in names
    assert "activity_events" not in names


def test_where_no_feature_is_foreseen_rules_are_left_to_the_run(tmp_path: Path) -> None:
    text = YAML.format(where="tenure_days > 1", families=ALL).split("  - name: people")[0]
    rest = YAML.format(where="tenure_days > 1", families=ALL).split("features:")[1]
    (tmp_path / "coterie.yaml").write_text(f"{text}features:{rest}")
    found = project_file.read(tmp_path)
    assert foreseen.features(found, preview.preview(found)) == ()
    assert foreseen.mistakes(found, preview.preview(found)) == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("features: [activty]", "`features` names 'activty', which is not there. Did you mean 'activity'?"),
        ("features: [activity, channels_mail_share, tenure_days]", ""),
        ("prepare: {tenure_dys: {weight: 2}}", "`prepare` names 'tenure_dys', which is not there."),
        ("prepare: {activity: {weight: 2}}", "`prepare` names 'activity', which is not there."),
    ],
)
def test_features_that_are_not_there_are_told(
    tmp_path: Path, asked: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, "tenure_days > 1")
    path = tmp_path / "coterie.yaml"
    path.write_text(f"{path.read_text()}  other:\n    {asked}\n")
    found = project_file.read(tmp_path)
    seen = preview.preview(found)
    mistaken = foreseen.mistakes(found, seen)
    assert [f"coterie.yaml, segments.other: {told}" in one for one in mistaken] == [True] * bool(told)
    monkeypatch.setattr(foreseen, "SAMPLE", 1)
    assert foreseen.mistakes(found, seen) == []


def test_check_says_so_and_fails(tmp_path: Path) -> None:
    project(tmp_path, "recency_days_since_lst > 3")
    checked = CliRunner().invoke(app, ["check", "--project", str(tmp_path)])
    assert checked.exit_code == 2
    assert "Did you mean 'recency_days_since_last'?" in checked.stderr
