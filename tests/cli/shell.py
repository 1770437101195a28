"""The command line as tests call it: in this process, or as a shell does."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

import coterie
from coterie.cli.verbs import app

SOURCE = Path(coterie.__file__).parents[1]


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def shell(
    *arguments: str | Path, limit: int | None = None, stdout: int = subprocess.PIPE, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a shell does; `limit` bounds the size of files in bytes."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "xterm-256color", **more}

    def bound() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "coterie", *map(str, arguments)]
    return subprocess.run(
        command,
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=bound,
    )
