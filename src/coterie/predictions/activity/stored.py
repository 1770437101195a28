"""The tables that keep what a run found of activity."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from coterie.predictions.activity import states
from coterie.predictions.activity.activity import SCHEMAS, Activity, Facts
from coterie.predictions.in_tables import Kept
from coterie.sources.relation import select

if TYPE_CHECKING:
    from coterie.project.lasting import ActivitySettings
    from coterie.sources.warehouse import Warehouse

#: One row a user who was ever active.
TABLE = "activity_states"
#: The other tables, by the fields of `coterie.predictions.activity.activity.Activity`.
TABLES = {field: f"activity_{field}" for field in SCHEMAS} | {"arrived": "activity_arrivals"}
_KEPT = Kept(Activity, Facts, "activity_facts", SCHEMAS, TABLES)
_EPOCH = dt.date(1970, 1, 1)

_STATES = """
    select found.user_id, found.state, found.active_weeks, found.quiet_weeks, found.age_weeks,
        risk.going_quiet, cast(:as_of as date) as as_of, cast(:run_id as varchar) as run_id
    from :found left join activity_at_risk as risk on risk.user_id = found.user_id
"""


def write(warehouse: Warehouse, settings: ActivitySettings, found: Activity, run_id: str) -> None:
    """Write `activity_states`, which the warehouse makes by itself, and the tables of what was found.

    Args:
        warehouse: Where to.
        settings: What the states mean.
        found: What was found.
        run_id: The run that each row is marked with.
    """
    of_users = states.statement(settings, (found.as_of - _EPOCH).days).subquery("found", copy=False)
    told = {"as_of": found.as_of.isoformat(), "run_id": run_id}
    with warehouse.transaction():
        _KEPT.write(warehouse, found, run_id)
        warehouse.create(TABLE, select(_STATES, found=of_users, **told))


def forget(warehouse: Warehouse) -> None:
    """Drop what an earlier run found, so that nothing stale stands beside a run that finds no states."""
    warehouse.drop(TABLE)
    _KEPT.forget(warehouse)


def read(warehouse: Warehouse) -> Activity | None:
    """Read back what the last run found; nothing if it found no states."""
    return _KEPT.read(warehouse)
