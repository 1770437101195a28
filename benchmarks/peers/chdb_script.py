"""The features as an analyst would write them in ClickHouse's SQL, run in process by chdb."""

from __future__ import annotations

from typing import TYPE_CHECKING

import chdb

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


def simple(one: Job) -> Iterator[str]:
    """One GROUP BY user_id over all events."""
    date = one.as_of_day
    yield "count() as activity_events"
    yield "uniqExact(d) as activity_active_days"
    yield f"{date} - max(d) as recency_days_since_last"
    yield f"{date} - min(d) as tenure_days"
    yield f"uniqExact(d) / ({date} - min(d)) as tenure_active_share"
    for kind in KINDS:
        yield f"countIf(kind = '{kind}') as activity_{kind}_events"
        yield f"uniqExactIf(d, kind = '{kind}') as activity_{kind}_days"
        yield f"{date} - maxOrNullIf(d, kind = '{kind}') as recency_days_since_{kind}"
        for name in DECAY:
            yield f"coalesce(sumIf(w{name}, kind = '{kind}'), 0) as intent_{kind}_{name}"
    for week in range(1, WEEKS + 1):
        yield f"countIf(d between {date - 7 * week} and {date - 7 * week + 6}) as pattern_week_{week}"
    yield "countIf(kind = 'order' and coalesce(value, 0) >= 0) as orders_count"
    yield "coalesce(sumIf(value, kind = 'order' and value >= 0), 0) as orders_spend"
    yield "avgOrNullIf(value, kind = 'order' and value >= 0) as orders_average"
    yield "countIf(kind = 'order' and value < 0) as orders_refunds"
    yield "coalesce(sumIf(-value, kind = 'order' and value < 0), 0) as orders_refunded"
    yield """(maxOrNullIf(d, kind = 'order') - minOrNullIf(d, kind = 'order'))
        / nullIf(toInt64(uniqExactIf(d, kind = 'order')) - 1, 0) as orders_days_between"""
    yield "uniqExactIf(item, kind = 'order') as orders_items"
    yield "countIf(kind = 'view') / nullIf(uniqExactIf(d, kind = 'view'), 0) as reading_depth"
    yield "coalesce(sumIf(duration, kind = 'view'), 0) as reading_seconds"
    yield "avgOrNullIf(duration, kind = 'view') as reading_seconds_per_view"
    yield "uniqExactIf(item, kind = 'view') as reading_items"
    yield """1 - uniqExactIf(item, kind = 'view') / nullIf(countIf(kind = 'view' and item is not null), 0)
        as reading_return_share"""
    yield "countIf(kind = 'search') as search_count"
    yield "countIf(kind = 'search') / count() as search_share"
    yield "uniqExactIf(lower(trim(query)), kind = 'search') as search_distinct"
    yield "avgOrNullIf(lengthUTF8(trim(query)), kind = 'search') as search_length"
    for kind, word in SOCIAL.items():
        yield f"countIf(kind = '{kind}') as social_{word}"
        yield f"countIf(kind = '{kind}') / nullIf(countIf(kind = 'view'), 0) as social_{word}_per_view"
    yield "countIf(kind in ('like', 'share')) / nullIf(countIf(kind = 'view'), 0) as social_per_view"
    yield "countIf(kind = 'video') as video_plays"
    yield "coalesce(sumIf(duration, kind = 'video'), 0) as video_seconds"
    yield "avgOrNullIf(duration, kind = 'video') as video_seconds_per_play"
    yield "countIf(kind = 'open') as email_opens"
    yield "countIf(kind = 'open') / count() as email_share"
    yield "uniqExact(item) as breadth_items"
    yield "uniqExact(category) as breadth_categories"
    for part, start in PARTS.items():
        hour = f"intDiv(at_us, {DAY_US // 24}) % 24"
        yield f"countIf({hour} between {start} and {start + 5}) / count() as time_{part}_share"
    yield "countIf((d + 3) % 7 >= 5) / count() as time_weekend_share"
    for family, words in (("channel", CHANNELS), ("device", DEVICES)):
        yield f"uniqExact({family}) as {family}s_count"
        for word in words:
            yield f"countIf({family} = '{word}') / nullIf(count({family}), 0) as {family}s_{word}_share"
    yield "argMin(channel, at_us) as acquisition_channel"


SESSIONS = f"""
select user_id, countIf(pause is null or pause > {GAP_US}) as activity_sessions,
    count() / activity_sessions as activity_events_per_session,
    coalesce(sumIf(pause, pause <= {GAP_US}), 0) / 1e6 / activity_sessions as activity_session_seconds
from (select user_id, at_us - lagInFrame(toNullable(at_us)) over (partition by user_id order by at_us
      rows between unbounded preceding and current row) as pause from seen)
group by user_id"""


def rhythm(one: Job) -> str:
    return f"""
select user_id, avgOrNull(gap) as pattern_gap_days,
    greatest(coalesce(max(gap), 0), {one.as_of_day} - max(d)) as pattern_longest_silence,
    if(count(gap) >= 2, 1 / (1 + stddevPopStable(gap) / avg(gap)), null) as pattern_regularity
from (select user_id, d, d - lagInFrame(toNullable(d)) over (partition by user_id order by d
      rows between unbounded preceding and current row) as gap from (select distinct user_id, d from seen))
group by user_id"""


def categories(one: Job) -> str:
    decayed = ", ".join(f"sum(w{name}) as i{name}" for name in DECAY)
    intents = ", ".join(
        f"coalesce(sumIf(i{name}, category = '{word}'), 0) as intent_category_{word}_{name}"
        for word in one.categories
        for name in DECAY
    )
    return f"""
select user_id, sum(n * n) / (sum(n) * sum(n)) as breadth_concentration,
    argMin(category, (-toInt64(n), category)) as breadth_favourite_category, {intents}
from (select user_id, category, count() as n, {decayed} from seen
      where category is not null group by user_id, category)
group by user_id"""


def main() -> None:
    one = job()
    weights = ", ".join(
        f"exp((at_us - {one.as_of_us}) * {decay!r}) as w{name}" for name, decay in DECAY.items()
    )
    slope = " + ".join(
        f"pattern_week_{week} * ({(MIDDLE - week) / SQUARES!r})" for week in range(1, WEEKS + 1)
    )
    statement = f"""
    insert into function file('{one.out}', 'Parquet')
    with seen as (select *, toUnixTimestamp64Micro(at) as at_us,
                  toInt32(intDiv(at_us, {DAY_US})) as d, {weights}
                  from file('{one.events}', 'Parquet') where at_us < {one.as_of_us})
    select *, {slope} as pattern_trend
    from (select user_id, {", ".join(simple(one))} from seen group by user_id) as simple
    join ({SESSIONS}) as sessions using (user_id)
    join ({rhythm(one)}) as rhythm using (user_id)
    left join ({categories(one)}) as categories using (user_id)
    settings max_threads = 2, join_use_nulls = 1, output_format_parquet_string_as_string = 1"""
    chdb.query(statement)


if __name__ == "__main__":
    main()
