"""The features as an analyst would write them in DuckDB's SQL: COUNT(DISTINCT), LAG over events, joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from peers.words import (
    CHANNELS,
    DAY_US,
    DECAY,
    DEVICES,
    GAP_US,
    KINDS,
    MIDDLE,
    PARTS,
    SOCIAL,
    SQUARES,
    WEEKS,
    Job,
    job,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def of(kind: str, what: str = "1") -> str:
    return f"case when kind = '{kind}' then {what} end"


def simple(one: Job) -> Iterator[str]:
    """One GROUP BY user_id over all events."""
    date = one.as_of_day
    yield "count(*) as activity_events"
    yield "count(distinct d) as activity_active_days"
    yield f"{date} - max(d) as recency_days_since_last"
    yield f"{date} - min(d) as tenure_days"
    yield f"count(distinct d) / ({date} - min(d)) as tenure_active_share"
    for kind in KINDS:
        yield f"count({of(kind)}) as activity_{kind}_events"
        yield f"count(distinct {of(kind, 'd')}) as activity_{kind}_days"
        yield f"{date} - max({of(kind, 'd')}) as recency_days_since_{kind}"
        for name, decay in DECAY.items():
            decayed = of(kind, f"exp((at_us - {one.as_of_us}) * {decay!r})")
            yield f"coalesce(sum({decayed}), 0) as intent_{kind}_{name}"
    for week in range(1, WEEKS + 1):
        within = f"d >= {date - 7 * week} and d < {date - 7 * week + 7}"
        yield f"count(case when {within} then 1 end) as pattern_week_{week}"
    yield from by_family()


def by_family() -> Iterator[str]:
    """Orders, reading, search, social, video, e-mail, breadth, time and mixes, in the same GROUP BY."""
    yield "count(case when kind = 'order' and coalesce(value, 0) >= 0 then 1 end) as orders_count"
    yield f"coalesce(sum({of('order', 'greatest(value, 0)')}), 0) as orders_spend"
    yield "avg(case when kind = 'order' and value >= 0 then value end) as orders_average"
    yield "count(case when kind = 'order' and value < 0 then 1 end) as orders_refunds"
    yield "coalesce(sum(case when kind = 'order' and value < 0 then -value end), 0) as orders_refunded"
    yield f"""(max({of("order", "d")}) - min({of("order", "d")}))
        / nullif(count(distinct {of("order", "d")}) - 1, 0) as orders_days_between"""
    yield f"count(distinct {of('order', 'item')}) as orders_items"
    yield f"count({of('view')}) / nullif(count(distinct {of('view', 'd')}), 0) as reading_depth"
    yield f"coalesce(sum({of('view', 'duration')}), 0) as reading_seconds"
    yield f"avg({of('view', 'duration')}) as reading_seconds_per_view"
    yield f"count(distinct {of('view', 'item')}) as reading_items"
    yield f"""1 - count(distinct {of("view", "item")}) / nullif(count({of("view", "item")}), 0)
        as reading_return_share"""
    yield f"count({of('search')}) as search_count"
    yield f"count({of('search')}) / count(*) as search_share"
    yield f"count(distinct {of('search', 'lower(trim(query))')}) as search_distinct"
    yield f"avg(length({of('search', 'trim(query)')})) as search_length"
    for kind, word in SOCIAL.items():
        yield f"count({of(kind)}) as social_{word}"
        yield f"count({of(kind)}) / nullif(count({of('view')}), 0) as social_{word}_per_view"
    acts = "count(case when kind in ('like', 'share') then 1 end)"
    yield f"{acts} / nullif(count({of('view')}), 0) as social_per_view"
    yield f"count({of('video')}) as video_plays"
    yield f"coalesce(sum({of('video', 'duration')}), 0) as video_seconds"
    yield f"avg({of('video', 'duration')}) as video_seconds_per_play"
    yield f"count({of('open')}) as email_opens"
    yield f"count({of('open')}) / count(*) as email_share"
    yield "count(distinct item) as breadth_items"
    yield "count(distinct category) as breadth_categories"
    for part, start in PARTS.items():
        within = f"at_us // 3600000000 % 24 between {start} and {start + 5}"
        yield f"count(case when {within} then 1 end) / count(*) as time_{part}_share"
    yield "count(case when (d + 3) % 7 >= 5 then 1 end) / count(*) as time_weekend_share"
    yield "count(distinct channel) as channels_count"
    for word in CHANNELS:
        count = f"count(case when channel = '{word}' then 1 end)"
        yield f"{count} / nullif(count(channel), 0) as channels_{word}_share"
    yield "count(distinct device) as devices_count"
    for word in DEVICES:
        count = f"count(case when device = '{word}' then 1 end)"
        yield f"{count} / nullif(count(device), 0) as devices_{word}_share"
    yield "arg_min(channel, at_us) as acquisition_channel"


SESSIONS = f"""
select user_id, count(*) as events,
    count(case when pause is null or pause > {GAP_US} then 1 end) as activity_sessions,
    count(*) / activity_sessions as activity_events_per_session,
    coalesce(sum(case when pause <= {GAP_US} then pause end), 0) / 1e6 / activity_sessions
        as activity_session_seconds
from (select user_id, at_us - lag(at_us) over (partition by user_id order by at_us) as pause from seen)
group by user_id"""


def rhythm(one: Job) -> str:
    return f"""
select user_id, avg(gap) as pattern_gap_days,
    greatest(coalesce(max(gap), 0), {one.as_of_day} - max(d)) as pattern_longest_silence,
    case when count(gap) >= 2 then 1 / (1 + stddev_pop(gap) / avg(gap)) end as pattern_regularity
from (select user_id, d, d - lag(d) over (partition by user_id order by d) as gap
      from (select distinct user_id, d from seen))
group by user_id"""


def categories(one: Job) -> str:
    decayed = ", ".join(
        f"sum(exp((at_us - {one.as_of_us}) * {decay!r})) as i{name}" for name, decay in DECAY.items()
    )
    intents = ", ".join(
        f"coalesce(sum(case when category = '{word}' then i{name} end), 0) as intent_category_{word}_{name}"
        for word in one.categories
        for name in DECAY
    )
    return f"""
select user_id, sum(n * n) / (sum(n) * sum(n)) as breadth_concentration,
    arg_min(category, (-n, category)) as breadth_favourite_category, {intents}
from (select user_id, category, count(*) as n, {decayed} from seen where category is not null group by all)
group by user_id"""


def main() -> None:
    one = job()
    connection = duckdb.connect(str(one.out))
    connection.execute("set threads = 2; set preserve_insertion_order = false").fetchall()
    connection.execute(f"""create temp view seen as select *, epoch_us("at") as at_us,
        cast(epoch_us("at") // {DAY_US} as int) as d
        from '{one.events}' where epoch_us("at") < {one.as_of_us}""").fetchall()
    slope = " + ".join(f"pattern_week_{week} * {(MIDDLE - week) / SQUARES!r}" for week in range(1, WEEKS + 1))
    parts = {
        "simple": f"select user_id, {', '.join(simple(one))} from seen group by user_id",
        "sessions": SESSIONS,
        "rhythm": rhythm(one),
        "categories": categories(one),
    }
    for name, statement in parts.items():
        connection.execute(f"create temp table {name} as {statement}").fetchall()
    connection.execute(f"""create table features as select * exclude (events), {slope} as pattern_trend
        from simple join sessions using (user_id) join rhythm using (user_id)
        left join categories using (user_id)""").fetchall()
    connection.close()


if __name__ == "__main__":
    main()
