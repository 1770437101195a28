"""The script that draws charts: Vega, Vega-Lite and vega-embed in one piece."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import os
from pathlib import Path

from coterie import atomic

_EXPOSED = "window.vegaEmbed = vegaEmbed;"


@functools.cache
def script() -> str:
    """Bundle Vega, Vega-Lite and vega-embed for a ``<script type="module">`` that sets `vegaEmbed`.

    That takes two seconds, so the bundle is kept in the user's cache for the next process (see `folder`);
    where there can be no cache, it is made each time.
    """
    import vl_convert

    kept = _kept(importlib.metadata.version("vl-convert-python"))
    found = _read(kept) if kept is not None else None
    if found is None:
        found = vl_convert.javascript_bundle(_EXPOSED)
        if kept is not None:
            _keep(kept, found)
    # Neither of these may stand in a script; in JavaScript's strings the replacements mean the same.
    return found.replace("</script", r"<\/script").replace("<!--", r"\x3c!--")


def folder() -> Path | None:
    """Tell where the bundle is kept: in ``$XDG_CACHE_HOME/coterie`` or ``~/.cache/coterie``, if anywhere."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if given:
        return Path(given) / "coterie"
    try:
        return Path.home() / ".cache" / "coterie"
    except RuntimeError:  # a user without a home
        return None


def _kept(version: str) -> Path | None:
    where = folder()
    return where / f"vega-{version}.js" if where is not None else None


def _read(path: Path) -> str | None:
    """Read a bundle back if it is whole: its first line is the hash of the rest."""
    try:
        told, _, found = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return found if told == _mark(found) else None


def _keep(path: Path, bundle: str) -> None:
    with contextlib.suppress(OSError):  # a cache is a convenience: a report needs none
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.whole(path) as part:
            part.write_text(f"{_mark(bundle)}\n{bundle}", encoding="utf-8", newline="\n")


def _mark(bundle: str) -> str:
    return f"// {hashlib.sha256(bundle.encode()).hexdigest()}"
