"""The ledger of runs: what each was made from, and whether it came to its end."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import secrets
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from coterie.sources import sql

if TYPE_CHECKING:
    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse

#: run_id: sortable text. settings, data: fingerprints of coterie.yaml and of what was loaded.
#: rows_*: of the sources. status: started, done, or broken_off (the process ended before the run did).
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("started", pa.timestamp("us", tz="UTC")),
        ("finished", pa.timestamp("us", tz="UTC")),
        ("as_of", pa.date32()),
        ("settings", pa.string()),
        ("data", pa.string()),
        ("users", pa.int64()),
        ("events", pa.int64()),
        ("rows_read", pa.int64()),
        ("rows_used", pa.int64()),
        ("rows_set_aside", pa.int64()),
        ("left_out", pa.large_string()),
        ("status", pa.string()),
    ]
)


def new_id(now: dt.datetime) -> str:
    """Make the id of a run: later runs have later ids.

    Examples:
        >>> new_id(dt.datetime(2026, 3, 31, 12, 30, 5, tzinfo=dt.UTC))[:-6]
        '20260331T123005.000000Z-'
    """
    return f"{now.astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}Z-{secrets.token_hex(3)}"


def begin(warehouse: Warehouse, run_id: str, now: dt.datetime) -> None:
    """Note that a run has started, and that those which never finished are broken off.

    Who begins a run writes alone, so that one found as started can't be going on.
    """
    if not warehouse.columns("runs"):
        warehouse.create("runs", SCHEMA.empty_table())
    broken_off = "update runs set status = 'broken_off' where status = 'started'"
    warehouse.execute(sql.sql(broken_off))
    row: dict[str, str | dt.datetime] = {"run_id": run_id, "started": now, "status": "started"}
    warehouse.append("runs", pa.Table.from_pylist([row], schema=SCHEMA))


def finish(warehouse: Warehouse, run_id: str, found: dict[str, Any]) -> None:
    """Replace the row of a run that has come to its end.

    Args:
        warehouse: Where the ledger is.
        run_id: The run.
        found: All columns but ``run_id`` and ``status``.
    """
    forget(warehouse, run_id)
    row = {**found, "run_id": run_id, "status": "done"}
    warehouse.append("runs", pa.Table.from_pylist([row], schema=SCHEMA))


def forget(warehouse: Warehouse, run_id: str) -> None:
    """Take a run out of the ledger."""
    warehouse.execute(sql.sql("delete from runs where run_id = :run", run=run_id))


def last(warehouse: Warehouse) -> dict[str, Any] | None:
    """Find the last run that came to its end."""
    if not warehouse.columns("runs"):
        return None
    query = "select * from runs where status = 'done' order by finished desc, run_id desc limit 1"
    rows: list[dict[str, Any]] = warehouse.query(sql.sql(query)).to_pylist()
    return rows[0] if rows else None


def data_fingerprint(warehouse: Warehouse) -> str:
    """A text that changes whenever something was loaded."""
    query = "select source, unit, fingerprint from units order by source, unit"
    return fingerprint(warehouse.query(sql.sql(query)).to_pylist())


def settings_fingerprint(project: Project) -> str:
    """A text that changes whenever coterie.yaml says something else, or coterie itself is another.

    Where secrets are, and how much may be read, changes nothing of what is made.
    """
    said = project.model_dump(mode="json", by_alias=True, exclude={"credentials", "limits"})
    return fingerprint([version(), said])


def fingerprint(value: Any) -> str:
    """A short text that is the same for the same value.

    Examples:
        >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
        True
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def version() -> str:
    """The version of coterie; ``source`` where it isn't installed."""
    try:
        return importlib.metadata.version("coterie")
    except importlib.metadata.PackageNotFoundError:
        return "source"
