"""Reading: what users view, for how long, and whether they come back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.available import kind_days
from coterie.features.family import ITEMS, USER_DAYS, Block, Family
from coterie.features.feature import Feature

if TYPE_CHECKING:
    from coterie.features.available import Available


def _blocks(data: Available) -> tuple[Block, ...]:
    if "view" not in data.kinds:
        return ()
    views = kind_days("view")
    days = [
        Feature(
            "reading_depth",
            "reading",
            "events",
            "Views on a day with a view, on average.",
            null="no view yet",
            higher_is=1,
            kind="view",
            sql=f"cast(sum({views}) as double) / nullif(count(case when {views} > 0 then 1 end), 0)",
        )
    ]
    if data.has("duration", "view"):
        days += [
            Feature(
                "reading_seconds",
                "reading",
                "seconds",
                "Time spent on views.",
                higher_is=1,
                kind="view",
                sql="coalesce(sum(view_seconds), 0)",
            ),
            Feature(
                "reading_seconds_per_view",
                "reading",
                "seconds",
                "Time spent on a view, on average.",
                null="no view with a duration yet",
                fill="median",
                higher_is=1,
                kind="view",
                sql="sum(view_seconds) / nullif(sum(timed_views), 0)",
            ),
        ]
    if not data.has("item", "view"):
        return (Block(USER_DAYS, tuple(days)),)
    items = (
        Feature(
            "reading_items",
            "reading",
            "items",
            "Different items viewed.",
            higher_is=1,
            kind="view",
            sql="count(case when views > 0 then 1 end)",
        ),
        Feature(
            "reading_return_share",
            "reading",
            "share",
            "Share of views that go back to an item viewed before.",
            null="no view of an item yet",
            kind="view",
            sql="1.0 - cast(count(case when views > 0 then 1 end) as double) / nullif(sum(views), 0)",
        ),
    )
    return (Block(USER_DAYS, tuple(days)), Block(ITEMS, items))


READING = Family("reading", "What users view and for how long.", _blocks, "events of kind view")
