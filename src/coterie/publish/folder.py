"""Files for other tools in a folder: replaced if they are ours, never if they are somebody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie import atomic
from coterie.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write(folder: Path, files: Mapping[str, str], mark: str) -> tuple[Path, ...]:
    """Write files; each appears whole or not at all.

    Args:
        folder: Made if it isn't there.
        files: Text by path in it.
        mark: The first line of files that may be replaced.

    Raises:
        UsageError: A file is there that doesn't begin with the mark; nothing was written.
    """
    for name in files:
        path = folder / name
        if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(mark):
            raise UsageError(
                f"{path} is there already and not written by coterie; move it away, or name another folder."
            )
    written = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.whole(path) as part:
            part.write_text(content, encoding="utf-8")
        written.append(path)
    return tuple(written)
