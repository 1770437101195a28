"""Times written in ISO form as microseconds, in arithmetic that every engine knows.

Casts to times differ between engines in what they take and in what they do about the rest; some refuse a
whole statement for one bad row. Here a pattern says what is a time, and whole numbers do the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.sources import sql

if TYPE_CHECKING:
    from sqlglot import exp

_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
_ZONE = "( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?"
_TIME = f"^{_DATE}([T ]{_CLOCK}{_ZONE})?$"
_OFFSET = "[+-][0-9]{2}(:?[0-9]{2})?$"

_MONTH_DAYS = """case when :month in (4, 6, 9, 11) then 30 when :month <> 2 then 31
    when :year % 4 = 0 and (:year % 100 <> 0 or :year % 400 = 0) then 29 else 28 end"""

#: Days since 1970 of a date in the Gregorian calendar, counted in years that begin in March.
_DAYS = """365 * (:year - :early) + (:year - :early) // 4 - (:year - :early) // 100 + (:year - :early) // 400
    + (153 * (:month + 12 * :early - 3) + 2) // 5 + :day - 719469"""

_FRACTION = """case when substr(:given, 20, 1) = '.'
    then cast(substr(regexp_replace(substr(:given, 21), '[^0-9].*$', '') || '000000', 1, 6) as bigint)
    else 0 end"""

#: The time after the minutes, from which a sign is that of a zone.
_MINUTES_OFF = """case when regexp_matches(substr(:given, 17), :offset) then
    case when regexp_replace(substr(:given, 17), '[^+-]*([+-]).*$', '\\1') = '-' then -1 else 1 end
    * (60 * cast(substr(regexp_replace(substr(:given, 17), '^[^+-]*[+-]', ''), 1, 2) as bigint)
    + cast('0' || substr(regexp_replace(regexp_replace(substr(:given, 17), '^[^+-]*[+-]', ''), ':', ''), 3, 2)
        as bigint))
    else 0 end"""


def microseconds(given: exp.Expression) -> exp.Expression:
    """Microseconds since 1970 (UTC) of text such as 2026-01-31T10:00:00.5+01:00; null of other text.

    A time without a zone is UTC; a date alone is its midnight.
    """
    year, month, day = (_number(given, start, length) for start, length in ((1, 4), (6, 2), (9, 2)))
    early = sql.sql("case when :month <= 2 then 1 else 0 end", month=month)
    clock = sql.sql(
        """case when length(:given) < 16 then 0 else :hour * 3600 + :minute * 60
        + case when substr(:given, 17, 1) = ':' then :second else 0 end end""",
        given=given,
        hour=_number(given, 12, 2),
        minute=_number(given, 15, 2),
        second=_number(given, 18, 2),
    )
    return sql.sql(
        """case when regexp_matches(:given, :time) then case when :day <= :month_days
        then ((:days) * 86400 + :clock - :off * 60) * 1000000 + :fraction end end""",
        given=given,
        time=_TIME,
        day=day,
        month_days=sql.sql(_MONTH_DAYS, month=month, year=year),
        days=sql.sql(_DAYS, year=year, month=month, day=day, early=early),
        clock=clock,
        off=sql.sql(_MINUTES_OFF, given=given, offset=_OFFSET),
        fraction=sql.sql(_FRACTION, given=given),
    )


def _number(given: exp.Expression, start: int, length: int) -> exp.Expression:
    return sql.sql("cast(substr(:given, :start, :length) as bigint)", given=given, start=start, length=length)
