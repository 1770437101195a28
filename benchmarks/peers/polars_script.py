"""The features as an analyst would write them in Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

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

d, item, value, duration, query = (pl.col(name) for name in ("d", "item", "value", "duration", "query"))
at_us = pl.col("at_us")


def count(which: pl.Expr) -> pl.Expr:
    return which.sum()


def share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


def simple(one: Job) -> Iterator[pl.Expr]:
    """One group-by over all events."""
    is_ = {kind: pl.col("kind") == kind for kind in KINDS}
    events, date = pl.len(), one.as_of_day
    yield events.alias("activity_events")
    yield d.n_unique().alias("activity_active_days")
    yield (date - d.max()).alias("recency_days_since_last")
    yield (date - d.min()).alias("tenure_days")
    yield (d.n_unique() / (date - d.min())).alias("tenure_active_share")
    for kind, of_kind in is_.items():
        yield count(of_kind).alias(f"activity_{kind}_events")
        yield d.filter(of_kind).n_unique().alias(f"activity_{kind}_days")
        yield (date - d.filter(of_kind).max()).alias(f"recency_days_since_{kind}")
        for name in DECAY:
            yield pl.col(f"w{name}").filter(of_kind).sum().alias(f"intent_{kind}_{name}")
    for week in range(1, WEEKS + 1):
        within = d.is_between(date - 7 * week, date - 7 * week + 6)
        yield count(within).alias(f"pattern_week_{week}")
    yield from by_family(is_)


def by_family(is_: dict[str, pl.Expr]) -> Iterator[pl.Expr]:
    """Orders, reading, search, social, video, e-mail, breadth, time and mixes, in the same group-by."""
    events = pl.len()
    views, days_of_view = count(is_["view"]), d.filter(is_["view"]).n_unique()
    bought, returned = is_["order"] & (value >= 0), is_["order"] & (value < 0)
    yield count(is_["order"] & (value.fill_null(0) >= 0)).alias("orders_count")
    yield value.filter(bought).sum().alias("orders_spend")
    yield value.filter(bought).mean().alias("orders_average")
    yield count(returned.fill_null(value=False)).alias("orders_refunds")
    yield (-value.filter(returned).sum()).alias("orders_refunded")
    ordered = d.filter(is_["order"])
    yield share(ordered.max() - ordered.min(), ordered.n_unique().cast(pl.Int64) - 1).alias(
        "orders_days_between"
    )
    yield item.filter(is_["order"]).drop_nulls().n_unique().alias("orders_items")
    yield share(views, days_of_view).alias("reading_depth")
    yield duration.filter(is_["view"]).sum().alias("reading_seconds")
    yield duration.filter(is_["view"]).mean().alias("reading_seconds_per_view")
    read = item.filter(is_["view"]).drop_nulls()
    yield read.n_unique().alias("reading_items")
    yield (1 - share(read.n_unique(), read.len())).alias("reading_return_share")
    yield count(is_["search"]).alias("search_count")
    yield (count(is_["search"]) / events).alias("search_share")
    asked = query.filter(is_["search"]).drop_nulls()
    yield asked.n_unique().alias("search_distinct")
    yield asked.str.len_chars().mean().alias("search_length")
    for kind, word in SOCIAL.items():
        yield count(is_[kind]).alias(f"social_{word}")
        yield share(count(is_[kind]), views).alias(f"social_{word}_per_view")
    yield share(count(is_["like"] | is_["share"]), views).alias("social_per_view")
    yield count(is_["video"]).alias("video_plays")
    yield duration.filter(is_["video"]).sum().alias("video_seconds")
    yield duration.filter(is_["video"]).mean().alias("video_seconds_per_play")
    yield count(is_["open"]).alias("email_opens")
    yield (count(is_["open"]) / events).alias("email_share")
    yield item.drop_nulls().n_unique().alias("breadth_items")
    yield pl.col("category").drop_nulls().n_unique().alias("breadth_categories")
    hour = at_us // (DAY_US // 24) % 24
    for part, start in PARTS.items():
        yield (count(hour.is_between(start, start + 5)) / events).alias(f"time_{part}_share")
    yield (count((d + 3) % 7 >= 5) / events).alias("time_weekend_share")
    for family, words in (("channel", CHANNELS), ("device", DEVICES)):
        column = pl.col(family)
        yield column.drop_nulls().n_unique().alias(f"{family}s_count")
        for word in words:
            yield share(count(column == word), column.count()).alias(f"{family}s_{word}_share")
    yield pl.col("channel").sort_by("at_us").first().alias("acquisition_channel")


def sessions(seen: pl.LazyFrame) -> pl.LazyFrame:
    """Sessions by the pause before each event."""
    pauses = seen.select("user_id", "at_us").sort("user_id", "at_us")
    pauses = pauses.select("user_id", pause=at_us - at_us.shift(1).over("user_id"))
    pause = pl.col("pause")
    starts = count(pause.is_null() | (pause > GAP_US))
    return pauses.group_by("user_id").agg(
        starts.alias("activity_sessions"),
        (pl.len() / starts).alias("activity_events_per_session"),
        (pause.filter(pause <= GAP_US).sum() / 1e6 / starts).alias("activity_session_seconds"),
    )


def rhythm(seen: pl.LazyFrame, one: Job) -> pl.LazyFrame:
    """Gaps between active days."""
    active = seen.select("user_id", "d").unique().sort("user_id", "d")
    gaps = active.with_columns(gap=d - d.shift(1).over("user_id"))
    gap = pl.col("gap")
    return gaps.group_by("user_id").agg(
        gap.mean().alias("pattern_gap_days"),
        pl.max_horizontal(gap.max().fill_null(0), one.as_of_day - d.max()).alias("pattern_longest_silence"),
        pl.when(gap.count() >= 2).then(1 / (1 + gap.std(ddof=0) / gap.mean())).alias("pattern_regularity"),
    )


def categories(seen: pl.LazyFrame, one: Job) -> pl.LazyFrame:
    """Concentration, favourite and intents by category."""
    n, category = pl.col("n"), pl.col("category")
    met = seen.drop_nulls("category").group_by("user_id", "category")
    counts = met.agg(pl.len().alias("n"), *(pl.col(f"w{name}").sum() for name in DECAY))
    intents = (
        pl.col(f"w{name}").filter(category == word).sum().alias(f"intent_category_{word}_{name}")
        for word in one.categories
        for name in DECAY
    )
    return counts.group_by("user_id").agg(
        (n.cast(pl.Float64).pow(2).sum() / n.sum().cast(pl.Float64).pow(2)).alias("breadth_concentration"),
        category.filter(n == n.max()).min().alias("breadth_favourite_category"),
        *intents,
    )


def main() -> None:
    one = job()
    seen = (
        pl.scan_parquet(one.events)
        .with_columns(at_us=pl.col("at").dt.epoch("us"))
        .filter(at_us < one.as_of_us)
    )
    decayed = {f"w{name}": ((at_us - one.as_of_us) * decay).exp() for name, decay in DECAY.items()}
    seen = seen.with_columns(
        d=(at_us // DAY_US).cast(pl.Int32), query=query.str.strip_chars(" ").str.to_lowercase(), **decayed
    )
    slope = sum(
        (pl.col(f"pattern_week_{week}") * ((MIDDLE - week) / SQUARES) for week in range(1, WEEKS + 1)),
        pl.lit(0.0),
    )
    table = seen.group_by("user_id").agg(*simple(one)).with_columns(slope.alias("pattern_trend"))
    for part in (sessions(seen), rhythm(seen, one), categories(seen, one)):
        table = table.join(part, on="user_id", how="left")
    table.collect(engine="streaming").write_parquet(one.out)


if __name__ == "__main__":
    main()
