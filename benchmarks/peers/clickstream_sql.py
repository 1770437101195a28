"""All features of `examples/clickstream` as one statement, as somebody who knows SQL would write it.

COUNT(DISTINCT) where a number of different things is wanted, LAG over events and over days, ROW_NUMBER for
the first channel. In DuckDB's dialect, which `coterie.sources.sql` prints for each engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peers.words import DAY_US, DECAY, GAP_US, MIDDLE, PARTS, SQUARES, WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("click", "search", "view")
WORDS = {
    "channel": ("direct", "newsletter", "search", "social"),
    "device": ("desktop", "mobile", "tablet"),
}
#: The events as coterie keeps them, and as the application does.
MAPPED = "select user_id, kind, at_us, item, query, channel, device, duration from events"
RAW = """
    select user_id, 'click' as kind, epoch_us(at) as at_us, url as item, cast(null as varchar) as query,
        referrer as channel, device, time_spent as duration from clickstream
    union all
    select user_id, 'search' as kind, epoch_us(at) as at_us, cast(null as varchar) as item, query,
        cast(null as varchar) as channel, cast(null as varchar) as device, cast(null as double) as duration
    from search_queries
    union all
    select user_id, 'view' as kind, epoch_us(at) as at_us, cast(article_id as varchar) as item,
        cast(null as varchar) as query, cast(null as varchar) as channel, cast(null as varchar) as device,
        time_spent as duration
    from article_views
"""


def _of(kind: str, what: str = "1") -> str:
    return f"case when kind = '{kind}' then {what} end"


def _counted(end_day: int) -> Iterator[str]:
    """Everything that one GROUP BY user_id can say."""
    yield "count(*) as activity_events"
    yield "count(distinct day) as activity_active_days"
    yield f"count(case when pause is null or pause > {GAP_US} then 1 end) as activity_sessions"
    yield f"coalesce(sum(case when pause <= {GAP_US} then pause end), 0) as session_us"
    yield f"{end_day} - max(day) as recency_days_since_last"
    yield f"{end_day} - min(day) as tenure_days"
    for kind in KINDS:
        yield f"count({_of(kind)}) as activity_{kind}_events"
        yield f"count(distinct {_of(kind, 'day')}) as activity_{kind}_days"
        yield f"{end_day} - max({_of(kind, 'day')}) as recency_days_since_{kind}"
        for name, decay in DECAY.items():
            worth = f"exp((at_us - {end_day * DAY_US}) * {decay!r})"
            yield f"coalesce(sum({_of(kind, worth)}), 0) as intent_{kind}_{name}"
    for week in range(1, WEEKS + 1):
        first = end_day - 7 * week
        yield f"count(case when day >= {first} and day < {first + 7} then 1 end) as pattern_week_{week}"
    for part, start in PARTS.items():
        within = f"at_us // 3600000000 % 24 between {start} and {start + 5}"
        yield f"count(case when {within} then 1 end) as {part}"
    yield "count(case when (day + 3) % 7 >= 5 then 1 end) as weekend"
    yield f"coalesce(sum({_of('view', 'duration')}), 0) as reading_seconds"
    yield f"avg({_of('view', 'duration')}) as reading_seconds_per_view"
    yield f"count({_of('view', 'item')}) as viewed"
    yield f"count(distinct {_of('view', 'item')}) as reading_items"
    yield f"count(distinct {_of('search', 'lower(trim(query))')}) as search_distinct"
    yield f"avg(cast(length({_of('search', 'trim(query)')}) as double)) as search_length"
    yield "count(distinct item) as breadth_items"
    for column, words in WORDS.items():
        yield f"count({column}) as with_{column}"
        yield f"count(distinct {column}) as {column}s_count"
        for word in words:
            yield f"count(case when {column} = '{word}' then 1 end) as {column}_{word}"


_SAME = (
    "activity_events", "activity_active_days", "activity_sessions", "recency_days_since_last", "tenure_days",
    "reading_seconds", "reading_seconds_per_view", "reading_items", "search_distinct", "search_length",
    "breadth_items", "channels_count", "devices_count",
)  # fmt: skip


def _told() -> Iterator[str]:
    """The features, of what was counted."""
    yield from _SAME
    for kind in KINDS:
        yield from (f"activity_{kind}_events", f"activity_{kind}_days", f"recency_days_since_{kind}")
        yield from (f"intent_{kind}_{name}" for name in DECAY)
    yield from (f"pattern_week_{week}" for week in range(1, WEEKS + 1))
    slope = (f"pattern_week_{week} * {(MIDDLE - week) / SQUARES!r}" for week in range(1, WEEKS + 1))
    yield f"{' + '.join(slope)} as pattern_trend"
    yield f"{_ratio('activity_events', 'activity_sessions')} as activity_events_per_session"
    yield f"{_ratio('session_us', 'activity_sessions')} / 1000000 as activity_session_seconds"
    yield f"{_ratio('activity_active_days', 'tenure_days')} as tenure_active_share"
    yield f"{_ratio('activity_view_events', 'activity_view_days')} as reading_depth"
    yield f"1 - {_ratio('reading_items', 'viewed')} as reading_return_share"
    yield "activity_search_events as search_count"
    yield f"{_ratio('activity_search_events', 'activity_events')} as search_share"
    for part in (*PARTS, "weekend"):
        yield f"{_ratio(part, 'activity_events')} as time_{part}_share"
    for column, words in WORDS.items():
        for word in words:
            yield f"{_ratio(f'{column}_{word}', f'with_{column}')} as {column}s_{word}_share"
    yield "gap_mean as pattern_gap_days"
    yield "case when gaps >= 2 then 1 / (1 + gap_spread / gap_mean) end as pattern_regularity"
    yield "greatest(coalesce(gap_most, 0), recency_days_since_last) as pattern_longest_silence"
    yield "firsts.channel as acquisition_channel"


def _ratio(part: str, whole: str) -> str:
    return f"cast({part} as double) / nullif({whole}, 0)"


def statement(acts: str, end_day: int) -> str:
    """Write the statement.

    Args:
        acts: `MAPPED` or `RAW`.
        end_day: Events of this day since 1970 and later are not seen.
    """
    seen = f"at_us < {end_day * DAY_US}"
    return f"""
    with acts as ({acts}),
    seen as (
        select acts.*, at_us // {DAY_US} as day,
            at_us - lag(at_us) over (partition by user_id order by at_us) as pause
        from acts where {seen}
    ),
    counted as (select user_id, {", ".join(_counted(end_day))} from seen group by user_id),
    active as (select distinct user_id, at_us // {DAY_US} as day from acts where {seen}),
    followed as (
        select user_id, day - lag(day) over (partition by user_id order by day) as gap from active
    ),
    rhythm as (
        select user_id, count(gap) as gaps, avg(cast(gap as double)) as gap_mean,
            stddev_pop(gap) as gap_spread, max(gap) as gap_most
        from followed group by user_id
    ),
    placed as (
        select user_id, channel, row_number() over (partition by user_id order by at_us, channel) as place
        from acts where not channel is null and {seen}
    ),
    firsts as (select user_id, channel from placed where place = 1)
    select counted.user_id as user_id, {", ".join(_told())}
    from counted join rhythm on rhythm.user_id = counted.user_id
    left join firsts on firsts.user_id = counted.user_id
    """
