"""`changed_users`: whose events or attributes came or went since `user_days` and `features` were last made.

Loading notes them, `coterie.events.days` and `coterie.features.build` compute them anew, and the latter
empties the table. Before the first build nobody is noted, since everyone is computed then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from coterie.sources.warehouse import Warehouse

TABLE = "changed_users"


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


def are_noted(warehouse: Warehouse) -> bool:
    """Whether any user changed."""
    if not warehouse.columns(TABLE):
        return False
    return bool(
        warehouse.query(sql.sql("select 1 as one from :changed limit 1", changed=sql.table(TABLE))).num_rows
    )


def forget(warehouse: Warehouse) -> None:
    """Take everyone off the list, once `user_days` and `features` are up to date."""
    if are_noted(warehouse):
        warehouse.execute(sql.sql("delete from :changed", changed=sql.table(TABLE)))


def _is_built(warehouse: Warehouse) -> bool:
    return bool(warehouse.columns("user_days"))
