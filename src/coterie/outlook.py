"""What a run finds beside segments and predictions: in which state users are, and what they are worth."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.errors import PredictionError
from coterie.features import build
from coterie.features.as_of import AsOf
from coterie.growth import dimensions
from coterie.predictions.activity import activity
from coterie.predictions.activity import stored as activity_tables
from coterie.predictions.lifetime import tables as lifetime_tables
from coterie.profile_columns import Beside
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlglot import exp

    from coterie.predictions.activity.activity import Activity
    from coterie.predictions.lifetime.customers import Customers
    from coterie.predictions.lifetime.lifetime import Lifetime
    from coterie.predictions.lifetime.two_stage import TwoStage
    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse

_NOTES = "outlook_notes"

_ACTIVITY = (
    Beside(
        activity_tables.TABLE,
        "state",
        "activity_state",
        "New, frequent, infrequent, dormant or dead, by the weeks with an event; null: never had one.",
    ),
    Beside(
        activity_tables.TABLE,
        "going_quiet",
        "activity_going_quiet",
        "How likely a frequent user is to have no event in the next weeks, 0 to 1; null: not frequent.",
    ),
)
_LIFETIME = tuple(
    Beside(lifetime_tables.TABLE, column, f"lifetime_{column}", sentence)
    for column, sentence in (
        ("alive", "How probable it is that they are still a customer, 0 to 1; null: never bought."),
        ("future_orders", "Days with an order expected within the longest horizon; null: never bought."),
        ("future_value", "Money expected within the longest horizon; null: never bought."),
        ("value", "Money so far and expected; null: never bought."),
    )
)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What was found.

    Attributes:
        activity: The states of users; none without events of some weeks, or where they are switched off.
        lifetime: What users are worth; none where it isn't asked for, or nobody has bought.
        notes: A sentence on each thing that these users don't allow.
    """

    activity: Activity | None = None
    lifetime: Lifetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Beside, ...]:
        """What profiles show of it."""
        return (*(_ACTIVITY if self.activity else ()), *(_LIFETIME if self.lifetime else ()))


def find(warehouse: Warehouse, project: Project, as_of: dt.date, run_id: str) -> Outlook:
    """Find all of it, and write its tables in place of those of the last run.

    What these users don't allow is told in a sentence, and the rest goes on.

    Args:
        warehouse: Where events, users and segments are.
        project: What is asked for.
        as_of: The date.
        run_id: The run that each row is marked with.
    """
    notes: list[str] = []
    with warehouse.transaction():
        states = _activity(warehouse, project, as_of, run_id, notes)
        worth = _lifetime(warehouse, project, as_of, run_id, notes)
        warehouse.create(_NOTES, pa.table({"note": pa.array(notes, pa.string())}))
    return Outlook(states, worth, tuple(notes))


def _activity(
    warehouse: Warehouse, project: Project, as_of: dt.date, run_id: str, notes: list[str]
) -> Activity | None:
    activity_tables.forget(warehouse)
    if not project.activity.enabled or not _events(warehouse):
        return None
    try:
        found = activity.find(warehouse, project.activity, as_of)
    except PredictionError as error:
        notes.append(str(error))
        return None
    activity_tables.write(warehouse, project.activity, found, run_id)
    return found


def _events(warehouse: Warehouse) -> bool:
    return bool(warehouse.query(sql.sql("select 1 from user_days limit 1")).num_rows)


def _lifetime(
    warehouse: Warehouse, project: Project, as_of: dt.date, run_id: str, notes: list[str]
) -> Lifetime | None:
    from coterie.predictions.lifetime import lifetime, stored

    stored.forget(warehouse)
    if project.lifetime is None:
        return None
    try:
        found = lifetime.find(
            warehouse,
            project.lifetime,
            as_of,
            groups(warehouse, as_of),
            _two_stage(warehouse, project, as_of),
        )
    except PredictionError as error:
        notes.append(str(error))
        return None
    stored.write(warehouse, found, run_id)
    return found


def _two_stage(
    warehouse: Warehouse, project: Project, as_of: dt.date
) -> Callable[[Customers], TwoStage] | None:
    """The two-stage model of a project, to be learnt where it is asked for."""
    settings = project.lifetime
    if settings is None or settings.model != "two_stage":
        return None
    from coterie.predictions.lifetime.two_stage import two_stage

    planned = build.plan(warehouse, project.features, as_of)
    return functools.partial(two_stage, warehouse, settings, planned, project.features)


def groups(warehouse: Warehouse, as_of: dt.date) -> dict[str, exp.Select]:
    """Write what users are told apart by: segments, channels, attributes; each a SELECT of user and value.

    Rare values of a group are gathered, as in the questions about growth.
    """
    found = dimensions.dimensions(warehouse, None, AsOf.of(as_of))
    return {
        one.name: select(
            "select user_id, :grouped as value from :users",
            grouped=one.grouped(sql.column("value")),
            users=one.of_users.subquery("users", copy=False),
        )
        for one in found.found
        if one.name not in (lifetime_tables.CATEGORY, "kind")
    }


def read(warehouse: Warehouse) -> Outlook:
    """Read back what the last run found; nothing if there was none."""
    notes = warehouse.query(sql.sql("select note from outlook_notes")) if warehouse.columns(_NOTES) else None
    told = tuple(notes.column("note").to_pylist()) if notes else ()
    return Outlook(activity_tables.read(warehouse), _worth(warehouse), told)


def _worth(warehouse: Warehouse) -> Lifetime | None:
    if not warehouse.columns(lifetime_tables.FACTS):
        return None
    from coterie.predictions.lifetime import stored  # slow to import, and not every project has it

    return stored.read(warehouse)
