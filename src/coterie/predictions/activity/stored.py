"""The tables that keep what a run found of activity, and reading them back."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.activity import states
from coterie.predictions.activity.activity import SCHEMAS, Activity, Facts
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from coterie.project.lasting import ActivitySettings
    from coterie.sources.warehouse import Warehouse

#: One row a user who was ever active.
TABLE = "activity_states"
#: The other tables, by the fields of `coterie.predictions.activity.activity.Activity`.
TABLES = {
    "weeks": "activity_weeks",
    "arrived": "activity_arrivals",
    "moves": "activity_moves",
    "shifts": "activity_shifts",
    "forecast": "activity_forecast",
    "checks": "activity_checks",
    "at_risk": "activity_at_risk",
    "calibration": "activity_calibration",
}
_FACTS = "activity_facts"
_EPOCH = dt.date(1970, 1, 1)

_STATES = """
    select found.user_id, found.state, found.active_weeks, found.quiet_weeks, found.age_weeks,
        risk.going_quiet, cast(:as_of as date) as as_of, cast(:run_id as varchar) as run_id
    from :found left join activity_at_risk as risk on risk.user_id = found.user_id
"""

_FACT = pa.schema(
    [
        (name, pa.int64())
        for name in ("window_weeks", "frequent_weeks", "new_weeks", "dead_weeks", "moves", "arrival_weeks")
    ]
    + [("widened", pa.float64())]
    + [(name, pa.int64()) for name in ("quiet_weeks", "learnt_from", "went_quiet")]
    + [
        (name, pa.float64())
        for name in ("brier", "brier_of_rate", "brier_of_silence", "mean_predicted", "mean_happened")
    ]
    + [("note", pa.string())]
)


def write(warehouse: Warehouse, settings: ActivitySettings, found: Activity, run_id: str) -> None:
    """Write `activity_states`, which the warehouse makes by itself, and the tables of what was found.

    Args:
        warehouse: Where to.
        settings: What the states mean.
        found: What was found.
        run_id: The run that each row is marked with.
    """
    facts = pa.Table.from_pylist([dataclasses.asdict(found.facts)], schema=_FACT)
    of_users = states.statement(settings, (found.as_of - _EPOCH).days).subquery("found", copy=False)
    told = {"as_of": found.as_of.isoformat(), "run_id": run_id}
    with warehouse.transaction():
        for field, table in TABLES.items():
            warehouse.create(table, _marked(getattr(found, field), found.as_of, run_id))
        warehouse.create(_FACTS, _marked(facts, found.as_of, run_id))
        warehouse.create(TABLE, select(_STATES, found=of_users, **told))


def _marked(rows: pa.Table, as_of: dt.date, run_id: str) -> pa.Table:
    count = rows.num_rows
    rows = rows.append_column("position", pa.array(np.arange(count)))
    rows = rows.append_column("as_of", pa.array([as_of] * count, pa.date32()))
    return rows.append_column("run_id", pa.array([run_id] * count, pa.string()))


def forget(warehouse: Warehouse) -> None:
    """Drop what an earlier run found, so that nothing stale stands beside a run that finds no states."""
    for table in (TABLE, _FACTS, *TABLES.values()):
        warehouse.drop(table)


def read(warehouse: Warehouse) -> Activity | None:
    """Read back what the last run found; nothing if it found no states."""
    if not warehouse.columns(TABLE):
        return None
    tables = {field: _read(warehouse, TABLES[field], schema) for field, schema in SCHEMAS.items()}
    facts = warehouse.query(sql.sql("select * from activity_facts")).to_pylist()[0]
    return Activity(
        as_of=facts["as_of"],
        facts=Facts(**{field.name: facts[field.name] for field in dataclasses.fields(Facts)}),
        **tables,
    )


def _read(warehouse: Warehouse, table: str, schema: pa.Schema) -> pa.Table:
    query = sql.select(*map(sql.column, schema.names)).from_(sql.table(table))
    return warehouse.query(query.order_by(sql.column("position"))).cast(schema)
