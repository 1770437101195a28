"""The date of the features."""

from __future__ import annotations

import dataclasses
import datetime as dt

from coterie.events.days import DAY_US

_EPOCH = dt.date(1970, 1, 1)


@dataclasses.dataclass(frozen=True, slots=True)
class AsOf:
    """The date of the features in the units that SQL needs.

    Attributes:
        day: Days since 1970-01-01; only days before it are seen.
        us: The same midnight (UTC) in microseconds.
    """

    day: int
    us: int

    @classmethod
    def of(cls, date: dt.date) -> AsOf:
        """Say a date in these units.

        Examples:
            >>> AsOf.of(dt.date(1970, 1, 3))
            AsOf(day=2, us=172800000000)
        """
        day = (date - _EPOCH).days
        return cls(day, day * DAY_US)


def date_of(day: int) -> dt.date:
    """Say a number of days since 1970-01-01 as a date.

    Examples:
        >>> date_of(2)
        datetime.date(1970, 1, 3)
    """
    return _EPOCH + dt.timedelta(days=day)
