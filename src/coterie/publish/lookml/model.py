"""The LookML model: explores over the views, and how they are joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.publish.lookml import text
from coterie.publish.lookml.text import Block, Sql, Text
from coterie.publish.lookml.views import titled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.project.settings import Project
    from coterie.publish.statements import Published

_SAME_SEGMENT = "${{{0}.segmentation}} = ${{{1}.segmentation}} and ${{{0}.segment}} = ${{{1}.segment}}"
_SAME_USER = "${{{0}.user_id}} = ${{{1}.user_id}}"

#: For each explore its label and what it joins: view, condition, relationship.
_EXPLORES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "profiles": ("Users", ()),
    "membership": (
        "Users by segment",
        (("segments", _SAME_SEGMENT, "many_to_one"), ("profiles", _SAME_USER, "many_to_one")),
    ),
    "segments": ("Segments", (("segment_summary", _SAME_SEGMENT, "one_to_many"),)),
    "segment_sizes": ("Segments over time", ()),
    "migration": ("Migration between segments", ()),
    "predictions": ("Predictions", (("profiles", _SAME_USER, "many_to_one"),)),
    "runs": ("Runs", ()),
    "data_dictionary": ("Data dictionary", ()),
}


def model(tables: Sequence[Published], project: Project, connection: str) -> str:
    """Write the model file.

    Args:
        tables: What is published.
        project: Its name and segmentations.
        connection: What Looker calls the connection to the warehouse.
    """
    there = {table.name: table for table in tables}
    explores = [
        _explore(there[name], label, [one for one in joins if one[0] in there], project)
        for name, (label, joins) in _EXPLORES.items()
        if name in there
    ]
    head = [
        f'connection: "{text.plain(connection)}"',
        f'label: "{text.plain(project.report.title or titled(project.name))}"',
        'include: "/views/*.view.lkml"',
        'include: "/dashboards/*.dashboard.lookml"',
    ]
    return "\n\n".join([*head, *(explore.text() for explore in explores)]) + "\n"


def _explore(table: Published, label: str, joins: Sequence[tuple[str, str, str]], project: Project) -> Block:
    entries: tuple[tuple[str, text.Value], ...] = (
        ("label", Text(label)),
        ("description", Text(table.sentence)),
    )
    blocks = [
        Block(
            "join",
            view,
            (
                ("type", "left_outer"),
                ("relationship", relationship),
                ("sql_on", Sql(condition.format(table.name, view))),
            ),
        )
        for view, condition, relationship in joins
    ]
    if table.name == "membership":
        first = text.plain(next(iter(project.segments)))
        filters = f'[membership.segmentation: "{first}"]'
        blocks.insert(0, Block("always_filter", "", (("filters", filters),)))
    return Block("explore", text.name(table.name), entries, tuple(blocks))
