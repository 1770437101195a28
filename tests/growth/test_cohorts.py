from __future__ import annotations

import contextlib
import datetime as dt

from coterie.growth import cohorts
from coterie.sources import sql
from coterie.sources.duckdb import DuckDB
from coterie.sources.sqlite_warehouse import SQLite

EPOCH = dt.date(1970, 1, 1)
DAYS = (0, 58, 59, 60, 11_016, 11_017, 19_782, 20_454, 20_512, 20_513, 47_540, 47_541)


def test_months_are_those_of_the_calendar_on_every_engine() -> None:
    with contextlib.closing(DuckDB()) as duck, contextlib.closing(SQLite()) as lite:
        for day in DAYS:
            tree = sql.select(sql.named(cohorts.month(sql.literal(day)), "m"))
            [one], [other] = duck.query(tree).to_pylist(), lite.query(tree).to_pylist()
            date = EPOCH + dt.timedelta(days=day)
            assert one["m"] == other["m"] == date.year * 12 + date.month - 1


def test_a_cohort_starts_on_its_first_day() -> None:
    warehouse = DuckDB()
    thursday = (dt.date(2026, 1, 1) - EPOCH).days
    for unit, start in (
        ("day", dt.date(2026, 1, 1)),
        ("week", dt.date(2025, 12, 29)),
        ("month", dt.date(2026, 1, 1)),
    ):
        cut = cohorts.calendar(unit, 90)  # type: ignore[arg-type]
        [row] = warehouse.query(sql.select(sql.named(cut.cohort(sql.literal(thursday)), "c"))).to_pylist()
        assert cut.start(row["c"]) == start


def test_the_length_of_the_data_says_how_cohorts_are_cut() -> None:
    assert [cohorts.calendar("auto", days).unit for days in (20, 21, 182, 183)] == [
        "day",
        "week",
        "week",
        "month",
    ]
    assert cohorts.calendar("day", 900).days == 1
    assert [cohorts.calendar("week", days).most for days in (3, 7, 14, 900)] == [0, 0, 1, 12]
