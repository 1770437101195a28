from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.cli.shell import SOURCE, call, shell


def test_export_writes_a_file_or_to_a_pipe(shop: Path, tmp_path: Path) -> None:
    to = tmp_path / "profiles.csv"
    assert "40 rows of profiles in" in call("export", "profiles", "--to", to, "-p", shop).stdout
    piped = shell("export", "profiles", "--to", "-", "-p", shop)
    assert piped.stdout == to.read_text(encoding="utf-8")
    again = call("export", "profiles", "--to", to, "-p", shop)
    assert again.exit_code == 2
    assert "--force" in again.stderr
    document = json.loads(call("export", "profiles", "--to", to, "-p", shop, "--force", "--json").stdout)
    assert document == {"table": "profiles", "rows": 40, "to": str(to)}
    assert len(json.loads(shell("export", "segments", "--to", "-", "--json", "-p", shop).stdout)) == 4


def test_a_format_is_for_standard_output_alone(shop: Path, tmp_path: Path) -> None:
    found = call("export", "segments", "--to", tmp_path / "a.csv", "--format", "json", "-p", shop)
    assert found.exit_code == 2
    assert "--format is for standard output" in found.stderr


def test_a_full_disk_is_told_and_nothing_half_written_stays(shop: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        found = shell("export", "events", "--to", "-", "-p", shop, stdout=full.fileno())
    assert found.returncode == 1
    assert "the disk is full" in found.stderr
    assert found.stderr.count("\n") == 1
    bounded = shell("export", "events", "--to", tmp_path / "e.csv", "-p", shop, limit=4096)
    assert bounded.returncode != 0
    assert "Traceback" not in bounded.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_enough_is_no_error(shop: Path) -> None:
    command = f"{sys.executable} -m coterie export events --to - --format jsonl -p '{shop}' | head -n 1"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    found = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["user_id"]


def test_a_report_is_written_again(shop: Path) -> None:
    (shop / "report.html").unlink()
    assert call("report", "--project", shop).stdout.strip() == str(shop / "report.html")
    assert json.loads(call("report", "--project", shop, "--json").stdout)["report"] == str(
        shop / "report.html"
    )
    assert (shop / "report.html").is_file()
