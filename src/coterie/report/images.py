"""The charts of a report as pictures, for slides and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie import atomic
from coterie.report import figures, look, words
from coterie.report.language import language

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.report.material import Grouping, Material

_WIDTH = 760
_SCALE = 2


def write(material: Material, folder: Path) -> tuple[Path, ...]:
    """Write each chart of the report as PNG and SVG.

    Args:
        material: What the report is made from.
        folder: Where to; it is made if it isn't there.

    Returns:
        The files: ``<segmentation>-<chart>.png`` and ``.svg``, in the order of the report.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(path for grouping in material.groupings for path in _of(grouping, material, folder))


def _of(grouping: Grouping, material: Material, folder: Path) -> list[Path]:
    import vl_convert

    vocabulary = language(material.language)
    wording = words.wording(grouping.segmentation, material.features.features, grouping.names, vocabulary)
    choice = figures.choice(wording)
    found = [*figures.figures(grouping, material.features.rows, wording), *([choice] if choice else [])]
    written: list[Path] = []
    for figure in found:
        spec = {**figure.spec, "width": _WIDTH, "title": figure.title}
        svg = vl_convert.vegalite_to_svg(spec, vl_version=_version(spec), config=look.config())
        png = vl_convert.svg_to_png(svg, scale=_SCALE)
        stem = f"{grouping.segmentation.name}-{figure.key}"
        written += [_write(folder / f"{stem}.png", png), _write(folder / f"{stem}.svg", svg.encode())]
    return written


def _version(spec: dict[str, Any]) -> str:
    """Read the version of Vega-Lite off the schema: 6.4 of ``.../vega-lite/v6.4.1.json``."""
    full = str(spec["$schema"]).rsplit("/v", 1)[1]
    return ".".join(full.split(".")[:2])


def _write(path: Path, content: bytes) -> Path:
    with atomic.whole(path) as part:
        part.write_bytes(content)
    return path
