"""Users whose active days are known, as `user_days` has them."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from coterie.predictions.activity.history import History
from coterie.predictions.activity.patterns import patterns
from coterie.project.lasting import ActivitySettings
from coterie.sources import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coterie.sources.warehouse import Warehouse

AS_OF = dt.date(2026, 3, 2)
DAY = (AS_OF - dt.date(1970, 1, 1)).days
SETTINGS = ActivitySettings()


def user_days(lives: Mapping[str, Sequence[int]]) -> pa.Table:
    """A row a user and active day, which is given as days before `AS_OF` (1 is the last day seen)."""
    rows = []
    for user, ago in lives.items():
        days = sorted({DAY - one for one in ago})
        gaps = [None, *np.diff(days).tolist()]
        rows += [
            {"user_id": user, "day": day, "events": 1, "gap_days": gap}
            for day, gap in zip(days, gaps, strict=True)
        ]
    schema = pa.schema(
        [("user_id", pa.string()), ("day", pa.int32()), ("events", pa.int32()), ("gap_days", pa.int32())]
    )
    return pa.Table.from_pylist(rows, schema=schema)


@contextlib.contextmanager
def warehouse(lives: Mapping[str, Sequence[int]]) -> Iterator[Warehouse]:
    """A warehouse that knows of these days alone."""
    with contextlib.closing(connect.connect("duckdb://")) as opened:
        opened.create("user_days", user_days(lives))
        yield opened


def drawn(users: int, weeks: int, seed: int = 1) -> dict[str, list[int]]:
    """Users who come on some days a week at a rate of their own, and stop for good at some time."""
    rng = np.random.default_rng(seed)
    found = {}
    for user in range(users):
        first = (
            int(rng.integers(1, 7 * weeks + 1)) if rng.random() < 0.6 else 7 * weeks - int(rng.integers(7))
        )
        rate = float(rng.beta(1, 2))
        lasts = int(rng.exponential(7 * weeks)) + 1
        days = [ago for ago in range(first, max(first - lasts, 0), -1) if rng.random() < rate]
        found[f"u{user}"] = [first, *days]
    return found


def state_of(days: Sequence[int], ago: int = 0, settings: ActivitySettings = SETTINGS) -> str | None:
    """The state of a user some weeks before `AS_OF`, straight from the definition."""
    weeks = {(day - 1) // 7 - ago for day in days if (day - 1) // 7 >= ago}
    if not weeks:
        return None
    if max(weeks) < settings.new_weeks:
        return "new"
    active = len([week for week in weeks if week < settings.window_weeks])
    if active:
        return "frequent" if active >= settings.frequent_weeks else "infrequent"
    return "dormant" if min(weeks) < settings.dead_weeks else "dead"


def steady(chance: float = 0.5, users: int = 4000, weeks: int = 26, arrivals: int = 100) -> History:
    """A world that goes on: each user comes in the next week with the same probability, some arrive."""
    kinds, rng = patterns(SETTINGS), np.random.default_rng(5)
    counts = np.zeros(len(kinds.every), dtype=np.int64)
    counts[-1] = users
    every, came = [], []
    for _ in range(20 + weeks):
        comes = rng.binomial(counts, chance)
        every.append(counts)
        came.append(comes)
        after = np.bincount(kinds.next[:, 0], weights=counts - comes, minlength=len(counts))
        after += np.bincount(kinds.next[:, 1], weights=comes, minlength=len(counts))
        counts = after.astype(np.int64)
        counts[kinds.newborn] += arrivals
    were, came_later = (np.array(rows[:19:-1], dtype=float) for rows in (every, came))
    return History(kinds, were, came_later, weeks)
