"""From 10 million events in Parquet to report.html: `coterie run` beside pandas and scikit-learn.

Run it as ``python benchmarks/end_to_end.py``. Both make the same features and try 2 to 10 segments; coterie
also audits the segments, draws the charts and keeps everything in its warehouse.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from features import measure, words_of
from workload import make_workload

PROJECT = """\
name: benchmark
warehouse: duckdb:///measured.duckdb?memory_limit={memory}&threads=2
sources:
  - name: acts
    table: {events}
    events: {{user_id: user_id, at: at, kind: kind, item: item, category: category, value: value,
             duration: duration, channel: channel, device: device, query: query}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "coterie-benchmark")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=500_000)
    parser.add_argument("--memory", default="1200MB", help="what DuckDB may hold")
    parser.add_argument("--alone", action="store_true", help="coterie without the plain script")
    options = parser.parse_args()
    made = make_workload(options.folder, events=options.events, users=options.users)
    project = options.folder / "project"
    project.mkdir(exist_ok=True)
    warehouse = project / "measured.duckdb"
    warehouse.unlink(missing_ok=True)
    text = PROJECT.format(events=json.dumps(str(made.events)), memory=options.memory)
    (project / "coterie.yaml").write_text(text, encoding="utf-8")
    runs = [measure("coterie run", "-m", "coterie", "run", "--project", str(project), "--json")]
    if not options.alone:
        job = {
            "events": str(made.events),
            "out": str(options.folder / "plain.parquet"),
            **words_of(warehouse),
        }
        page = str(options.folder / "plain.html")
        runs.append(measure("pandas + scikit-learn", "-m", "peers.plain_script", json.dumps(job), page))
    for one in runs:
        print(
            f"{one.name:24}{one.wall:8.1f} s{one.cpu:8.1f} CPU s{one.peak_mb:8.0f} MB"
            f"{one.wall / runs[0].wall:6.2f} x"
        )


if __name__ == "__main__":
    main()
