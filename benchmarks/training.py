"""What a training table as of eight past dates costs beside one build of the features.

Run it as ``python benchmarks/training.py``. Both are made from the same events and `user_days` in one
process; what counts is the ratio.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from coterie.events import days, load
from coterie.features import build
from coterie.predictions import dates, training
from coterie.project.predicting import PredictionSettings
from coterie.project.settings import FeatureSettings, Project
from coterie.project.sourcing import EventMapping, Source
from coterie.sources import connect
from peers.coterie_features import FIELDS
from workload import FIRST_DAY, make_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED = PredictionSettings(target="inactive", horizon_days=7, dates=8)
FIRST = dt.datetime.fromtimestamp(FIRST_DAY, dt.UTC).date()


@contextlib.contextmanager
def measured(name: str, spent: dict[str, float]) -> Iterator[None]:
    """Print what a step takes on the clock and of all cores, and note the latter."""
    wall, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    yield
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent[name] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:32}{time.perf_counter() - wall:8.1f} s{spent[name]:8.1f} CPU s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "coterie-benchmark")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=500_000)
    parser.add_argument("--memory", default="3GB", help="what DuckDB may hold")
    options = parser.parse_args()
    made = make_workload(options.folder, events=options.events, users=options.users)
    mapping = EventMapping.model_validate({field: field for field in FIELDS})
    source = Source(name="acts", table=str(made.events), events=mapping)
    project = Project(name="benchmark", sources=(source,), folder=Path("/"))
    file = options.folder / "training.duckdb"
    file.unlink(missing_ok=True)
    spent: dict[str, float] = {}
    with contextlib.closing(
        connect.connect(f"duckdb:///{file}?memory_limit={options.memory}&threads=2", project.folder)
    ) as warehouse:
        with measured("load", spent):
            load.load(warehouse, project, run_id="benchmark", now=dt.datetime.now(dt.UTC))
        with measured("user_days", spent):
            days.refresh(warehouse)
        planned = build.plan(warehouse, FeatureSettings(), "latest")
        with measured("features", spent):
            build.write(warehouse, planned)
        asked = training.Asked("quiet", ASKED, FeatureSettings(), planned)
        past = dates.past_dates(ASKED, 7, FIRST, planned.as_of)
        with measured(f"training tables as of {len(past)} dates", spent):
            found = training.training(warehouse, asked, past, 7)
    ratio = list(spent.values())[-1] / spent["features"]
    print(f"{len(found.examples):,} examples; {ratio:.2f} times one build of the features in CPU seconds")
    file.unlink()


if __name__ == "__main__":
    main()
