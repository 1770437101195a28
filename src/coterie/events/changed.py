"""`changed_users`: whose events or attributes came or went since `user_days` and `features` were last made.

Loading notes them, `coterie.events.days` and `coterie.features.build` compute them anew, and the latter
empties the table. Before the first build nobody is noted, since everyone is computed then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlglot import exp

from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from coterie.sources.warehouse import Warehouse

Rows = TypeVar("Rows", bound=exp.Expression)

TABLE = "changed_users"
#: What one scan gathers of the events of those who changed; it ends with the session.
EVENTS = "their_events"


def note_events(warehouse: Warehouse, source: str, units: Collection[str]) -> None:
    """Note the users who have events in these units of a source."""
    if units and _is_built(warehouse):
        warehouse.append(
            TABLE,
            sql.sql(
                "select distinct user_id from events where source = :source and unit in :units",
                source=source,
                units=sorted(units),
            ),
        )


def note_users(warehouse: Warehouse, table: str) -> None:
    """Note the users in a table of users, if there is one."""
    if _is_built(warehouse) and warehouse.columns(table):
        warehouse.append(TABLE, sql.sql("select distinct user_id from :users", users=sql.table(table)))


def note(warehouse: Warehouse, users: exp.Select) -> None:
    """Note users as changed who are not noted yet."""
    if not warehouse.columns(TABLE):
        warehouse.create(TABLE, users)
        return
    missing = sql.sql(
        "select user_id from :users except select user_id from :noted",
        users=users.subquery("found"),
        noted=sql.table(TABLE),
    )
    before = _count(warehouse)
    warehouse.append(TABLE, missing)
    if _count(warehouse) > before:
        warehouse.drop(EVENTS)


def gather(warehouse: Warehouse) -> None:
    """Gather the events of everyone noted, so that whatever is computed anew scans no others."""
    if not warehouse.columns(EVENTS):
        rows = sql.sql(
            """select user_id, at_us, kind, item, category, value, duration, channel, device, query
            from events where user_id in (select user_id from :noted)""",
            noted=sql.table(TABLE),
        )
        warehouse.create(EVENTS, rows, temporary=True)


def only(rows: Rows) -> Rows:
    """Let a statement read the rows of users noted alone: their events as they are gathered, others by id."""
    wanted = sql.sql("user_id in (select user_id from :users)", users=sql.table(TABLE))
    for select, table in sql.reading(rows):
        if table.name == "events":
            table.replace(sql.table(EVENTS))
        else:
            select.where(wanted, copy=False)
    return rows


def are_noted(warehouse: Warehouse) -> bool:
    """Whether any user changed."""
    return bool(warehouse.columns(TABLE)) and _count(warehouse) > 0


def forget(warehouse: Warehouse) -> None:
    """Take everyone off the list, once `user_days` and `features` are up to date."""
    warehouse.drop(EVENTS)
    if are_noted(warehouse):
        warehouse.execute(sql.sql("delete from :changed", changed=sql.table(TABLE)))


def _count(warehouse: Warehouse) -> int:
    rows = warehouse.query(sql.sql("select count(*) as n from :noted", noted=sql.table(TABLE)))
    return int(rows.column("n")[0].as_py())


def _is_built(warehouse: Warehouse) -> bool:
    return bool(warehouse.columns("user_days"))
