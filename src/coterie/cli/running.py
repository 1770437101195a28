"""Verbs that read the sources: check, run. What is slow to import is imported where it is used."""

from pathlib import Path
from typing import Annotated

import typer

from coterie.cli import terminal, verb


def check(project: verb.ProjectDir = verb.HERE, json: verb.Json = False) -> None:
    """Read coterie.yaml, look at a sample of each source, and say what a run would do.

    Example: coterie check --project shop
    """
    from coterie.cli import foreseen, preview, views
    from coterie.errors import ProjectError

    with verb.project_of(project) as (checked, progress):
        found = preview.preview(checked, progress=progress)
    if json:
        terminal.document(views.preview_document(found))
    else:
        views.show_preview(checked, found)
    if not found.fine:
        raise typer.Exit(1)
    if wrong := foreseen.mistakes(checked, found):
        raise ProjectError(wrong)


def run(
    plan: Annotated[
        bool, typer.Option("--plan", help="Print the statements that a run would run, and write nothing.")
    ] = False,
    project: verb.ProjectDir = verb.HERE,
    json: verb.Json = False,
) -> None:
    """Load what is new, build features, find segments, write profiles and report.html.

    With nothing new and the same coterie.yaml it does nothing.

    Example: coterie run --project shop
    """
    from coterie import run as running
    from coterie.cli import views

    if plan:
        _show_plan(project, json)
        return

    with verb.project_of(project) as (checked, progress):
        result = running.run(checked, progress=progress)
    if json:
        terminal.document(views.run_document(result))
    else:
        views.show_run(result)


def _show_plan(folder: Path, json: bool) -> None:
    from coterie import planned
    from coterie.cli import plans
    from coterie.project import file as project_file

    checked = project_file.read(folder)
    found = planned.plan(checked)
    if json:
        terminal.document(plans.document(found))
    else:
        plans.show(found)
