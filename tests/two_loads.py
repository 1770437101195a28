"""The small shop run twice: some of its occasional users have become eager in between."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

from tests import small_shop

from coterie import run
from coterie.project import file as project_file

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.run_result import RunResult

#: Those who were occasional visitors and are none any more.
AWOKEN = ("u1", "u3", "u5", "u7")
#: A user who comes with the second load.
ARRIVED = "late's"


def load_more(folder: Path) -> None:
    """Add a month in which the awoken visit and order every day, and someone arrives."""
    rows = [row for user in AWOKEN for row in _month(user)]
    rows.append([ARRIVED, "2026-02-20T10:00:00+00:00", "view", "i1", ""])
    with (folder / "clicks.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _month(user: str) -> list[list[str]]:
    found = []
    for day in range(30):
        at = small_shop.START + dt.timedelta(days=30 + day)
        found.append([user, at.isoformat(), "view", f"i{day}", ""])
        found.append([user, (at + dt.timedelta(minutes=3)).isoformat(), "order", f"i{day}", "20"])
    return found


def make(folder: Path) -> tuple[RunResult, RunResult]:
    """Make the shop, run it, load more and run it again."""
    small_shop.make(folder)
    first = run.run(project_file.read(folder))
    load_more(folder)
    return first, run.run(project_file.read(folder))
