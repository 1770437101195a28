"""A shop of a few users that runs in a second: two kinds of users, a source of events and one of people."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

YAML = """\
name: shop
sources:
  - name: clicks
    table: clicks.csv
    events: {user_id: user, at: at, kind: kind, item: item, value: price}
  - name: people
    table: people.csv
    users: {user_id: id, attributes: [country]}
features: {families: [activity, orders, attributes], weeks: 4}
segments:
  engagement: {k: 2, starts: 2, features: [activity, orders]}
  habit: {k: 2, starts: 2, features: [activity_events, activity_active_days], seed: 7}
report: {title: "The <small> shop"}
"""

USERS = 40
START = dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)
HOSTILE = "u\"'; drop table events; -- \U0001f600"


def make(folder: Path, seed: int = 1) -> Path:
    """Write coterie.yaml and its files; the user `HOSTILE` is one of them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "coterie.yaml").write_text(YAML, encoding="utf-8")
    draw = np.random.default_rng(seed)
    names = [HOSTILE, *(f"u{i}" for i in range(1, USERS))]
    rows = [row for i, name in enumerate(names) for row in _acts(draw, name, eager=i % 2 == 0)]
    rows.append(["", START.isoformat(), "view", "i1", ""])
    _write(folder / "clicks.csv", ["user", "at", "kind", "item", "price"], rows)
    _write(
        folder / "people.csv", ["id", "country"], [[name, ("at", "ng")[draw.integers(2)]] for name in names]
    )
    return folder


def add_events(folder: Path, count: int = 5) -> None:
    """Add newer events to the clicks."""
    late = START + dt.timedelta(days=40)
    with (folder / "clicks.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(["u1", late.isoformat(), "view", f"i{i}", ""] for i in range(count))


def _acts(draw: np.random.Generator, name: str, *, eager: bool) -> list[list[str]]:
    rows = []
    for _ in range(draw.integers(25, 40) if eager else draw.integers(1, 4)):
        day, minute = int(draw.integers(28 if eager else 6)), int(draw.integers(600))
        at = START + dt.timedelta(days=day, minutes=minute)
        order = draw.random() < (0.3 if eager else 0.05)
        price = f"{draw.uniform(5, 50):.2f}" if order else ""
        item = f"i{draw.integers(1, 9)}"
        rows.append([name, at.isoformat(), "order" if order else "view", item, price])
    return rows


def _write(path: Path, head: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
