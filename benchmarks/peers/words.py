"""What all contenders agree on: the date, the words of the workload, and where things lie."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from pathlib import Path

DAY_US = 86_400_000_000
GAP_US = 1_800_000_000
WEEKS = 8
KINDS = ("view", "click", "search", "like", "share", "order", "video", "open")
CHANNELS = ("google", "facebook", "mail", "direct")
DEVICES = ("mobile", "desktop")
SOCIAL = {"like": "likes", "share": "shares"}
#: Decay a microsecond, of each half-life.
DECAY = {"1h": math.log(2) / (DAY_US / 24), "1d": math.log(2) / DAY_US, "14d": math.log(2) / (14 * DAY_US)}
PARTS = {"night": 0, "morning": 6, "afternoon": 12, "evening": 18}
#: Mean and sum of squares of the numbers of the weeks, for the slope through them.
MIDDLE = (WEEKS + 1) / 2
SQUARES = sum((week - MIDDLE) ** 2 for week in range(1, WEEKS + 1))


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """One contender's job.

    Attributes:
        events: The Parquet file.
        out: The file to write: a table `features` of DuckDB, or Parquet, by its ending.
        as_of_day: Events of this day since 1970 and later are not seen.
        categories: Which categories get an intent.
    """

    events: Path
    out: Path
    as_of_day: int
    categories: tuple[str, ...]

    @property
    def as_of_us(self) -> int:
        return self.as_of_day * DAY_US


def job() -> Job:
    """Read the job from the command line."""
    given = json.loads(sys.argv[1])
    return Job(Path(given["events"]), Path(given["out"]), given["as_of_day"], tuple(given["categories"]))
