"""Pattern: the rhythm of the last weeks and of the whole history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.family import USER_DAYS, Block, Family
from coterie.features.feature import Feature

if TYPE_CHECKING:
    from coterie.features.available import Available

_TEENS = range(11, 14)


def _blocks(data: Available) -> tuple[Block, ...]:
    if not data.kinds:
        return ()
    weeks = tuple(
        Feature(
            f"pattern_week_{week}",
            "pattern",
            "events",
            f"Events in the {_ordinal(week)} week before the date.",
            higher_is=1,
            sql=_in_week(week),
        )
        for week in range(1, data.weeks + 1)
    )
    rhythm = (
        Feature(
            "pattern_trend",
            "pattern",
            "per week",
            f"Events gained or lost a week: the slope of a line through the last {data.weeks} weeks.",
            higher_is=1,
            sql=_slope(data.weeks),
        ),
        Feature(
            "pattern_gap_days",
            "pattern",
            "days",
            "Days from one active day to the next, on average.",
            null="fewer than two active days",
            fill="largest",
            higher_is=-1,
            sql="avg(cast(gap_days as double))",
        ),
        Feature(
            "pattern_regularity",
            "pattern",
            "score",
            "How even the days between active days are: 1 is a clock, near 0 is bursts "
            "(1 / (1 + coefficient of variation)).",
            null="fewer than three active days",
            fill="median",
            sql=_regularity(),
        ),
        Feature(
            "pattern_longest_silence",
            "pattern",
            "days",
            "The longest time without an event, up to the date.",
            null="no event yet",
            fill="largest",
            higher_is=-1,
            sql="greatest(coalesce(max(gap_days), 0), :as_of_day - max(day))",
        ),
    )
    return (Block(USER_DAYS, weeks + rhythm),)


def _ordinal(week: int) -> str:
    """Say which week before the date it is.

    Examples:
        >>> [_ordinal(week) for week in (1, 2, 3, 4, 12, 22)]
        ['last', '2nd last', '3rd last', '4th last', '12th last', '22nd last']
    """
    if week == 1:
        return "last"
    ending = "th" if week in _TEENS else {1: "st", 2: "nd", 3: "rd"}.get(week % 10, "th")
    return f"{week}{ending} last"


def _in_week(week: int) -> str:
    first, after = f":as_of_day - {7 * week}", f":as_of_day - {7 * week - 7}"
    return f"sum(case when day >= {first} and day < {after} then events else 0 end)"


def _slope(weeks: int) -> str:
    """Least squares slope over equally spaced weeks: sum((t - mean t) y) / sum((t - mean t)^2)."""
    middle = (weeks + 1) / 2
    squares = sum((week - middle) ** 2 for week in range(1, weeks + 1))
    # Week 1 is the latest, so time runs against its number.
    return (
        f"cast(sum(case when day >= :as_of_day - {7 * weeks} and day < :as_of_day"
        f" then events * ({middle} - ((:as_of_day - 1 - day) // 7 + 1)) else 0.0 end) as double) / {squares}"
    )


def _regularity() -> str:
    mean, square = "avg(cast(gap_days as double))", "avg(cast(gap_days as double) * gap_days)"
    spread = f"sqrt(greatest({square} - {mean} * {mean}, 0.0))"
    return f"case when count(gap_days) >= 2 then 1.0 / (1.0 + {spread} / {mean}) end"


PATTERN = Family("pattern", "The rhythm of the last weeks and of the whole history.", _blocks, "events")
