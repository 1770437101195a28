"""The ledger of what was loaded, the rows that were set aside, and whether the sums agree."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie import errors
from coterie.events import event
from coterie.events.loading import UnitCount
from coterie.sources import reading, sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlglot import exp

    from coterie.sources.relation import Counted, Relation
    from coterie.sources.warehouse import Warehouse


@dataclasses.dataclass(frozen=True)
class Totals:
    """What the warehouse holds.

    Attributes:
        users: Distinct users in events and in user tables.
        events: Events.
    """

    users: int
    events: int


def fingerprints(warehouse: Warehouse) -> dict[str, dict[str, str]]:
    """List by source and unit what was loaded."""
    found: dict[str, dict[str, str]] = {}
    for row in warehouse.query(
        sql.sql("select source, unit, fingerprint from units order by source, unit")
    ).to_pylist():
        found.setdefault(row["source"], {})[row["unit"]] = row["fingerprint"]
    return found


def forget(warehouse: Warehouse, source: str, units: Collection[str]) -> None:
    """Take out what the ledger says of these units, their rows set aside, and the totals."""
    chosen = sorted(units)
    warehouse.execute(sql.sql("delete from totals"))
    if chosen:
        for table in ("units", "set_aside"):
            warehouse.execute(
                sql.sql(
                    "delete from :table where source = :source and unit in :units",
                    table=sql.table(table),
                    source=source,
                    units=chosen,
                )
            )


def set_aside(warehouse: Warehouse, source: str, rows: exp.Select, run_id: str, reader: Warehouse) -> None:
    """Keep the rows that have a reason against them, as `reader` reads them."""
    aside = select(
        """select coterie_unit as unit, coterie_row as row_number, reason, record, :source as source,
        :run_id as run_id from :rows where reason is not null""",
        source=source,
        run_id=run_id,
        rows=rows.subquery("mapped", copy=False),
    )
    reading.move(aside, reader, warehouse, "set_aside")


def set_unreadable_aside(
    warehouse: Warehouse, source: str, relation: Relation, reason: str, run_id: str, reader: Warehouse
) -> None:
    """Keep the raw text of rows that could not even be split into columns; their number is the line's."""
    if relation.unreadable is not None:
        unreadable = select(
            "select coterie_unit, coterie_row, :reason as reason, coterie_record as record from :rows",
            reason=reason,
            rows=relation.unreadable.subquery("unreadable", copy=False),
        )
        set_aside(warehouse, source, unreadable, run_id, reader)


def reasons(warehouse: Warehouse, source: str) -> dict[str, dict[str, int]]:
    """Count the rows set aside of a source by unit and reason."""
    rows = warehouse.query(
        sql.sql(
            """select unit, reason, count(*) as n from set_aside where source = :source
            group by unit, reason order by unit, reason""",
            source=source,
        )
    ).to_pylist()
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["unit"], {})[row["reason"]] = row["n"]
    return found


def check(
    source: str, counted: Counted, used: Mapping[str, int], aside: Mapping[str, Mapping[str, int]]
) -> None:
    """Raise unless every row that was read is either used or set aside.

    Raises:
        SourceError: Rows of a unit are lost, or come twice.
    """
    for unit, readable in counted.readable.items():
        read = readable + counted.unreadable[unit]
        kept, left = used.get(unit, 0), sum(aside.get(unit, {}).values())
        if read != kept + left:
            raise errors.SourceError(
                f"Source {source!r}: {unit!r} has {read:,} rows, but {kept:,} were used and"
                f" {left:,} set aside."
                " Nothing of it was loaded. Did it change meanwhile? Run again; if that fails, report it."
            )


def write(
    warehouse: Warehouse,
    source: str,
    counted: Counted,
    used: Mapping[str, int],
    *,
    fingerprints: Mapping[str, str],
    run_id: str,
    loaded_at: dt.datetime,
) -> None:
    """Enter units into the ledger."""
    rows = []
    for unit, readable in counted.readable.items():
        read = readable + counted.unreadable[unit]
        rows.append(
            {
                "source": source, "unit": unit, "fingerprint": fingerprints[unit], "rows_read": read,
                "rows_used": used.get(unit, 0), "rows_set_aside": read - used.get(unit, 0), "run_id": run_id,
                "loaded_at": loaded_at.astimezone(dt.UTC).replace(tzinfo=None),
            }
        )  # fmt: skip
    warehouse.append("units", pa.Table.from_pylist(rows))


def unit_counts(warehouse: Warehouse, fresh: Collection[tuple[str, str]]) -> tuple[UnitCount, ...]:
    """List every unit of the ledger with its counts.

    Args:
        warehouse: Where the ledger is.
        fresh: (source, unit) of those loaded just now.
    """
    rows = warehouse.query(
        sql.sql("select source, unit, rows_read, rows_used from units order by source, unit")
    ).to_pylist()
    aside = {source: reasons(warehouse, source) for source in {row["source"] for row in rows}}
    return tuple(
        UnitCount(
            source=row["source"],
            unit=row["unit"],
            read=row["rows_read"],
            used=row["rows_used"],
            set_aside=tuple(sorted(aside[row["source"]].get(row["unit"], {}).items())),
            was_new=(row["source"], row["unit"]) in fresh,
        )
        for row in rows
    )


def totals(warehouse: Warehouse) -> Totals:
    """Count users and events, once after each change."""
    kept = warehouse.query(sql.sql("select users, events from totals")).to_pylist()
    if not kept:
        warehouse.append("totals", _counted(warehouse))
        kept = warehouse.query(sql.sql("select users, events from totals")).to_pylist()
    return Totals(kept[0]["users"], kept[0]["events"])


def _counted(warehouse: Warehouse) -> exp.Select:
    """Count in the tables themselves: some engines copy a view of several before they read it."""
    sources = warehouse.query(sql.sql("select distinct source from units order by source"))["source"]
    names = [event.kept(source) for source in sources.to_pylist()]
    tables = [sql.table(name) for name in names if warehouse.columns(name)]
    everyone: exp.Query = select("select user_id from users")
    events: exp.Expression = sql.literal(0)
    for table in tables:
        everyone = everyone.union(select("select user_id from :table", table=table))
        events = sql.sql(":events + (select count(*) from :table)", events=events, table=table)
    return select(
        "select count(*) as users, :events as events from :everyone",
        events=events,
        everyone=everyone.subquery("everyone"),
    )
