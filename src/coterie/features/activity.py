"""Activity: how much users do."""

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
    whole = (
        Feature(
            "activity_events", "activity", "events", "Events of any kind.", higher_is=1, sql="sum(events)"
        ),
        Feature(
            "activity_active_days", "activity", "days", "Days with an event.", higher_is=1, sql="count(*)"
        ),
        Feature(
            "activity_sessions",
            "activity",
            "events",
            "Sessions; a pause of more than 30 minutes ends one.",
            higher_is=1,
            sql="sum(sessions)",
        ),
        Feature(
            "activity_events_per_session",
            "activity",
            "events",
            "Events in a session, on average.",
            null="no session yet",
            higher_is=1,
            sql="cast(sum(events) as double) / nullif(sum(sessions), 0)",
        ),
        Feature(
            "activity_session_seconds",
            "activity",
            "seconds",
            "From first to last event of a session, on average.",
            null="no session yet",
            higher_is=1,
            sql="cast(sum(session_us) as double) / 1000000 / nullif(sum(sessions), 0)",
        ),
    )
    by_kind = tuple(feature for kind in data.main_kinds for feature in _of_kind(kind))
    return (Block(USER_DAYS, whole + by_kind),)


def _of_kind(kind: str) -> tuple[Feature, Feature]:
    word, column = sql.plain_name(kind), kind_days(kind)
    return (
        Feature(
            f"activity_{word}_events",
            "activity",
            "events",
            f"Events of kind {kind!r}.",
            higher_is=1,
            kind=kind,
            sql=f"sum({column})",
        ),
        Feature(
            f"activity_{word}_days",
            "activity",
            "days",
            f"Days with an event of kind {kind!r}.",
            higher_is=1,
            kind=kind,
            sql=f"count(case when {column} > 0 then 1 end)",
        ),
    )


ACTIVITY = Family("activity", "How much users do.", _blocks, "events")
