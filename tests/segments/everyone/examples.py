"""Users of a table in a warehouse, and steps that leave their numbers as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.segments.everyone.users import Everyone
from coterie.segments.segmentation import Step

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.sources.warehouse import Warehouse


def lying(warehouse: Warehouse, table: FeatureTable) -> Everyone:
    """Put a table into the warehouse as its features."""
    warehouse.create("features", table.rows)
    return Everyone(warehouse)


def plain(width: int) -> tuple[Step, ...]:
    """Steps that change nothing."""
    return tuple(Step(f"x{at}", None, 0.0, False, 0.0, 1.0, 1.0, None, "") for at in range(width))
