"""What the verb publish does once its options are understood. What is slow is imported where it is used."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING

from coterie.cli import terminal

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse


def show_sql(
    warehouse: Warehouse, project: Project, to: str | None, dialect: str | None, *, json: bool
) -> None:
    """Print the statements that publishing would run."""
    from coterie import written_sql
    from coterie.publish import publish as publishing

    spoken = dialect or warehouse.dialect
    told = [
        {"step": one.step, "table": one.table, "sql": written_sql.printed(warehouse, one.tree, spoken)}
        for one in publishing.planned(warehouse, project, to, spoken)
    ]
    if json:
        terminal.document({"dialect": spoken, "statements": told})
    else:
        sys.stdout.write("".join(f"{one['sql']};\n\n" for one in told))


def write_files(
    warehouse: Warehouse,
    project: Project,
    place_asked: tuple[str | None, str | None],
    wanted: tuple[Path | None, str, Path | None],
    *,
    json: bool,
) -> None:
    """Write files for Looker and dbt, and say which."""
    from coterie.publish import dbt as for_dbt
    from coterie.publish import folder
    from coterie.publish import publish as publishing
    from coterie.publish.lookml import project as for_looker

    lookml, connection, dbt = wanted
    tables, place = publishing.described_for(warehouse, project, *place_asked)
    written: list[Path] = []
    if lookml is not None:
        files = for_looker.files(warehouse, project, tables, place, connection)
        written += folder.write(lookml, files, for_looker.MARK)
    if dbt is not None:
        written += folder.write(dbt, for_dbt.files(project, tables, place), for_dbt.MARK)
    if json:
        terminal.document({"schema": place.schema, "files": [str(path) for path in written]})
        return
    terminal.say(
        *map(str, written),
        f"They read the schema {place.schema}; fill it with: coterie publish --to {place.schema}",
    )


def publish_tables(warehouse: Warehouse, project: Project, to: str | None, *, json: bool) -> None:
    """Publish, and say what and how it is read."""
    from coterie.publish import publish as publishing

    found = publishing.publish(warehouse, project, to)
    if json:
        terminal.document(dataclasses.asdict(found))
        return
    what = "Nothing new: run" if found.nothing_new else "Published run"
    terminal.say(
        f"{what} {found.run_id} in {found.schema}: {', '.join(found.tables)}.",
        f"To let somebody read it: {found.grants}",
    )
