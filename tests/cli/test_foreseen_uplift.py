from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from coterie.cli import foreseen, preview
from coterie.cli.verbs import app
from coterie.project import file as project_file

if TYPE_CHECKING:
    from pathlib import Path

YAML = """\
name: shop
sources:
  - name: acts
    table: acts.csv
    events: {user_id: who, at: at, kind: what}
  - name: people
    table: people.csv
    users: {user_id: who, attributes: [arm, visit, mood, group]}
uplift:
  mail: %s
"""
BY_ARM = "{treatment: arm, control: none, outcome: visit"
BY_EVENTS = "{treatment: {kind: sent}, outcome: {kind: order, within_days: 7}"


def made(folder: Path, uplift: str) -> Path:
    acts = [f"u{day},2026-01-{1 + day:02},{kind}" for day in range(20) for kind in ("sent", "order")]
    (folder / "acts.csv").write_text("\n".join(["who,at,what", *acts]) + "\n")
    people = [f"u{at},{('none', 'mail', 'letter')[at % 3]},{at % 2},{'so' * (at % 2)},1" for at in range(20)]
    (folder / "people.csv").write_text("\n".join(["who,arm,visit,mood,group", *people]) + "\n")
    (folder / "coterie.yaml").write_text(YAML % uplift)
    return folder


def told(folder: Path, uplift: str) -> list[str]:
    project = project_file.read(made(folder, uplift))
    return foreseen.mistakes(project, preview.preview(project))


@pytest.mark.parametrize(
    "uplift",
    [
        f"{BY_ARM}}}",
        f"{BY_ARM}, treated: [mail], features: [activity, attributes_mood], split: {{mail: 1, none: 2}}}}",
        "{treatment: visit, control: '0', outcome: {kind: order}, as_of: 2026-01-05}",
        f"{BY_EVENTS}}}",
        f"{BY_EVENTS}, control: {{kind: order}}, split: {{treated: 1, control: 1}}}}",
    ],
)
def test_what_a_run_can_measure_is_no_mistake(tmp_path: Path, uplift: str) -> None:
    assert told(tmp_path, uplift) == []


@pytest.mark.parametrize(
    ("uplift", "expected"),
    [
        (
            BY_ARM.replace("none", "nobody") + "}",
            "Nobody has the value 'nobody' of the treatment 'arm'. Allowed: letter, mail, none.",
        ),
        (
            f"{BY_ARM}, treated: mial}}",
            "Nobody has the value 'mial' of the treatment 'arm'. Did you mean 'mail'?",
        ),
        (
            "{treatment: group, control: '1', outcome: visit}",
            "The treatment 'group' has one arm alone, '1', so there is nothing to compare it with.",
        ),
        (
            "{treatment: arm, control: none, outcome: mood}",
            "The outcome 'mood' must be a number, or yes and no; it has the value 'so'.",
        ),
        (f"{BY_ARM}, split: {{mail: 1, none: 1}}}}", "`split` must name the arms that are compared"),
        (f"{BY_ARM}, features: [atcivity]}}", "`features` names 'atcivity', which is not there."),
        (
            BY_EVENTS.replace("sent", "send") + "}",
            "no event is of kind 'send' (`treatment`). Did you mean 'sent'?",
        ),
        (
            BY_EVENTS.replace("order", "ordre") + "}",
            "no event is of kind 'ordre' (`outcome`). Did you mean 'order'?",
        ),
        (
            BY_EVENTS.replace("7", "30") + "}",
            "the outcome looks 30 days ahead of 2026-01-01, and the data end before that, on 2026-01-21;",
        ),
    ],
)
def test_a_mistake_is_told_before_the_run(tmp_path: Path, uplift: str, expected: str) -> None:
    (found,) = told(tmp_path, uplift)
    assert found.startswith(f"coterie.yaml, uplift.mail: {expected}")


def test_the_command_tells_it(tmp_path: Path) -> None:
    folder = made(tmp_path, BY_ARM.replace("none", "nobody") + "}")
    found = CliRunner().invoke(app, ["check", "--project", str(folder)])
    assert found.exit_code == 2
    assert "uplift.mail: Nobody has the value 'nobody'" in " ".join(found.output.split())
