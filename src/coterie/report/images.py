"""The charts of a report as pictures, for slides and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie import atomic
from coterie.report import dendrogram, evidence, figures, look, words
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
    vocabulary = language(material.language)
    wording = words.wording(grouping.segmentation, material.features.features, grouping.names, vocabulary)
    more = [dendrogram.figure(wording), evidence.figure(wording)]
    found = [*figures.figures(grouping, material.features.rows, wording), *filter(None, more)]
    stem = grouping.segmentation.name
    return [
        path
        for figure in found
        for path in draw({**figure.spec, "title": figure.title}, folder / f"{stem}-{figure.key}")
    ]


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
