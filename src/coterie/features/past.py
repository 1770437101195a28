"""Some features as of a past date, built beside those of the last run."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coterie.features import build

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from coterie.features.build import Plan
    from coterie.features.catalogue import Catalogue
    from coterie.project.settings import FeatureSettings
    from coterie.sources.warehouse import Warehouse


def write(
    warehouse: Warehouse,
    settings: FeatureSettings,
    as_of: dt.date,
    names: Collection[str],
    table: str,
) -> None:
    """Make a temporary table of some features as of a date; those that can't be fed then have no column.

    Events that came in late count as if they had been there, and attributes are those of today.

    Args:
        warehouse: Where `events`, `users` and `user_days` lie.
        settings: Which families, and how long the weekly pattern is.
        as_of: Events at or after this midnight (UTC) are not seen.
        names: The features.
        table: What the table is called; it ends with the session.

    Raises:
        SourceError: No family can be fed.
    """
    planned = narrowed(build.plan(warehouse, settings, as_of), names)
    warehouse.create(table, build.statement(planned), temporary=True)


def narrowed(planned: Plan, names: Collection[str]) -> Plan:
    """Keep only some features of a plan, so that nothing else is computed."""
    return dataclasses.replace(planned, catalogue=_narrowed(planned.catalogue, names))


def _narrowed(catalogue: Catalogue, names: Collection[str]) -> Catalogue:
    families = []
    for family, blocks in catalogue.families:
        kept = [
            dataclasses.replace(block, features=tuple(one for one in block.features if one.name in names))
            for block in blocks
        ]
        families.append((family, tuple(block for block in kept if block.features)))
    return dataclasses.replace(catalogue, families=tuple((one, blocks) for one, blocks in families if blocks))
