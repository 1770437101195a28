"""Social: likes, shares, comments and follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.available import kind_days
from coterie.features.family import USER_DAYS, Block, Family
from coterie.features.feature import Feature

if TYPE_CHECKING:
    from coterie.features.available import Available

KINDS = {
    "like": ("likes", "Likes."),
    "share": ("shares", "Shares."),
    "comment": ("comments", "Comments."),
    "follow": ("follows", "Follows."),
    "bookmark": ("bookmarks", "Bookmarks."),
}


def _blocks(data: Available) -> tuple[Block, ...]:
    there = [kind for kind in KINDS if kind in data.kinds]
    if not there:
        return ()
    counts = tuple(
        Feature(
            f"social_{KINDS[kind][0]}",
            "social",
            "events",
            KINDS[kind][1],
            higher_is=1,
            kind=kind,
            sql=f"sum({kind_days(kind)})",
        )
        for kind in there
    )
    if "view" not in data.kinds:
        return (Block(USER_DAYS, counts),)
    views = f"nullif(sum({kind_days('view')}), 0)"
    acts = " + ".join(f"sum({kind_days(kind)})" for kind in there)
    per_view = Feature(
        "social_per_view",
        "social",
        "share",
        "Social acts a view.",
        null="no view yet",
        higher_is=1,
        sql=f"cast({acts} as double) / {views}",
    )
    rates = tuple(
        Feature(
            f"social_{KINDS[kind][0]}_per_view",
            "social",
            "share",
            f"{KINDS[kind][1][:-1]} a view.",
            null="no view yet",
            higher_is=1,
            kind=kind,
            sql=f"cast(sum({kind_days(kind)}) as double) / {views}",
        )
        for kind in there
    )
    return (Block(USER_DAYS, (*counts, *rates, per_view)),)


SOCIAL = Family(
    "social",
    "What users like, share and say.",
    _blocks,
    "events of kind like, share, comment, follow or bookmark",
)
