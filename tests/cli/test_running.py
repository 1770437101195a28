from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests import small_shop
from tests.cli.shell import SOURCE, call, shell

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_in_a_pipe_is_plain_and_says_where_the_report_is(shop: Path) -> None:
    found = shell("run", "--project", shop)
    assert found.returncode == 0
    assert "\x1b" not in found.stdout
    assert found.stderr == ""
    assert str(shop / "report.html") in found.stdout
    assert "Nothing new" in found.stdout
    assert "Segmentation engagement" in found.stdout


def test_a_run_for_programs_is_one_document(shop: Path) -> None:
    found = shell("run", "--project", shop, "--json")
    document = json.loads(found.stdout)
    assert found.stderr == ""
    assert document["nothing_new"]
    assert document["users"] == small_shop.USERS
    assert [one["name"] for one in document["segmentations"]] == ["engagement", "habit"]
    assert sum(segment["users"] for segment in document["segmentations"][0]["segments"]) == small_shop.USERS
    assert {finding["level"] for finding in document["segmentations"][0]["audit"]} <= {
        "good",
        "note",
        "warning",
    }


def test_check_says_what_a_run_would_do(shop: Path) -> None:
    found = call("check", "--project", shop)
    assert found.exit_code == 0
    assert "A run can read every source." in found.stdout
    assert "no user 1" in found.stdout
    document = json.loads(call("check", "-p", shop, "--json").stdout)
    assert [look["source"] for look in document["looks"]] == ["clicks", "people"]


def test_check_tells_the_mistakes_of_every_source(tmp_path: Path) -> None:
    small_shop.make(tmp_path)
    wrong = small_shop.YAML.replace("kind: kind", "kind: knd").replace("people.csv", "poeple.csv")
    (tmp_path / "coterie.yaml").write_text(wrong)
    found = call("check", "-p", tmp_path)
    assert found.exit_code == 1
    assert "has no column 'knd'" in found.stderr
    assert "Did you mean 'people.csv'" in found.stderr
    assert not (tmp_path / "coterie.duckdb").exists()


def test_a_plan_prints_statements_with_their_steps_and_what_is_not_known(tmp_path: Path) -> None:
    folder = small_shop.make(tmp_path)
    found = call("run", "--plan", "--project", folder)
    assert found.exit_code == 0, found.output
    assert re.search(r"^-- \d+\. load clicks, events_from_clicks, writes", found.stdout, re.MULTILINE)
    assert "features: it depends on what is loaded; after a first run it can be told." in found.stderr
    assert "Nothing was written." in found.stderr
    assert not (folder / "coterie.duckdb").exists()
    document = json.loads(call("run", "--plan", "--json", "--project", folder).stdout)
    assert {one["step"] for one in document["statements"]} >= {"load clicks", "load people"}
    assert {one["step"] for one in document["not_known"]} >= {"features", "segments habit"}


def test_what_a_run_with_nothing_new_needs_is_quick_to_import() -> None:
    code = (
        "import sys, coterie.run, coterie.cli.views; slow = {'scipy', 'sklearn', 'altair'}; "
        "print(sorted(slow & set(sys.modules)), 'coterie.making' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout == "[] False\n"
