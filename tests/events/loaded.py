"""What the tests of loading share: a project of a few sources, loaded into memory."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from coterie.events import load
from coterie.project.settings import Project
from coterie.sources import connect, sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from coterie.events.loading import Loading
    from coterie.sources.warehouse import Warehouse

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)

HEADER = "user,at,kind"
ANYTHING = "select event_id, user_id, at_us, kind, item, value from events order by all"


def events_source(table: str = "events.csv", name: str = "clicks", **more: Any) -> dict[str, Any]:
    """A source of events with the columns user, at, kind."""
    mapping = {"user_id": "user", "at": "at", "kind": "kind", **more.pop("events", {})}
    return {"name": name, "table": table, "events": mapping, **more}


def users_source(table: str = "users.csv", name: str = "people", **more: Any) -> dict[str, Any]:
    """A source of users with the column id."""
    mapping = {"user_id": "id", **more.pop("users", {})}
    return {"name": name, "table": table, "users": mapping, **more}


def run(
    folder: Path, *sources: dict[str, Any], warehouse: Warehouse | None = None, run_id: str = "run-1"
) -> tuple[Warehouse, Loading]:
    """Load sources of `folder`, into memory unless a warehouse is given."""
    place = warehouse or connect.connect("duckdb://?threads=1")
    project = Project.model_validate({"name": "test", "sources": sources, "folder": folder})
    return place, load.load(place, project, run_id=run_id, now=NOW)


def rows(warehouse: Warehouse, text: str) -> list[dict[str, Any]]:
    """The rows of a query."""
    found: list[dict[str, Any]] = warehouse.query(sql.sql(text)).to_pylist()
    return found


def column(warehouse: Warehouse, text: str) -> list[Any]:
    """The first column of a query."""
    return [next(iter(row.values())) for row in rows(warehouse, text)]


def reasons(loading: Loading) -> dict[str, int]:
    """How many rows were set aside for each reason."""
    found: dict[str, int] = {}
    for unit in loading.units:
        for reason, count in unit.set_aside:
            found[reason] = found.get(reason, 0) + count
    return found


def write_csv(path: Path, header: str, *lines: str) -> None:
    """Write a file of lines."""
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def write_lines(path: Path, records: Sequence[dict[str, Any]]) -> None:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
