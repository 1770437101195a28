"""The file of secrets that coterie.yaml names, which nobody else may read."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any

import yaml

from coterie.errors import ProjectError

_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*?)\s*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

#: What nobody but the owner may have.
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read(named: str, folder: Path) -> dict[str, str]:
    """Read names and secrets from a file.

    Args:
        named: The path, from `folder`; ``~`` is the home of the user. What ends in .yaml or .yml has
            ``NAME: value`` lines, anything else ``NAME=value``.
        folder: The folder of coterie.yaml.

    Raises:
        ProjectError: It is missing, others may read it, or a line is wrong. No secret is in the text.
    """
    path = folder / Path(named).expanduser()
    try:
        with path.open(encoding="utf-8-sig") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & _OTHERS:
                told = f"others may read or write it (mode {mode:03o}); run: chmod 600 {path}"
                raise ProjectError([f"{path} is refused, because {told}"])
            text = file.read()
    except UnicodeDecodeError:  # its text would show the bytes
        raise ProjectError([f"{path} is not UTF-8 text; save it as such."]) from None
    except OSError as error:
        told = f"{path} can't be read: {(error.strerror or str(error)).lower()}"
        raise ProjectError([f"{told}; write it, or name another file."]) from error
    return _yaml(text, path) if path.suffix in (".yaml", ".yml") else _lines(text, path)


def _yaml(text: str, path: Path) -> dict[str, str]:
    try:  # this loader makes nothing but text, lists and mappings
        found: Any = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError as error:  # its text would show the line
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        where = f" line {mark.line + 1}" if mark else ""
        raise ProjectError([f"{path}{where} is not YAML; it needs `NAME: value` lines."]) from None
    if found is None or found == "":
        return {}
    if not isinstance(found, dict):
        raise ProjectError([f"{path} needs `NAME: value` lines."])
    for number, (name, value) in enumerate(found.items(), start=1):
        if not (_NAME.fullmatch(str(name)) and isinstance(value, str)):
            told = "needs names of letters, digits and _, each with one text"
            raise ProjectError([f"{path} {told}; entry {number} has not."])
    return found


def _lines(text: str, path: Path) -> dict[str, str]:
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ProjectError([f"{path} line {number} is not understood; write NAME=value."])
        value = match["value"]
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        found[match["name"]] = value[1:-1] if quoted else value
    return found
