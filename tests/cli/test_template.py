from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from coterie.cli import draft, preview
from coterie.cli.template import NAMES, synthetic_sources, template
from coterie.cli.verbs import app
from coterie.errors import UsageError
from coterie.project import file as project_file
from coterie.project.settings import FAMILIES

TEMPLATES = Path(draft.__file__).parent / "templates"
LESSONS = """\
learner_id,ts,type,course
u1,2024-01-01,video,a
u2,2024-01-02,video,b
u1,2024-01-03,exercise,b
"""


def checked(folder: Path) -> int:
    return CliRunner().invoke(app, ["check", "--project", str(folder)]).exit_code


@pytest.fixture(autouse=True)
def few_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "SYNTHETIC_USERS", 150)


def test_every_template_is_a_file_and_every_file_a_template() -> None:
    assert {path.stem for path in TEMPLATES.glob("*.yaml")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_questions_and_several_segmentations(name: str) -> None:
    found = template(name)
    assert len(found.questions) >= 3
    assert len(found.segments) >= 4
    assert {family for one in found.segments for family in one.families} <= set(FAMILIES)
    assert all(one.question.endswith("?") for one in found.segments)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_without_files_is_a_valid_project(name: str, tmp_path: Path) -> None:
    drafted = draft.write(tmp_path, [], template=name)
    project = project_file.read(tmp_path)
    assert f"From the template {name}: " in drafted.text
    assert {"engagement", "taste"} <= set(project.segments)
    if template(name).maker:
        assert "synthetic data of 150 people" in drafted.guesses[0]
        assert preview.preview(project).fine
        assert checked(tmp_path) == 0
        assert len(project.segments) == len(template(name).segments)
    else:
        assert "There is no synthetic" in drafted.text


def test_without_orders_no_grid_of_them_is_suggested(tmp_path: Path) -> None:
    file = tmp_path / "lessons.csv"
    file.write_text(LESSONS)
    drafted = draft.write(tmp_path, [file], template="learning")
    project = project_file.read(tmp_path)
    assert set(project.segments) == {"engagement", "taste", "rhythm", "progress"}
    assert "# value: {method: rfm}" in drafted.text
    assert "don't give recency_days_since_order, orders_count, orders_spend;" in drafted.text
    assert checked(tmp_path) == 0


def test_what_is_commented_out_can_be_taken_in(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("minutes,region\n" + "".join(f"{i}.5,{i % 3}\n" for i in range(40)))
    drafted = draft.write(tmp_path, [tmp_path / "x.csv"], template="learning")
    assert list(project_file.read(tmp_path).segments) == ["people"]
    lines = drafted.text.split("segments:\n")[1].splitlines()
    settings = [line.replace("  # ", "  ", 1) for line in lines if not line.endswith(("?", "it."))]
    told = drafted.text.split("segments:\n")[0] + "segments:\n" + "\n".join(settings)
    (tmp_path / "coterie.yaml").write_text(
        "\n".join(line for line in told.splitlines() if "don't give" not in line)
    )
    assert set(project_file.read(tmp_path).segments) == {one.name for one in template("learning").segments}


def test_where_nothing_can_be_fed_everyone_is_one_segmentation(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("minutes,region\n" + "".join(f"{i}.5,{i % 3}\n" for i in range(40)))
    draft.write(tmp_path, [tmp_path / "x.csv"], template="shop")
    assert list(project_file.read(tmp_path).segments) == ["everyone"]
    assert checked(tmp_path) == 0


def test_synthetic_data_is_not_mixed_with_data_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "orders.csv").write_text("mine")
    with pytest.raises(UsageError, match="holds data already"):
        draft.write(tmp_path, [], template="shop")
    assert (tmp_path / "data" / "orders.csv").read_text() == "mine"
    assert not (tmp_path / "coterie.yaml").exists()


def test_an_unknown_template_is_told() -> None:
    with pytest.raises(UsageError, match=r"no template 'shops'\. Did you mean 'shop'"):
        template("shops")


def test_sources_of_the_synthetic_newsroom_are_taken_by_name() -> None:
    text = synthetic_sources(["orders", "people"])
    assert text.count("  - name: ") == 2
    assert text.startswith("  - name: orders\n")


def test_templates_are_listed() -> None:
    listed = CliRunner().invoke(app, ["init", "--list-templates"])
    assert listed.exit_code == 0
    assert [line.split(":")[0] for line in listed.stdout.splitlines()] == list(NAMES)
    assert '"finance": ' in CliRunner().invoke(app, ["init", "--list-templates", "--json"]).stdout


def test_a_template_is_asked_for_at_the_shell(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(LESSONS)
    arguments = ["init", str(tmp_path / "l.csv"), "--template", "learning", "--project", str(tmp_path / "p")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert checked(tmp_path / "p") == 0


def test_the_example_of_a_shop_is_what_the_template_writes(tmp_path: Path) -> None:
    drafted = draft.write(tmp_path / "shop", [], template="shop")
    example = Path(__file__).parents[2] / "examples" / "shop" / "coterie.yaml"
    assert example.read_text(encoding="utf-8") == drafted.text


@pytest.mark.parametrize("name", NAMES)
def test_every_template_suggests_something_to_foretell(name: str) -> None:
    assert template(name).predictions
    assert all(
        one.question.endswith("?") or "follows from" in one.question for one in template(name).predictions
    )


def test_what_the_data_can_not_foretell_yet_is_a_comment(tmp_path: Path) -> None:
    file = tmp_path / "lessons.csv"
    file.write_text(LESSONS)
    drafted = draft.write(tmp_path, [file], template="learning")
    assert "# predictions:\n" in drafted.text
    assert "  # quiet: {target: inactive, model: linear}" in drafted.text
    assert project_file.read(tmp_path).predictions == {}


def test_what_the_data_can_foretell_is_asked_for(tmp_path: Path) -> None:
    draft.write(tmp_path, [], template="newsroom")
    assert list(project_file.read(tmp_path).predictions) == ["quiet"]
