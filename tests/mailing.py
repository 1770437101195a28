"""A mailing to half of the users of a shop, which moves those under 40; and a campaign told by events."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

YAML = """\
name: mailing
sources:
  - name: people
    table: people.csv
    users: {user_id: id, attributes: [{column: age, as: number}, town, arm, {column: visit, as: number}]}
segments:
  people: {k: 2, starts: 2}
uplift:
  mail:
    {treatment: arm, treated: mail, control: none, outcome: visit, learner: t, base: linear, cost: 1,
     benefit: 10}
"""

USERS = 900
EVENTS = """\
name: campaign
sources:
  - name: acts
    table: acts.csv
    events: {user_id: user, at: at, kind: kind, item: item, value: price}
features: {families: [activity, orders, recency], weeks: 4}
segments:
  engagement: {k: 2, starts: 2}
uplift:
  spring:
    treatment: {kind: sent, item: spring}
    control: {kind: held_out, item: spring}
    outcome: {kind: order, within_days: 10}
    learner: s
    base: linear
"""


def make(folder: Path, *, users: int = USERS, lost: int = 0, seed: int = 1) -> Path:
    """Write a project whose users say their arm; `lost` of the treated who did not visit are missing."""
    rng = np.random.default_rng(seed)
    rows: list[list[object]] = []
    for at in range(users):
        age, treated = int(rng.integers(18, 70)), bool(rng.random() < 0.5)
        moved = 0.5 if treated and age < 40 else 0.0
        visit = int(rng.random() < 0.1 + moved)
        if treated and not visit and lost > 0:
            lost -= 1
            continue
        rows.append([f"u{at:05d}", age, ("x", "y")[rng.integers(2)], "mail" if treated else "none", visit])
    _write(folder, YAML, "people.csv", ["id", "age", "town", "arm", "visit"], rows)
    return folder


def make_campaign(folder: Path, *, users: int = 300, seed: int = 2) -> Path:
    """Write a project whose events say who was sent something, and who ordered something then."""
    rng = np.random.default_rng(seed)
    start = dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)
    rows: list[list[object]] = []
    for at in range(users):
        user, eager, treated = f"u{at:04d}", at % 3 == 0, bool(rng.random() < 0.5)
        days = rng.choice(30, 12 if eager else 3, replace=False)
        rows += [[user, (start + dt.timedelta(days=int(day))).isoformat(), "view", "", ""] for day in days]
        sent = start + dt.timedelta(days=30)
        rows.append([user, sent.isoformat(), "sent" if treated else "held_out", "spring", ""])
        if rng.random() < 0.1 + (0.6 if treated and eager else 0.0):
            rows.append([user, (sent + dt.timedelta(days=2)).isoformat(), "order", "", "20"])
        rows.append([user, (sent + dt.timedelta(days=15)).isoformat(), "view", "", ""])
    _write(folder, EVENTS, "acts.csv", ["user", "at", "kind", "item", "price"], rows)
    return folder


def _write(folder: Path, yaml: str, name: str, head: list[str], rows: list[list[object]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "coterie.yaml").write_text(yaml, encoding="utf-8")
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
