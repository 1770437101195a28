"""The command line as tests call it: in this process, or as a shell does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

import coterie
from coterie.cli.verbs import app

SOURCE = Path(coterie.__file__).parents[1]
#: Bounds the size of files, and becomes the command that follows.
BOUNDED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
os.execv(sys.argv[1], sys.argv[1:])
"""


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def shell(
    *arguments: str | Path, limit: int | None = None, stdout: int = subprocess.PIPE, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a shell does; `limit` bounds the size of files in bytes."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "xterm-256color", **more}
    command = [sys.executable, "-m", "coterie", *map(str, arguments)]
    if limit is not None:  # in the new process: this one may have threads of gRPC, which a fork ends badly
        command = [sys.executable, "-c", BOUNDED.format(limit), *command]
    return subprocess.run(
        command, env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )
