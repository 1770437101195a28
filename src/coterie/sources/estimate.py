"""How much a statement would read, asked before it runs."""

from __future__ import annotations

import dataclasses

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_STEP = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Estimate:
    """What a statement would read.

    Attributes:
        rows: Rows of the tables it scans; None where nobody can tell.
        bytes: Bytes that are billed; None where nobody can tell.
    """

    rows: int | None = None
    bytes: int | None = None


def size(count: int) -> str:
    """Write bytes for people.

    Examples:
        >>> size(1_234_000_000), size(999)
        ('1.23 GB', '999 B')
    """
    place = 0
    number = float(count)
    while number >= _STEP and place < len(_UNITS) - 1:
        number /= _STEP
        place += 1
    return f"{number:.3g} {_UNITS[place]}"
