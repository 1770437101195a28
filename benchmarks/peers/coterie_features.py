"""The features by coterie: what `coterie run` does up to the features table, through the same functions."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
import time
from pathlib import Path

from coterie.events import days, load
from coterie.features import build
from coterie.project.settings import FeatureSettings, Project
from coterie.project.sourcing import EventMapping, Source
from coterie.sources import connect

FIELDS = ("user_id", "at", "kind", "item", "category", "value", "duration", "channel", "device", "query")


def main() -> None:
    """Arguments: files (a glob), the DuckDB file, what DuckDB may hold; prints the seconds of each step."""
    files, out, memory = sys.argv[1:4]
    mapping = EventMapping.model_validate({field: field for field in FIELDS})
    source = Source(name="acts", table=files, events=mapping)
    project = Project(name="benchmark", sources=(source,), warehouse=f"duckdb:///{out}", folder=Path("/"))
    url = f"{project.warehouse}?memory_limit={memory}&threads=2&temp_directory={out}.tmp"
    spent, start = {}, time.perf_counter()

    def step(name: str) -> None:
        nonlocal start
        spent[name] = round(time.perf_counter() - start, 2)
        start = time.perf_counter()

    with contextlib.closing(connect.connect(url, project.folder)) as warehouse:
        loading = load.load(warehouse, project, run_id="benchmark", now=dt.datetime.now(dt.UTC))
        step("load")
        days.refresh(warehouse)
        step("days")
        if loading.changed:
            build.write(warehouse, build.plan(warehouse, FeatureSettings(), "latest"))
            step("features")
    print(json.dumps(spent))


if __name__ == "__main__":
    main()
