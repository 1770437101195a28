"""The verb publish. What is slow to import is imported where it is used."""

from pathlib import Path
from typing import Annotated

import typer

from coterie.cli import verb
from coterie.errors import UsageError


def publish(
    to: Annotated[
        str | None,
        typer.Option(
            metavar="SCHEMA", help="Where to publish; default: the project's schema with _published."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the SQL, and run nothing.")] = False,
    dialect: Annotated[
        str | None,
        typer.Option(help="Of the SQL that is printed, or in LookML: bigquery, postgres, mysql, ..."),
    ] = None,
    lookml: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write a LookML project for Looker there, and publish nothing."),
    ] = None,
    connection: Annotated[
        str, typer.Option(metavar="NAME", help="With --lookml: what Looker calls the connection.")
    ] = "coterie",
    dbt: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write dbt sources and an exposure there, and publish nothing."),
    ] = None,
    project: verb.ProjectDir = verb.HERE,
    json: verb.Json = False,
) -> None:
    """Make tables and views of the last run for dashboards, with comments; new ones replace old ones at once.

    Views keep their names: profiles, membership, segments, segment_summary, segment_sizes, migration, runs,
    predictions where there are any, and data_dictionary, which says what each column means.

    Example: coterie publish --to dashboards
    """
    from coterie import run as running
    from coterie import written_sql
    from coterie.cli import published
    from coterie.project import file as project_file
    from coterie.sources import retrying

    files = lookml is not None or dbt is not None
    if dialect is not None and not (dry_run or files):
        raise UsageError(
            "--dialect is for --dry-run, --lookml and --dbt; the warehouse is published to in its own."
        )
    if dry_run and files:
        raise UsageError(
            "--dry-run prints SQL; --lookml and --dbt write files and run nothing either. Choose one."
        )
    checked = project_file.read(project)
    spoken = written_sql.known_dialect(dialect) if dialect else None

    def once() -> None:
        with running.finished(checked) as warehouse:
            if dry_run:
                published.show_sql(warehouse, checked, to, spoken, json=json)
            elif files:
                published.write_files(warehouse, checked, (to, spoken), (lookml, connection, dbt), json=json)
            else:
                published.publish_tables(warehouse, checked, to, json=json)

    retrying.again(once)
