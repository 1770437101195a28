"""Verbs that ask a finished run: sql, explain, compare, curves. What is slow is imported where it is used."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from coterie.cli import terminal, verb


def sql(
    what: Annotated[str, typer.Argument(help="features, membership, predictions, profiles or twin.")],
    dialect: Annotated[str, typer.Option(help="duckdb, bigquery, spark, postgres, mysql, ...")] = "duckdb",
    segmentation: verb.Segmentation = None,
    project: verb.ProjectDir = verb.HERE,
    json: verb.Json = False,
) -> None:
    """Print the SQL that makes features, membership, predictions or profiles, with what each column means.

    twin is membership said in at most three conditions a segment, with how often that is right.

    Example: coterie sql membership --dialect bigquery
    """
    from coterie import run, written_sql
    from coterie.project import file as project_file

    checked = project_file.read(project)
    with run.finished(checked) as warehouse:
        statements = written_sql.statements(warehouse, checked, what, dialect, segmentation)
    if json:
        terminal.document({"what": what, "dialect": dialect, "statements": statements})
    else:
        sys.stdout.write("\n\n".join(f"{statement};" for statement in statements.values()) + "\n")


def explain(
    user: Annotated[str, typer.Argument(help="A user_id.")],
    segmentation: verb.Segmentation = None,
    project: verb.ProjectDir = verb.HERE,
    json: verb.Json = False,
) -> None:
    """Say which segment a user is in, why, what would change it, what is foretold, and the events behind it.

    Example: coterie explain u000017
    """
    from coterie import explained, run
    from coterie.cli import views
    from coterie.project import file as project_file

    checked = project_file.read(project)
    with run.finished(checked) as warehouse:
        found = explained.explain_user(warehouse, user, segmentation)
    if json:
        terminal.document(views.explained_document(found))
    else:
        views.show_explained(found)


def compare(
    before: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The earlier run; default: the one before.")
    ] = None,
    after: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The later run; default: the last.")
    ] = None,
    segmentation: verb.Segmentation = None,
    project: verb.ProjectDir = verb.HERE,
    json: verb.Json = False,
) -> None:
    """Say what changed between two runs: segments that stayed, split or went, who moved and why, what drifts.

    A RUN is its id, the beginning of one (20260331), or the words last and previous. Each `coterie run` with
    new data adds one; `coterie export runs --to -` lists them.

    Example: coterie compare 20260228 last
    """
    from coterie import compared, run
    from coterie.cli import comparison
    from coterie.project import file as project_file

    checked = project_file.read(project)
    with run.finished(checked) as warehouse:
        found = compared.compare(warehouse, checked, before, after, segmentation=segmentation)
    if json:
        terminal.document(comparison.document(found))
    else:
        comparison.show(found)


def curves(
    segmentation: verb.Segmentation = None,
    images: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the curves as PNG and SVG there, too.")
    ] = None,
    project: verb.ProjectDir = verb.HERE,
    json: verb.Json = False,
) -> None:
    """Show what each number of segments would be like: elbow, silhouette and gap statistic.

    None of the three decides: `k: auto` asks whether segments hold together.

    Example: coterie curves --images charts
    """
    from coterie import curves as curving
    from coterie import run as running
    from coterie.cli import views

    with verb.project_of(project) as (checked, progress), running.finished(checked) as warehouse:
        found = curving.curves_of(warehouse, checked, segmentation, progress=progress)
    written = curving.pictures(found, images) if images is not None else ()
    if json:
        told = {name: one.to_arrow().to_pylist() for name, one in found.items()}
        terminal.document({"curves": told, "images": [str(path) for path in written]})
    else:
        views.show_curves(found)
        terminal.say(*map(str, written))
