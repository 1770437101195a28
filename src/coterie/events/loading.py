"""What came of loading: for each file or table the rows that were read, used and set aside."""

from __future__ import annotations

import dataclasses
import re

import pyarrow as pa

from coterie.shown import Shown


@dataclasses.dataclass(frozen=True)
class UnitCount:
    """The rows of one file or table.

    Attributes:
        source: Name of the source.
        unit: The file or table.
        read: Rows in it.
        used: Rows that became events or users.
        set_aside: Number of the other rows by reason.
        was_new: It was loaded now, not before.
    """

    source: str
    unit: str
    read: int
    used: int
    set_aside: tuple[tuple[str, int], ...]
    was_new: bool


#: What the unit of a day of a table ends with.
_DAY = re.compile(r" (?:\d{4}-\d\d-\d\d|\(no day\))$")


def _summed(name: str, units: list[UnitCount]) -> UnitCount:
    """Several days of a table as one unit."""
    reasons: dict[str, int] = {}
    for unit in units:
        for reason, count in unit.set_aside:
            reasons[reason] = reasons.get(reason, 0) + count
    return UnitCount(
        units[0].source,
        name,
        sum(unit.read for unit in units),
        sum(unit.used for unit in units),
        tuple(sorted(reasons.items())),
        any(unit.was_new for unit in units),
    )


@dataclasses.dataclass(frozen=True, repr=False)
class Loading(Shown):
    """What came of loading the sources of a project.

    Attributes:
        units: Every file and table that the warehouse holds rows of.
        changed: Anything was added, replaced or taken out.
        users: Distinct users in events and user tables.
        events: Events in the warehouse.
        vanished: (source, unit) of files that are gone; their rows are kept.
    """

    units: tuple[UnitCount, ...]
    changed: bool
    users: int
    events: int
    vanished: tuple[tuple[str, str], ...] = ()

    def in_brief(self) -> tuple[UnitCount, ...]:
        """The units, with the days of a table of a database summed up."""
        found: dict[tuple[str, str], list[UnitCount]] = {}
        for unit in self.units:
            found.setdefault((unit.source, _DAY.sub("", unit.unit)), []).append(unit)
        return tuple(_summed(name, units) for (_, name), units in found.items())

    def caption(self) -> str:
        """Say how many rows were read, used and set aside."""
        read = sum(unit.read for unit in self.units)
        used = sum(unit.used for unit in self.units)
        return (
            f"{read:,} rows read = {used:,} used + {read - used:,} set aside;"
            f" {self.events:,} events of {self.users:,} users"
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a unit: source, unit, read, used, set aside with reasons."""
        rows = [
            {
                "source": unit.source,
                "unit": unit.unit,
                "read": unit.read,
                "used": unit.used,
                "set aside": unit.read - unit.used,
                "reasons": ", ".join(f"{reason} {count:,}" for reason, count in unit.set_aside),
            }
            for unit in self.in_brief()
        ]
        kinds = {"source": pa.string(), "unit": pa.string(), "read": pa.int64(), "used": pa.int64()}
        schema = pa.schema({**kinds, "set aside": pa.int64(), "reasons": pa.string()})
        return pa.Table.from_pylist(rows, schema)
