"""Recency: how long ago users last did something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.available import kind_days
from coterie.features.family import USER_DAYS, Block, Family
from coterie.features.feature import Feature
from coterie.sources import sql

if TYPE_CHECKING:
    from coterie.features.available import Available


def _blocks(data: Available) -> tuple[Block, ...]:
    if not data.kinds:
        return ()
    last = Feature(
        "recency_days_since_last",
        "recency",
        "days",
        "Days since the last event; 1 is the day before the date.",
        null="no event yet",
        fill="largest",
        higher_is=-1,
        sql=":as_of_day - max(day)",
    )
    return (Block(USER_DAYS, (last, *map(_of_kind, data.main_kinds))),)


def _of_kind(kind: str) -> Feature:
    return Feature(
        f"recency_days_since_{sql.plain_name(kind)}",
        "recency",
        "days",
        f"Days since the last event of kind {kind!r}.",
        null=f"no event of kind {kind!r} yet",
        fill="largest",
        higher_is=-1,
        kind=kind,
        sql=f":as_of_day - max(case when {kind_days(kind)} > 0 then day end)",
    )


RECENCY = Family("recency", "How long ago users last did something.", _blocks, "events")
