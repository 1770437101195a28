"""Verbs that hand results out: report, export. What is slow to import is imported where it is used."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from coterie.cli import terminal, verb
from coterie.errors import UsageError


def report(
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write every chart as PNG and SVG there, too."),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
    growth: Annotated[
        bool,
        typer.Option("--growth", help="Write growth.html instead: counts, profit, retention, funnel, lift."),
    ] = False,
    project: verb.ProjectDir = verb.HERE,
    json: verb.Json = False,
) -> None:
    """Write report.html again from the results of the last run; or growth.html with --growth.

    --growth answers the questions of a growth engineer as of that run, in SQL, and prints the answers: users,
    events and orders by channel, category, segment and attribute, with histograms; acts by channel and
    category; the most profitable users, channels and categories, net of refunds; retention by cohort and by
    segment; the funnel; the lift of campaigns and channels, each with its denominator. Shares have 95%
    intervals, and what the data can't answer is said with the reason. It needs no settings; `growth:` in
    coterie.yaml chooses the funnel, the cohorts, the campaigns and what users are told apart by, and puts
    the same chapters into the report.html of every run. With --json, the numbers behind every chart.

    Example: coterie report --images charts

    Example: coterie report --growth --json
    """
    from coterie import making
    from coterie import run as running
    from coterie.project import file as project_file

    if growth:
        page = _growth(project, images, json=json)
        if open_:
            typer.launch(str(page))
        return
    checked = project_file.read(project)
    with running.finished(checked) as warehouse:
        written = making.report_again(warehouse, checked, images)
    if json:
        terminal.document({"report": str(written[0]), "images": [str(path) for path in written[1:]]})
    else:
        terminal.say(*map(str, written))
    if open_:
        typer.launch(str(written[0]))


def _growth(folder: Path, images: Path | None, *, json: bool) -> Path:
    """Answer the questions about growth, write the page and print the answers."""
    from coterie import growth_report
    from coterie import run as running
    from coterie.cli import growing

    with verb.project_of(folder) as (checked, progress), running.finished(checked) as warehouse:
        found = growth_report.growth_of(warehouse, checked, progress=progress)
    written = growth_report.write(found, checked)
    drawn = growth_report.pictures(found, checked, images) if images is not None else ()
    if json:
        paths = {"report": str(written), "images": [str(path) for path in drawn]}
        terminal.document(paths | growing.document(found))
    else:
        growing.show(found)
        terminal.say(*map(str, (written, *drawn)))
    return written


def export(
    table: Annotated[str, typer.Argument(help="Such as segments, membership, profiles, runs or set_aside.")],
    to: Annotated[
        Path, typer.Option(metavar="FILE", help="Ends in .csv, .parquet, .json or .jsonl; - is here.")
    ],
    form: Annotated[
        str | None, typer.Option("--format", help="For standard output: csv, parquet, json or jsonl.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    project: verb.ProjectDir = verb.HERE,
    json: verb.Json = False,
) -> None:
    """Write a table of the results to a file, or to standard output.

    Example: coterie export profiles --to profiles.parquet
    """
    from coterie import export as exporting
    from coterie import run as running
    from coterie.project import file as project_file

    with running.finished(project_file.read(project)) as warehouse:
        if str(to) == "-":
            wanted = exporting.format_named(form or ("json" if json else "csv"))
            exporting.export_to(warehouse, table, sys.stdout.buffer, wanted)
            return
        if form is not None:
            raise UsageError("--format is for standard output; a file says its format by its ending.")
        written = exporting.export(warehouse, table, to, replace=force)
    if json:
        terminal.document({"table": written.table, "rows": written.rows, "to": written.to})
    else:
        terminal.say(f"{written.rows:,} rows of {written.table} in {written.to}.")
