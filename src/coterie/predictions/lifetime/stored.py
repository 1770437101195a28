"""The tables that keep what a run found of lifetime value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.predictions.in_tables import Kept
from coterie.predictions.lifetime.lifetime import Facts, Lifetime
from coterie.predictions.lifetime.tables import FACTS, SCHEMAS, TABLE

if TYPE_CHECKING:
    from coterie.sources.warehouse import Warehouse

#: The tables, by the fields of `coterie.predictions.lifetime.lifetime.Lifetime`.
TABLES = {field: TABLE if field == "customers" else f"lifetime_{field}" for field in SCHEMAS}
_KEPT = Kept(Lifetime, Facts, FACTS, SCHEMAS, TABLES, notes=True)


def write(warehouse: Warehouse, found: Lifetime, run_id: str) -> None:
    """Write all tables in place of those of the last run; each row is marked with `run_id`."""
    _KEPT.write(warehouse, found, run_id)


def forget(warehouse: Warehouse) -> None:
    """Drop what an earlier run found, so that nothing stale stands beside a run that finds nothing."""
    _KEPT.forget(warehouse)


def read(warehouse: Warehouse) -> Lifetime | None:
    """Read back what the last run found; nothing if it found nothing."""
    return _KEPT.read(warehouse)
