"""A LookML project as files: a model, a view for each table that is published, a dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie import profile_columns, profiles
from coterie.publish.lookml import dashboard, model, text, views
from coterie.report.language import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.profiles import Named
    from coterie.project.settings import Project
    from coterie.publish.statements import Place, Published
    from coterie.sources.warehouse import Warehouse

#: The first line of every file that is written, and what tells them from files of others.
MARK = "# Written by coterie publish --lookml; what is changed here is lost the next time."

#: Features in the tile of profiles; more are a click away.
_TELLING = 12


def files(
    warehouse: Warehouse, project: Project, tables: Sequence[Published], place: Place, connection: str
) -> dict[str, str]:
    """Write the files of a LookML project, as text by path.

    Args:
        warehouse: Where the last run is.
        project: What it was made from.
        tables: What is published.
        place: Where, and in which dialect.
        connection: What Looker calls the connection to the warehouse.
    """
    words = language(project.report.language)
    features = {one.name: one for one in profiles.read_catalogue(warehouse)}
    name = text.name(f"coterie_{project.name}")
    kinds = {
        column.name: views.kind_of(column.type)
        for table in tables
        if table.name == "profiles"
        for column in table.columns
    }
    numbers = [one.name for one in profile_columns.read(warehouse) if kinds.get(one.name) == "number"]
    tiles = dashboard.tiles(
        [table.name for table in tables], _telling(profiles.read_segmentations(warehouse)), numbers
    )
    found = {f"{name}.model.lkml": model.model(tables, project, connection)}
    for table in tables:
        block = views.view(table, place, features, words)
        found[f"views/{block.name}.view.lkml"] = f"{block.text()}\n"
    found[f"dashboards/{name}.dashboard.lookml"] = dashboard.dashboard(project, name, tiles)
    return {path: f"{MARK}\n\n{content}" for path, content in found.items()}


def _telling(named: Sequence[Named]) -> list[str]:
    """The features that set segments apart most, the strongest of each segment first."""
    ranked = [
        (rank, trait.feature)
        for one in named
        for segment in one.segmentation.segments
        for rank, trait in enumerate(segment.traits)
    ]
    return list(dict.fromkeys(feature for _, feature in sorted(ranked)))[:_TELLING]
