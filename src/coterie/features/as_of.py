"""The date of the features."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class AsOf:
    """The date of the features in the units that SQL needs.

    Attributes:
        day: Days since 1970-01-01; only days before it are seen.
        us: The same midnight (UTC) in microseconds.
    """

    day: int
    us: int
