from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from tests.report import made

from coterie.report import images

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_every_chart_becomes_a_png_and_an_svg(tmp_path: Path) -> None:
    written = images.write(made.material(users=200, groups=3), tmp_path / "new" / "images")
    assert sorted(written) == sorted((tmp_path / "new" / "images").iterdir())
    assert {path.suffix for path in written} == {".png", ".svg"}
    assert len(written) == 16
    for path in written:
        content = path.read_bytes()
        if path.suffix == ".png":
            assert content.startswith(b"\x89PNG")
        else:
            assert ET.fromstring(content).tag.endswith("svg")  # noqa: S314


def test_one_segment_has_pictures_too(tmp_path: Path) -> None:
    written = images.write(made.material(users=30, groups=1), tmp_path)
    assert tmp_path / "engagement-map.svg" in written
