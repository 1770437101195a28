"""The LookML dashboard: sizes of segments, what they are like, who moved, what is foretold."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import yaml

from coterie.publish.lookml import text
from coterie.publish.lookml.views import titled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.project.settings import Project

#: Looker lays tiles on a grid of 24 columns.
_WIDTH = 24
_HEIGHT = 7


@dataclasses.dataclass(frozen=True, slots=True)
class Tile:
    """One element of the dashboard.

    Attributes:
        title: What it shows.
        name: Unique in the dashboard.
        explore: Where its fields are.
        type: Looker's kind of picture.
        fields: Dimensions and measures, as view.field.
        sorts: In which order.
        pivots: Which dimensions become columns.
        filters: Fixed filters.
        width: Of 24 columns.
        note: A sentence shown below it.
    """

    title: str
    name: str
    explore: str
    type: str
    fields: tuple[str, ...]
    sorts: tuple[str, ...] = ()
    pivots: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    width: int = _WIDTH // 2
    note: str = ""


def tiles(there: Sequence[str], telling: Sequence[str], foretold: Sequence[str]) -> tuple[Tile, ...]:
    """List the tiles that what is published can feed.

    Args:
        there: The tables that are published.
        telling: The features that tell segments apart.
        foretold: The columns of profiles that are predictions.
    """
    found = [
        Tile("Users", "users", "membership", "single_value", ("membership.users",), width=6),
        Tile(
            "What sets segments apart",
            "descriptions",
            "segments",
            "looker_grid",
            ("segments.name", "segments.description", "segments.total_users", "segments.total_share"),
            ("segments.total_users desc",),
            width=18,
        ),
        Tile(
            "Sizes",
            "sizes",
            "segments",
            "looker_bar",
            ("segments.name", "segments.total_users"),
            ("segments.total_users desc",),
        ),
        Tile(
            "Sizes over time",
            "sizes_over_time",
            "segment_sizes",
            "looker_line",
            ("segment_sizes.as_of_date", "segment_sizes.name", "segment_sizes.total_users"),
            ("segment_sizes.as_of_date",),
            ("segment_sizes.name",),
        ),
        Tile(
            "Profiles of segments",
            "profiles",
            "segments",
            "looker_grid",
            ("segment_summary.feature", "segments.name", "segment_summary.mean_value"),
            ("segment_summary.feature",),
            ("segments.name",),
            (("segment_summary.feature", ",".join(telling)),) if telling else (),
            _WIDTH,
            "Means of the features that tell the segments apart.",
        ),
        Tile(
            "Who moved between the last two runs",
            "migration",
            "migration",
            "looker_grid",
            ("migration.before_name", "migration.after_name", "migration.total_users"),
            ("migration.before_name",),
            ("migration.after_name",),
            width=_WIDTH,
            note="Rows: the segment before. Columns: the segment after. Empty: arrived since, or left.",
        ),
    ]
    if foretold:
        means = tuple(f"profiles.mean_{text.name(one)}" for one in foretold)
        fields = ("membership.segment_name", *means)
        found.append(
            Tile(
                "Predictions by segment",
                "predictions",
                "membership",
                "looker_grid",
                fields,
                ("membership.segment_name",),
                width=_WIDTH,
                note="Means of what is foretold of the users of each segment.",
            )
        )
    return tuple(one for one in found if one.explore in there)


def dashboard(project: Project, model: str, shown: Sequence[Tile]) -> str:
    """Write the dashboard file.

    Args:
        project: Its name and first segmentation.
        model: The name of the LookML model.
        shown: The tiles, in order.
    """
    first = next(iter(project.segments))
    row, column, elements = 0, 0, []
    for tile in shown:
        if column + tile.width > _WIDTH:
            row, column = row + _HEIGHT, 0
        elements.append(_element(tile, model, (row, column)))
        column += tile.width
    filter_ = {
        "name": "Segmentation",
        "title": "Segmentation",
        "type": "field_filter",
        "default_value": first,
        "allow_multiple_values": False,
        "required": True,
        "model": model,
        "explore": "segments",
        "field": "segments.segmentation",
    }
    whole = {
        "dashboard": text.name(f"coterie_{project.name}"),
        "title": project.report.title or titled(project.name),
        "description": "Segments of users, what they are like, who moved, and what is foretold.",
        "layout": "newspaper",
        "preferred_viewer": "dashboards-next",
        "filters": [filter_],
        "elements": elements,
    }
    return yaml.safe_dump([whole], sort_keys=False, allow_unicode=True, width=100)


def _element(tile: Tile, model: str, at: tuple[int, int]) -> dict[str, Any]:
    element: dict[str, Any] = {
        "title": tile.title,
        "name": tile.name,
        "model": model,
        "explore": tile.explore,
        "type": tile.type,
        "fields": list(tile.fields),
    }
    if tile.pivots:
        element["pivots"] = list(tile.pivots)
    if tile.filters:
        element["filters"] = dict(tile.filters)
    if tile.sorts:
        element["sorts"] = list(tile.sorts)
    if tile.note:
        element |= {"note_state": "collapsed", "note_display": "below", "note_text": tile.note}
    element |= {
        "limit": 500,
        "listen": {"Segmentation": f"{tile.explore}.segmentation"},
        "row": at[0],
        "col": at[1],
        "width": tile.width,
        "height": _HEIGHT,
    }
    return element
