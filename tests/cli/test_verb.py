from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests import small_shop
from tests.cli.shell import call, shell

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_an_unknown_verb_or_option_is_a_usage_error() -> None:
    assert call("runn").exit_code == 2
    assert call("run", "--projct", "x").exit_code == 2


def test_a_missing_coterie_yaml_says_what_to_do(tmp_path: Path) -> None:
    found = shell("run", "--project", tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1
    assert "coterie init" in found.stderr


def test_ten_mistakes_are_ten_lines_on_standard_error(tmp_path: Path) -> None:
    mistakes = "\n".join(f"wrong{i}: 1" for i in range(10))
    (tmp_path / "coterie.yaml").write_text(small_shop.YAML + mistakes)
    found = shell("check", "--project", tmp_path, "--json")
    assert (found.returncode, found.stdout) == (2, "")
    assert (
        len(re.findall(r"^coterie\.yaml line \d+: unknown name 'wrong\d'", found.stderr, re.MULTILINE)) == 10
    )


def test_debug_shows_where_an_error_comes_from(tmp_path: Path) -> None:
    assert "Traceback" not in shell("run", "-p", tmp_path).stderr
    assert "Traceback" in shell("run", "-p", tmp_path, "--debug").stderr


def test_what_nobody_expected_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("coterie.project.file.read", fail)
    found = call("run", "--project", tmp_path)
    assert found.exit_code == 1
    assert found.stderr == "Something unexpected went wrong: ZeroDivisionError: oh. See where with --debug.\n"
    assert isinstance(call("run", "--project", tmp_path, "--debug").exception, ZeroDivisionError)


def test_ctrl_c_says_that_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("coterie.project.file.read", stop)
    found = call("run", "--project", tmp_path)
    assert (found.exit_code, found.stderr) == (130, "Stopped; nothing is half written.\n")
