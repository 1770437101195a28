"""Rows that come twice: found through a cheap group-by on hashes before anything is compared in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.events.mapping import Mapped
    from coterie.sources.warehouse import Warehouse

_HASHES = "staged_repeat_hashes"
_REPEATS = "staged_repeats"
_KNOWN = "staged_known_keys"


def find(warehouse: Warehouse, mapped: Mapped, known: exp.Select | None) -> str | None:
    """Write a table (unit, row_number) of all rows whose key an earlier row has.

    Args:
        warehouse: Where the rows are read.
        mapped: Rows with numbers and a key.
        known: A SELECT, there, of the `key` of rows that were loaded before; None if there are none.

    Returns:
        The name of the table, or None where no row comes twice.
    """
    keyed = select(
        "select coterie_unit, coterie_row, key from :rows where reason is null and key is not null",
        rows=mapped.rows(keyed=True).subquery("mapped", copy=False),
    )
    suspects = select(
        """select coterie_unit, coterie_row, key,
        row_number() over (partition by key order by coterie_unit, coterie_row) as place from :keyed""",
        keyed=keyed.subquery("keyed", copy=False),
    )
    if mapped.relation.dialect == sql.WRITTEN_IN:  # no other engine has this hash
        warehouse.create(_HASHES, _suspected(keyed, known), temporary=True)
        none = select("select 1 as found from :hashes limit 1", hashes=sql.table(_HASHES))
        if not warehouse.query(none).num_rows:
            return None
        suspects = suspects.where(
            sql.sql("hash(key) in (select code from :hashes)", hashes=sql.table(_HASHES))
        )
    repeats = select(
        "select coterie_unit as unit, coterie_row as row_number from :suspects where place > 1",
        suspects=suspects.subquery("suspects", copy=False),
    )
    if known is not None:
        repeats = select(
            """select coterie_unit as unit, coterie_row as row_number from :suspects
            where place > 1 or key in (select key from :known)""",
            suspects=suspects.subquery("suspects", copy=False),
            known=known.subquery("known", copy=False),
        )
    warehouse.create(_REPEATS, repeats, temporary=True)
    return _REPEATS


def forget(warehouse: Warehouse) -> None:
    """Drop what `find` wrote."""
    for table in (_HASHES, _REPEATS, _KNOWN):
        warehouse.drop(table)


def brought(known: exp.Select, warehouse: Warehouse, reader: Warehouse) -> exp.Select:
    """Bring keys from the warehouse to where rows are read, and select them there."""
    reader.create(_KNOWN, pa.table({"key": pa.array([], pa.string())}), temporary=True)
    with warehouse.stream(known) as keys:
        reader.append(_KNOWN, keys)
    return select("select key from :known", known=sql.table(_KNOWN))


def _suspected(keyed: exp.Select, known: exp.Select | None) -> exp.Expression:
    within = select(
        "select hash(key) as code from :keyed group by 1 having count(*) > 1",
        keyed=keyed.subquery("keyed", copy=False),
    )
    if known is None:
        return within
    return sql.sql(
        """select code from :within union all
        select hash(key) as code from :known where hash(key) in (select hash(key) from :keyed)""",
        within=within.subquery("within", copy=False),
        known=known.subquery("known", copy=False),
        keyed=keyed.subquery("keyed", copy=False),
    )
