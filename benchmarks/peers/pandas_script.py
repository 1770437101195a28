"""The features as an analyst would write them in pandas."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd

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

Frame: TypeAlias = pd.DataFrame


def counts_by(events: Frame, column: str, words: tuple[object, ...], users: pd.Index) -> Frame:
    """Count each user's events by the words of a column."""
    table = events.groupby(["user_id", column], observed=True).size().unstack(fill_value=0)
    return table.reindex(index=users, columns=list(words), fill_value=0)


def by_kind(events: Frame, one: Job, users: pd.Index) -> Frame:
    """Counts, days, recency and intents by kind."""
    counts = counts_by(events, "kind", KINDS, users)
    active = events.drop_duplicates(["user_id", "kind", "d"])
    active_days = counts_by(active, "kind", KINDS, users)
    last = events.groupby(["user_id", "kind"], observed=True)["d"].max().unstack().reindex(index=users)
    columns: dict[str, pd.Series] = {}
    for kind in KINDS:
        columns[f"activity_{kind}_events"] = counts[kind]
        columns[f"activity_{kind}_days"] = active_days[kind]
        columns[f"recency_days_since_{kind}"] = one.as_of_day - last[kind]
    weights = [f"w{name}" for name in DECAY]
    decayed = events.groupby(["user_id", "kind"], observed=True)[weights].sum().unstack(fill_value=0.0)
    for name in DECAY:
        table = decayed[f"w{name}"].reindex(users)
        for kind in KINDS:
            columns[f"intent_{kind}_{name}"] = table[kind]
    for kind, word in SOCIAL.items():
        columns[f"social_{word}"] = counts[kind]
        columns[f"social_{word}_per_view"] = counts[kind] / counts["view"].where(counts["view"] > 0)
    columns["social_per_view"] = (counts["like"] + counts["share"]) / counts["view"].where(counts["view"] > 0)
    total = counts.sum(axis=1)
    columns["search_count"], columns["search_share"] = counts["search"], counts["search"] / total
    columns["email_opens"], columns["email_share"] = counts["open"], counts["open"] / total
    columns["video_plays"] = counts["video"]
    columns["reading_depth"] = counts["view"] / active_days["view"].where(active_days["view"] > 0)
    return pd.DataFrame(columns)


def by_time(events: Frame, one: Job, users: pd.Index) -> Frame:
    """Totals, weeks, parts of the day, rhythm and sessions."""
    grouped = events.groupby("user_id", observed=True)
    total, first, last = grouped.size(), grouped["d"].min(), grouped["d"].max()
    active = events[["user_id", "d"]].drop_duplicates().sort_values(["user_id", "d"])
    active_days = active.groupby("user_id", observed=True).size()
    columns = {
        "activity_events": total,
        "activity_active_days": active_days,
        "recency_days_since_last": one.as_of_day - last,
        "tenure_days": one.as_of_day - first,
        "tenure_active_share": active_days / (one.as_of_day - first),
    }
    week = (one.as_of_day - 1 - events["d"]) // 7 + 1
    weekly = counts_by(events.assign(week=week)[week <= WEEKS], "week", tuple(range(1, WEEKS + 1)), users)
    columns |= {f"pattern_week_{number}": weekly[number] for number in weekly}
    columns["pattern_trend"] = sum(weekly[number] * ((MIDDLE - number) / SQUARES) for number in weekly)
    part = events["at_us"] // (DAY_US // 24) % 24 // 6
    parts = counts_by(events.assign(part=part), "part", (0, 1, 2, 3), users)
    columns |= {f"time_{name}_share": parts[start // 6] / total for name, start in PARTS.items()}
    weekend = ((events["d"] + 3) % 7 >= 5).groupby(events["user_id"], observed=True).sum()
    columns["time_weekend_share"] = weekend / total
    gap = active.groupby("user_id", observed=True)["d"].diff()
    gaps = gap.groupby(active["user_id"], observed=True)
    columns["pattern_gap_days"] = gaps.mean()
    columns["pattern_longest_silence"] = np.maximum(gaps.max().fillna(0), one.as_of_day - last)
    columns["pattern_regularity"] = (1 / (1 + gaps.std(ddof=0) / gaps.mean())).where(gaps.count() >= 2)
    pause = events.groupby("user_id", observed=True)["at_us"].diff()
    starts = (pause.isna() | (pause > GAP_US)).groupby(events["user_id"], observed=True).sum()
    spent = pause.where(pause <= GAP_US, 0).groupby(events["user_id"], observed=True).sum()
    columns["activity_sessions"] = starts
    columns["activity_events_per_session"] = total / starts
    columns["activity_session_seconds"] = spent / 1e6 / starts
    return pd.DataFrame(columns)


def by_thing(events: Frame, one: Job) -> Frame:
    """Money, durations, items, queries and categories."""
    kind = {name: events[events["kind"] == name] for name in ("order", "view", "video", "search")}
    orders = kind["order"].groupby("user_id", observed=True)
    bought, returned = (kind["order"][at] for at in (kind["order"]["value"] >= 0, kind["order"]["value"] < 0))
    days = orders["d"].nunique()
    columns = {
        "orders_count": orders.size()
        - returned.groupby("user_id", observed=True).size().reindex(days.index).fillna(0),
        "orders_spend": bought.groupby("user_id", observed=True)["value"].sum(),
        "orders_average": bought.groupby("user_id", observed=True)["value"].mean(),
        "orders_refunds": returned.groupby("user_id", observed=True).size(),
        "orders_refunded": -returned.groupby("user_id", observed=True)["value"].sum(),
        "orders_days_between": (orders["d"].max() - orders["d"].min()) / (days - 1).where(days > 1),
        "orders_items": orders["item"].nunique(),
    }
    for name, stem, each in (("view", "reading", "view"), ("video", "video", "play")):
        durations = kind[name].groupby("user_id", observed=True)["duration"]
        columns[f"{stem}_seconds"], columns[f"{stem}_seconds_per_{each}"] = durations.sum(), durations.mean()
    read = kind["view"].groupby("user_id", observed=True)["item"]
    columns["reading_items"] = read.nunique()
    columns["reading_return_share"] = 1 - read.nunique() / read.count().where(read.count() > 0)
    queries = kind["search"].assign(query=kind["search"]["query"].str.strip().str.lower())
    columns["search_distinct"] = queries.groupby("user_id", observed=True)["query"].nunique()
    columns["search_length"] = queries["query"].str.len().groupby(queries["user_id"], observed=True).mean()
    grouped = events.groupby("user_id", observed=True)
    columns["breadth_items"], columns["breadth_categories"] = (
        grouped["item"].nunique(),
        grouped["category"].nunique(),
    )
    met = events.groupby(["user_id", "category"], observed=True)
    n = met.size().rename("n").reset_index()
    squares = (n["n"] ** 2).groupby(n["user_id"], observed=True).sum()
    columns["breadth_concentration"] = squares / n.groupby("user_id", observed=True)["n"].sum() ** 2
    ranked = n.sort_values(["user_id", "n", "category"], ascending=[True, False, True])
    columns["breadth_favourite_category"] = ranked.groupby("user_id", observed=True)["category"].first()
    decayed = met[[f"w{name}" for name in DECAY]].sum().unstack(fill_value=0.0)
    for name in DECAY:
        columns |= {f"intent_category_{word}_{name}": decayed[f"w{name}"][word] for word in one.categories}
    return pd.DataFrame(columns)


def mixes(events: Frame, users: pd.Index) -> Frame:
    """Channels, devices and the channel of the first event."""
    columns: dict[str, pd.Series] = {}
    for family, words in (("channel", CHANNELS), ("device", DEVICES)):
        counts = counts_by(events, family, words, users)
        columns[f"{family}s_count"] = (counts > 0).sum(axis=1)
        columns |= {f"{family}s_{word}_share": counts[word] / counts.sum(axis=1) for word in words}
    columns["acquisition_channel"] = events.groupby("user_id", observed=True)["channel"].first()
    return pd.DataFrame(columns)


#: What is zero, and not unknown, where there is none.
ZERO = ("_count", "_spend", "_refunds", "_refunded", "_items", "_seconds", "_distinct", "_1h", "_1d", "_14d")


def main() -> None:
    one = job()
    events = pd.read_parquet(one.events)
    events["at_us"] = events["at"].astype("datetime64[us]").astype("int64")
    events = events[events["at_us"] < one.as_of_us].sort_values(["user_id", "at_us"], ignore_index=True)
    events["d"] = events["at_us"] // DAY_US
    for name, decay in DECAY.items():
        events[f"w{name}"] = np.exp((events["at_us"] - one.as_of_us) * decay)
    users = pd.Index(events["user_id"].unique(), name="user_id")
    parts = (
        by_time(events, one, users),
        by_kind(events, one, users),
        by_thing(events, one),
        mixes(events, users),
    )
    table = pd.concat(parts, axis=1)
    zeros = [name for name in table if name.endswith(ZERO)]
    table[zeros] = table[zeros].fillna(0.0)
    table.reset_index().to_parquet(one.out)


if __name__ == "__main__":
    main()
