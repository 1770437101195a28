from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests import small_shop
from tests.cli.shell import call

if TYPE_CHECKING:
    from pathlib import Path


def test_init_writes_what_check_accepts(tmp_path: Path) -> None:
    small_shop.make(tmp_path)
    (tmp_path / "coterie.yaml").unlink()
    found = call("init", tmp_path / "clicks.csv", tmp_path / "people.csv", "--project", tmp_path)
    assert found.exit_code == 0
    assert "user_id from user" in found.stdout
    assert call("check", "--project", tmp_path).exit_code == 0
    assert call("init", "--project", tmp_path).exit_code == 2
    document = json.loads(call("init", "--project", tmp_path, "--force", "--json").stdout)
    assert document["path"] == str(tmp_path / "coterie.yaml")


def test_the_schema_is_json() -> None:
    assert json.loads(call("schema").stdout)["title"] == "coterie.yaml"


def test_the_demo_makes_and_runs_a_newsroom(tmp_path: Path) -> None:
    made = call("demo", tmp_path / "demo", "--users", "120", "--days", "30")
    assert made.exit_code == 0, made.output
    assert "Segmentation engagement" in made.stdout
    assert "no_order_next_week" in made.stdout
    assert (tmp_path / "demo" / "report.html").is_file()


def test_the_demo_never_touches_a_project_of_ones_own(tmp_path: Path) -> None:
    small_shop.make(tmp_path)
    found = call("demo", tmp_path)
    assert found.exit_code == 2
    assert (tmp_path / "coterie.yaml").read_text() == small_shop.YAML
