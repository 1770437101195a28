"""Search: what users look for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.features.available import kind_days
from coterie.features.family import USER_DAYS, Block, Family, Relation
from coterie.features.feature import Feature

if TYPE_CHECKING:
    from coterie.features.available import Available

#: A row a user and query; the same words in other letters are the same query.
QUERIES = Relation(
    "queries asked",
    """
    select user_id, lower(trim(query)) as query, count(*) as searches
    from events where at_us < :as_of_us and kind = 'search' and trim(query) <> ''
    group by user_id, lower(trim(query))
    """,
)


def _blocks(data: Available) -> tuple[Block, ...]:
    if "search" not in data.kinds:
        return ()
    searches = kind_days("search")
    days = (
        Feature(
            "search_count",
            "search",
            "events",
            "Searches.",
            higher_is=1,
            kind="search",
            sql=f"sum({searches})",
        ),
        Feature(
            "search_share",
            "search",
            "share",
            "Share of events that are searches.",
            null="no event yet",
            kind="search",
            sql=f"cast(sum({searches}) as double) / nullif(sum(events), 0)",
        ),
    )
    if not data.has("query", "search"):
        return (Block(USER_DAYS, days),)
    queries = (
        Feature(
            "search_distinct",
            "search",
            "items",
            "Different queries.",
            higher_is=1,
            kind="search",
            sql="count(*)",
        ),
        Feature(
            "search_length",
            "search",
            "characters",
            "Length of a query, on average.",
            null="no query yet",
            fill="median",
            kind="search",
            sql="cast(sum(length(query) * searches) as double) / nullif(sum(searches), 0)",
        ),
    )
    return (Block(USER_DAYS, days), Block(QUERIES, queries))


SEARCH = Family("search", "What users look for.", _blocks, "events of kind search")
