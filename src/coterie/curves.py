"""Elbow, silhouette and gap of the segmentations of the last run, on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie import profiles, runs
from coterie.errors import DataError, UsageError
from coterie.features import build
from coterie.progress import quiet
from coterie.report import curves as drawn
from coterie.report import images
from coterie.report.language import language
from coterie.segments import curves, within
from coterie.segments.methods.by_name import CONDITIONS, FINDING_K, method
from coterie.segments.prepare import matrix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from coterie.features.values import Floats
    from coterie.profiles import Named
    from coterie.progress import Progress
    from coterie.project.settings import Project
    from coterie.segments.curves import Curves
    from coterie.segments.segmentation import Segmentation
    from coterie.sources.warehouse import Warehouse


def curves_of(
    warehouse: Warehouse, project: Project, name: str | None = None, *, progress: Progress = quiet
) -> dict[str, Curves]:
    """Draw the curves of the segmentations of the last run, k from 1 to `k_max`.

    Args:
        warehouse: Where the last run is.
        project: For the settings of the segmentations.
        name: Only this one; default: all that take a number of segments.
        progress: Told how far it is.

    Raises:
        DataError: There was no run yet.
        UsageError: There is no such segmentation, or none takes a number of segments.
    """
    last = runs.last(warehouse)
    if last is None:
        raise DataError(f"There are no results in {warehouse.url} yet; make them with `coterie run`.")
    every = profiles.read_segmentations(warehouse)
    chosen = [one for one in profiles.only(every, name) if _takes_a_number(one)]
    if not chosen:
        raise UsageError(
            f"No segmentation {'' if name is None else f'called {name!r} '}takes a number of segments: the "
            f"methods {', '.join([*FINDING_K, *CONDITIONS])} decide by themselves. Curves are for the others."
        )
    table = build.read(warehouse, build.plan(warehouse, project.features, last["as_of"]))
    others = [one.segmentation for one in every]
    found = {}
    for one in chosen:
        members = within.assigned(one.segmentation, others, table.rows) != within.NOBODYS
        rows = matrix(one.segmentation.steps, table.rows.filter(members))
        found[one.segmentation.name] = _curves(one.segmentation, project, rows, progress)
    return found


def _takes_a_number(named: Named) -> bool:
    return named.segmentation.method not in (*FINDING_K, *CONDITIONS)


def _curves(one: Segmentation, project: Project, rows: Floats, progress: Progress) -> Curves:
    settings = project.segments[one.name]
    way = method(settings.model_copy(update={"method": one.method}), one.steps, len(rows))
    return curves.curves(rows, way, range(1, settings.k_max + 1), seed=one.seed, progress=progress)


def pictures(found: dict[str, Curves], folder: Path) -> Sequence[Path]:
    """Draw the curves as PNG and SVG, ``<segmentation>-elbow.png`` and so on.

    Args:
        found: The curves of each segmentation.
        folder: Where to; it is made if it isn't there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = language()
    written: list[Path] = []
    for name, one in found.items():
        table = drawn.curves_data(one)
        for key, chart in (("elbow", drawn.elbow), ("silhouette", drawn.silhouettes), ("gap", drawn.gaps)):
            written += images.draw(chart(table, words).to_dict(), folder / f"{name}-{key}")
    return written
