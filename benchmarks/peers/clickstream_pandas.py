"""All features of `examples/clickstream` as an analyst would write them in pandas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from peers.clickstream_sql import KINDS, WORDS
from peers.pandas_script import by_time, counts_by
from peers.words import DAY_US, DECAY, Job

#: What is zero, and not unknown, where there is none.
_ZERO = ("_events", "_count", "_items", "_seconds", "_distinct", "_1h", "_1d", "_14d")


def features(rows: pd.DataFrame, end_day: int) -> pd.DataFrame:
    """Compute from rows of user_id, kind, at_us, item, query, channel, device and duration."""
    one = Job(Path(), Path(), end_day, ())
    events = rows[rows["at_us"] < one.as_of_us].sort_values(["user_id", "at_us"], ignore_index=True)
    events["d"] = events["at_us"] // DAY_US
    for name, decay in DECAY.items():
        events[f"w{name}"] = np.exp((events["at_us"] - one.as_of_us) * decay)
    users = pd.Index(events["user_id"].unique(), name="user_id")
    parts = (by_time(events, one, users), _by_kind(events, one, users), _by_thing(events, users))
    table = pd.concat(parts, axis=1)
    zeros = [name for name in table if name.endswith(_ZERO) and name != "activity_session_seconds"]
    table[zeros] = table[zeros].fillna(0.0)
    days = [f"activity_{kind}_days" for kind in KINDS]
    table[days] = table[days].fillna(0.0)
    return table.reset_index()


def _by_kind(events: pd.DataFrame, one: Job, users: pd.Index) -> pd.DataFrame:
    counts = counts_by(events, "kind", KINDS, users)
    active = counts_by(events.drop_duplicates(["user_id", "kind", "d"]), "kind", KINDS, users)
    grouped = events.groupby(["user_id", "kind"])
    last = grouped["d"].max().unstack().reindex(index=users)
    worth = grouped[[f"w{name}" for name in DECAY]].sum().unstack(fill_value=0.0)
    columns: dict[str, pd.Series] = {}
    for kind in KINDS:
        columns[f"activity_{kind}_events"] = counts[kind]
        columns[f"activity_{kind}_days"] = active[kind]
        columns[f"recency_days_since_{kind}"] = one.as_of_day - last[kind]
        for name in DECAY:
            columns[f"intent_{kind}_{name}"] = worth[f"w{name}"].reindex(users)[kind]
    columns["search_count"] = counts["search"]
    columns["search_share"] = counts["search"] / counts.sum(axis=1)
    columns["reading_depth"] = counts["view"] / active["view"].where(active["view"] > 0)
    return pd.DataFrame(columns)


def _by_thing(events: pd.DataFrame, users: pd.Index) -> pd.DataFrame:
    views = events[events["kind"] == "view"].groupby("user_id")
    searches = events[events["kind"] == "search"]
    queries = searches["query"].str.strip().str.lower().groupby(searches["user_id"])
    lengths = searches["query"].str.strip().str.len().groupby(searches["user_id"])
    columns = {
        "reading_seconds": views["duration"].sum(),
        "reading_seconds_per_view": views["duration"].mean(),
        "reading_items": views["item"].nunique(),
        "reading_return_share": 1 - views["item"].nunique() / views["item"].count(),
        "search_distinct": queries.nunique(),
        "search_length": lengths.mean(),
        "breadth_items": events.groupby("user_id")["item"].nunique(),
        "acquisition_channel": events.groupby("user_id")["channel"].first(),
    }
    for column, words in WORDS.items():
        counts = counts_by(events, column, words, users)
        columns[f"{column}s_count"] = (counts > 0).sum(axis=1)
        columns |= {f"{column}s_{word}_share": counts[word] / counts.sum(axis=1) for word in words}
    return pd.DataFrame(columns, index=users)
