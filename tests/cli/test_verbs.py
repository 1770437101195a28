from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests import small_shop
from tests.cli.shell import SOURCE, call

from coterie.cli import verbs

if TYPE_CHECKING:
    from pathlib import Path

VERBS = tuple(function.__name__.rstrip("_") for function in verbs.VERBS)


def test_help_lists_every_verb() -> None:
    found = call("--help")
    assert found.exit_code == 0
    for verb in VERBS:
        assert re.search(rf"\b{verb}\b", found.output), verb


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_has_an_example(verb: str) -> None:
    found = call(verb, "--help")
    assert found.exit_code == 0
    assert f"Example: coterie {verb}" in found.output
    assert "--debug" in found.output


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"coterie \S+\n", call("--version").stdout)


def test_nothing_slow_is_imported_for_help() -> None:
    code = (
        "import sys; from coterie.cli.verbs import app; "
        "slow = {'duckdb', 'pyarrow', 'numpy', 'sqlglot', 'sklearn', 'altair', 'pydantic', 'yaml'}; "
        "print(sorted(slow & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_before_a_run_there_is_nothing_to_show(tmp_path: Path) -> None:
    small_shop.make(tmp_path)
    for verb in (["explain", "u1"], ["sql", "profiles"], ["report"], ["export", "runs", "--to", "-"]):
        found = call(*verb, "--project", tmp_path)
        assert found.exit_code == 1
        assert "make them with `coterie run`" in found.stderr
