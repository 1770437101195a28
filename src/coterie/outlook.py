"""What a run finds beside segments and predictions: the states that users pass through, from new to dead."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.errors import DataError
from coterie.predictions.activity import activity, stored
from coterie.profile_columns import Beside
from coterie.sources import sql

if TYPE_CHECKING:
    import datetime as dt

    from coterie.predictions.activity.activity import Activity
    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse

_NOTES = "outlook_notes"

_ACTIVITY = (
    Beside(
        stored.TABLE,
        "state",
        "activity_state",
        "New, frequent, infrequent, dormant or dead, by the weeks with an event; null: never had one.",
    ),
    Beside(
        stored.TABLE,
        "going_quiet",
        "activity_going_quiet",
        "How likely a frequent user is to have no event in the next weeks, 0 to 1; null: not frequent.",
    ),
)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What was found.

    Attributes:
        activity: The states of users; none without events of some weeks, or where they are switched off.
        notes: A sentence on each thing that these users don't allow.
    """

    activity: Activity | None = None
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Beside, ...]:
        """What profiles show of it."""
        return _ACTIVITY if self.activity else ()


def find(warehouse: Warehouse, project: Project, as_of: dt.date, run_id: str) -> Outlook:
    """Find all of it, and write its tables in place of those of the last run.

    What these users don't allow is told in a sentence, and the rest goes on.

    Args:
        warehouse: Where `user_days` is.
        project: What is asked for.
        as_of: The date.
        run_id: The run that each row is marked with.
    """
    notes = []
    states = None
    with warehouse.transaction():
        stored.forget(warehouse)
        if project.activity.enabled and _events(warehouse):
            try:
                states = activity.find(warehouse, project.activity, as_of)
            except DataError as error:
                notes.append(str(error))
            else:
                stored.write(warehouse, project.activity, states, run_id)
        warehouse.create(_NOTES, pa.table({"note": pa.array(notes, pa.string())}))
    return Outlook(states, tuple(notes))


def _events(warehouse: Warehouse) -> bool:
    return bool(warehouse.query(sql.sql("select 1 from user_days limit 1")).num_rows)


def read(warehouse: Warehouse) -> Outlook:
    """Read back what the last run found; nothing if there was none."""
    notes = warehouse.query(sql.sql("select note from outlook_notes")) if warehouse.columns(_NOTES) else None
    told = tuple(notes.column("note").to_pylist()) if notes else ()
    return Outlook(stored.read(warehouse), told)
