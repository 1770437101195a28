"""Time: when in the day and week users are active (UTC)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.family import USER_DAYS, Block, Family
from coterie.features.feature import Feature

if TYPE_CHECKING:
    from coterie.features.available import Available

PARTS = (
    ("night", "from 0 to 6", "sum(night)"),
    ("morning", "from 6 to 12", "sum(morning)"),
    ("afternoon", "from 12 to 18", "sum(afternoon)"),
    ("evening", "from 18 to 24", "sum(events) - sum(night) - sum(morning) - sum(afternoon)"),
)


def _blocks(data: Available) -> tuple[Block, ...]:
    if not data.kinds:
        return ()
    shares = tuple(
        Feature(
            f"time_{part}_share",
            "time",
            "share",
            f"Share of events {hours} o'clock, UTC.",
            null="no event yet",
            fill="median",
            sql=f"cast({count} as double) / nullif(sum(events), 0)",
        )
        for part, hours, count in PARTS
    )
    weekend = Feature(
        "time_weekend_share",
        "time",
        "share",
        "Share of events on Saturdays and Sundays, UTC.",
        null="no event yet",
        fill="median",
        # 1970-01-01 was a Thursday, so day 2 was the first Saturday.
        sql="cast(sum(case when (day + 5) % 7 < 2 then events else 0 end) as double)"
        " / nullif(sum(events), 0)",
    )
    return (Block(USER_DAYS, (*shares, weekend)),)


TIME = Family("time", "When in the day and week users are active.", _blocks, "events")
