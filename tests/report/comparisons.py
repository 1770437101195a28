"""A comparison of two runs, made without running anything."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from tests.report import made

from coterie.compared import Compared, Comparison
from coterie.history import PastRun, Size
from coterie.segments.over_time.change import Change
from coterie.segments.over_time.drift import Drift, Group
from coterie.segments.over_time.migration import migration
from coterie.segments.over_time.movers import Movers, Reason

BEFORE = {1: "Idle visitors", 2: "Readers", 3: "Buyers <b>", 4: "Searchers"}
AFTER = {1: "Idle visitors", 2: "Readers", 5: "Buyers of books", 6: "Buyers of games", 7: "Newcomers"}

CHANGES = (
    Change("kept", (1,), (1,), (0.8,), 0.7, 0.65, 0.74, 0.9),
    Change("merged", (2, 4), (2,), (0.9, 0.8), 0.8, 0.7, 0.9),
    Change("split", (3,), (5, 6), (0.6, 0.4), 0.95, 0.9, 0.99),
    Change("new", (1,), (7,), (0.7,), 0.1, 0.05, 0.2),
)
COUNTS: dict[tuple[int | None, int | None], int] = {
    (1, 1): 800, (1, 2): 150, (1, 7): 50, (2, 2): 900, (2, 1): 100, (3, 5): 60, (3, 6): 40,
    (4, 2): 80, (4, 1): 20, (None, 7): 30, (2, None): 5,
}  # fmt: skip
ROSE = Reason("orders_spend", None, 1.2, 1.0, 1.4, 1.3, 0.1, 20.0, 84.0)
FELL = Reason("recency_days_since_last", None, -0.8, -1.0, -0.6, -0.9, -0.1, 30.0, 3.0)
MOVERS = (
    Movers(1, 2, 150, 0.15, 0.62, (ROSE, FELL)),
    Movers(2, 1, 100, 0.1, 0.0, ()),
)


def sizes() -> tuple[Size, ...]:
    days = [dt.date(2026, month, 1) for month in (1, 2, 3)]
    old = [Size("r0", days[0], 1, "Of another beginning", 10, 1.0, "r0")]
    then = [
        Size("r1", days[1], ident, name, 100 * ident, 0.1 * ident, "r1") for ident, name in BEFORE.items()
    ]
    now = [Size("r2", days[2], ident, name, 90 * ident, 0.1, "r1") for ident, name in AFTER.items()]
    return (*old, *then, *now)


def group(before: float, after: float, **fields: Any) -> Group:
    return Group(
        **({"low": None, "high": None, "category": None, "null": False} | fields), before=before, after=after
    )


def drift(feature: str, index: float, **fields: Any) -> Drift:
    plain = {
        "chance": 0.02,
        "level": "stable" if index < 0.1 else "shifting" if index < 0.25 else "changed",
        "higher": 0.5,
        "median_before": 20.0,
        "median_after": 35.0,
        "groups": (group(0.5, 0.4, low=1.0, high=20.0), group(0.5, 0.6, low=20.0, high=90.0)),
    }
    return Drift(feature, index, **(plain | fields))


DRIFT = (
    drift("orders_spend", 0.31, higher=0.7),
    drift("reading_seconds", 0.18, higher=0.3),
    drift("activity_events", 0.01),
)


def compared(**changes: Any) -> Compared:
    flows = migration(
        "engagement", COUNTS, list(BEFORE), list(AFTER), [pair for one in CHANGES for pair in one.along]
    )
    found = Compared("engagement", BEFORE, AFTER, True, CHANGES, flows, MOVERS, sizes())
    return dataclasses.replace(found, **changes)


def comparison(**changes: Any) -> Comparison:
    before, after = PastRun("r1", dt.date(2026, 2, 1)), PastRun("r2", dt.date(2026, 3, 1))
    found = Comparison(before, after, (compared(),), DRIFT, made.FEATURES, ("A note.",))
    return dataclasses.replace(found, **changes)
