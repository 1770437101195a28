from __future__ import annotations

import dataclasses
import functools
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from tests.predictions.lifetime.test_lifetime import found as worth
from tests.report import made, treatments
from tests.report.growth import grown
from tests.report.test_activity import found as states
from tests.report.test_foretelling import foretold

from coterie.outlook import Outlook
from coterie.report import images, page

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.report.chapter import Chapter

PREDICTION = foretold(target="none")


@functools.cache
def everything() -> tuple[Chapter, ...]:
    """The chapters of a report with all that a run may find."""
    material = dataclasses.replace(
        made.material(users=60, groups=2),
        predictions=(PREDICTION,),
        outlook=Outlook(states(), worth()),
        growth=grown.found(),
        treatments=(treatments.treatment(),),
    )
    return tuple(page.chapters(material))


def checked(written: tuple[Path, ...], folder: Path) -> None:
    assert sorted(written) == sorted(folder.iterdir())
    assert {path.suffix for path in written} == {".png", ".svg"}
    for path in written:
        content = path.read_bytes()
        if path.suffix == ".png":
            assert content.startswith(b"\x89PNG")
        else:
            assert ET.fromstring(content).tag.endswith("svg")  # noqa: S314


@pytest.mark.slow
def test_every_chart_becomes_a_png_and_an_svg(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "images"
    written = images.write(everything(), folder)
    checked(written, folder)
    assert len(written) == 2 * sum(len(chapter.charts) for chapter in everything())


def test_charts_of_every_chapter_are_drawn(tmp_path: Path) -> None:
    drawn = [chapter for chapter in everything() if chapter.charts]
    assert [chapter.ident for chapter in drawn] == [
        "s1", "p1", "activity", "lifetime",
        "g-counts", "g-actions", "g-profit", "g-retention", "g-funnel", "g-lift", "uplift",
    ]  # fmt: skip
    ones = [drawn[at] for at in (1, 2, 3, 4, -1)]
    written = images.write([dataclasses.replace(one, charts=one.charts[:1]) for one in ones], tmp_path)
    checked(written, tmp_path)
    kinds = {path.name.split("-")[0] for path in written}
    assert kinds == {"prediction", "activity", "lifetime", "growth", "uplift"}


def test_every_picture_has_a_name_of_its_own() -> None:
    names = [one.called for chapter in everything() for one in chapter.charts]
    assert len(set(names)) == len(names)
    assert {"engagement-map", f"prediction-{PREDICTION.name}-gains", "uplift-mail-qini"} <= set(names)


def test_one_segment_has_pictures_too(tmp_path: Path) -> None:
    written = images.write(page.chapters(made.material(users=30, groups=1)), tmp_path)
    assert tmp_path / "engagement-map.svg" in written
