"""Growth of a project as of its last run: asked, written as a page, drawn as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie import atomic, runs
from coterie.errors import DataError
from coterie.progress import quiet
from coterie.project.growing import GrowthSettings
from coterie.report import gather, images
from coterie.report.growth import chapters

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.growth.growth import Growth
    from coterie.progress import Progress
    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse

#: The name of the page in the folder of the project.
PAGE = "growth.html"


def growth_of(warehouse: Warehouse, project: Project, *, progress: Progress = quiet) -> Growth:
    """Answer the questions about growth as of the last run.

    Args:
        warehouse: Where the last run is.
        project: For what is asked; without `growth:` everything has its default.
        progress: Told how far it is.

    Raises:
        DataError: There was no run yet.
    """
    last = runs.last(warehouse)
    if last is None:
        raise DataError(f"There are no results in {warehouse.url} yet; make them with `coterie run`.")
    settings = project.growth or GrowthSettings()
    return gather.growth(warehouse, project, settings, last["as_of"], progress=progress)


def write(found: Growth, project: Project) -> Path:
    """Write growth.html into the folder of the project; it appears whole or not at all."""
    path = project.folder / PAGE
    title = project.report.title or project.name
    html = chapters.page(found, title, project.report.language)
    with atomic.whole(path) as part:
        part.write_text(html, encoding="utf-8")
    return path


def pictures(found: Growth, project: Project, folder: Path) -> tuple[Path, ...]:
    """Draw each chart as PNG and SVG, ``growth-<chart>.png`` and so on.

    Args:
        found: What there is to say.
        project: For its language.
        folder: Where to; it is made if it isn't there.
    """
    return images.write(chapters.chapters(found, project.report.language), folder)
