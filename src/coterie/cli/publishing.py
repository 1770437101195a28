"""The verb publish. What is slow to import is imported where it is used."""

import sys
from typing import Annotated

import typer

from coterie.cli import terminal, verb
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
        str | None, typer.Option(help="With --dry-run: duckdb, bigquery, spark, postgres, mysql, ...")
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
    from coterie.project import file as project_file
    from coterie.publish import publish as publishing

    if dialect is not None and not dry_run:
        raise UsageError("--dialect is for --dry-run; what is published is in the dialect of the warehouse.")
    checked = project_file.read(project)
    with running.finished(checked) as warehouse:
        if dry_run:
            wanted = written_sql.known_dialect(dialect or warehouse.dialect)
            planned = publishing.planned(warehouse, checked, to, wanted)
            told = [
                {
                    "step": one.step,
                    "table": one.table,
                    "sql": written_sql.printed(warehouse, one.tree, wanted),
                }
                for one in planned
            ]
            if json:
                terminal.document({"dialect": wanted, "statements": told})
            else:
                sys.stdout.write("".join(f"{one['sql']};\n\n" for one in told))
            return
        found = publishing.publish(warehouse, checked, to)
    if json:
        terminal.document(
            {
                "schema": found.schema,
                "run_id": found.run_id,
                "tables": list(found.tables),
                "nothing_new": found.nothing_new,
                "grants": found.grants,
            }
        )
        return
    what = "Nothing new: run" if found.nothing_new else "Published run"
    terminal.say(
        f"{what} {found.run_id} in {found.schema}: {', '.join(found.tables)}.",
        f"To let somebody read it: {found.grants}",
    )
