"""The charts of a report as pictures, for slides and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie import atomic
from coterie.report import look

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from coterie.report.chapter import Chapter

_WIDTH = 760
_SCALE = 2


def write(chapters: Iterable[Chapter], folder: Path) -> tuple[Path, ...]:
    """Write each chart of some chapters as PNG and SVG.

    Args:
        chapters: Of a report.
        folder: Where to; it is made if it isn't there.

    Returns:
        The files, in the order of the report: ``<what>-<chart>.png`` and ``.svg``, where what is the name of
        a segmentation, or of a prediction or a treatment after its kind, or else of the chapter.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(
        path
        for chapter in chapters
        for one in chapter.charts
        for path in draw({**one.figure.spec, "title": one.figure.title}, folder / one.called)
    )


def draw(spec: dict[str, Any], stem: Path) -> tuple[Path, Path]:
    """Draw a chart as PNG and SVG.

    Args:
        spec: Of Vega-Lite, with its data.
        stem: The path of the files without their endings.
    """
    import vl_convert

    sized = {**spec, "width": _WIDTH}
    svg = vl_convert.vegalite_to_svg(sized, vl_version=_version(spec), config=look.config())
    png = vl_convert.svg_to_png(svg, scale=_SCALE)
    return _write(stem.with_suffix(".png"), png), _write(stem.with_suffix(".svg"), svg.encode())


def _version(spec: dict[str, Any]) -> str:
    """Read the version of Vega-Lite off the schema: 6.4 of ``.../vega-lite/v6.4.1.json``."""
    full = str(spec["$schema"]).rsplit("/v", 1)[1]
    return ".".join(full.split(".")[:2])


def _write(path: Path, content: bytes) -> Path:
    with atomic.whole(path) as part:
        part.write_bytes(content)
    return path
