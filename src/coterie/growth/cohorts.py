"""Cohorts: users whose first event fell into the same day, week or month, by integer arithmetic on days."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Literal, TypeAlias

from coterie.sources import sql

if TYPE_CHECKING:
    from sqlglot import exp

Unit: TypeAlias = Literal["day", "week", "month"]

_EPOCH = dt.date(1970, 1, 1)
#: Days since 1970 of which a day, a week from Monday, or a month begins, and the length of a period.
_PERIOD: dict[Unit, int] = {"day": 1, "week": 7, "month": 30}
#: Periods after the first that are told.
_MOST: dict[Unit, int] = {"day": 14, "week": 12, "month": 12}
#: Data of less than three weeks is told by days, of less than half a year by weeks.
_SHORT, _LONG = 21, 183

#: Howard Hinnant's days-to-civil algorithm: eras of 400 years, and years that begin in March.
_DAYS = "(:day + 719468)"
_ERA = "(:shifted // 146097)"
_DAY_OF_ERA = "(:shifted - :era * 146097)"
_YEAR_OF_ERA = "((:doe - :doe // 1460 + :doe // 36524 - :doe // 146096) // 365)"
_MONTH = "((:yoe + :era * 400) * 12 + ((5 * (:doe - (365 * :yoe + :yoe // 4 - :yoe // 100)) + 2) // 153) + 2)"


@dataclasses.dataclass(frozen=True, slots=True)
class Calendar:
    """How cohorts and the periods after them are cut.

    Attributes:
        unit: Users whose first event fell into the same one are a cohort.
        days: The length of a period; a month counts as 30.
        most: How many periods after the first are told.
    """

    unit: Unit
    days: int
    most: int

    def cohort(self, day: exp.Expression) -> exp.Expression:
        """Write the number of the cohort of a day: of days, weeks or months, growing with time."""
        if self.unit == "day":
            return day
        if self.unit == "week":
            return sql.sql("(:day + 3) // 7", day=day)
        return month(day)

    def start(self, cohort: int) -> dt.date:
        """Tell the first day of a cohort.

        Examples:
            >>> calendar("week", 60).start(2918), calendar("month", 60).start(24314)
            (datetime.date(2025, 12, 1), datetime.date(2026, 3, 1))
        """
        if self.unit == "month":
            return dt.date(cohort // 12, cohort % 12 + 1, 1)
        return _EPOCH + dt.timedelta(days=cohort if self.unit == "day" else cohort * 7 - 3)


def calendar(unit: Literal["auto", "day", "week", "month"], length: int) -> Calendar:
    """Choose how cohorts are cut.

    Args:
        unit: A unit, or auto.
        length: Days from the first event to the date: no longer period is told.

    Examples:
        >>> [calendar("auto", days).unit for days in (14, 120, 400)]
        ['day', 'week', 'month']
    """
    if unit == "auto":
        unit = "day" if length < _SHORT else "week" if length < _LONG else "month"
    return Calendar(unit, _PERIOD[unit], min(_MOST[unit], max(length // _PERIOD[unit] - 1, 0)))


def month(day: exp.Expression) -> exp.Expression:
    """Write the number of the month of a day since 1970: year x 12 + month, January being 0.

    References:
        Hinnant (2013), chrono-compatible low-level date algorithms (civil_from_days).
    """
    shifted = sql.sql(_DAYS, day=day)
    era = sql.sql(_ERA, shifted=shifted)
    doe = sql.sql(_DAY_OF_ERA, shifted=shifted, era=era)
    yoe = sql.sql(_YEAR_OF_ERA, doe=doe)
    return sql.sql(_MONTH, doe=doe, era=era, yoe=yoe)
