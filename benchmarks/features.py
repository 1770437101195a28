"""From 10 million events in Parquet to a features table: coterie beside pandas, Polars, chdb and plain SQL.

Run it as ``python benchmarks/features.py``. Each contender has a process of its own, all of them compute the
same columns, and the results are compared before anything is printed.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from workload import make_workload

HERE = Path(__file__).parent
#: Contender and the package that it needs.
PEERS = {
    "straight_sql": "duckdb",
    "polars_script": "polars",
    "pandas_script": "pandas",
    "chdb_script": "chdb",
}
#: Relative difference that two ways of adding the same numbers may show.
TOLERANCE = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """What a process took.

    Attributes:
        name: Of the contender.
        wall: Seconds on the clock.
        cpu: Seconds of all cores, user and system.
        peak_mb: Most memory it held, in MB.
        said: What it printed.
    """

    name: str
    wall: float
    cpu: float
    peak_mb: float
    said: str = ""


def measure(name: str, *command: str) -> Measured:
    """Run Python in a process of its own and take note of what it took.

    Raises:
        SystemExit: It failed.
    """
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent / "src")]),
        "POLARS_MAX_THREADS": "2",
    }
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([sys.executable, *command], stdout=out, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        out.seek(0)
        said = out.read().strip()
    if process.returncode:
        raise SystemExit(f"{name} failed with exit code {process.returncode}")
    return Measured(name, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000, said)


def scan(events: Path) -> Measured:
    """Read every column once: the floor under everyone."""
    texts = ("user_id", "kind", "item", "category", "channel", "device", "query")
    sums = ", ".join(
        ["sum(value)", "sum(duration)", 'max("at")', *(f"sum(length({name}))" for name in texts)]
    )
    query = f"select {sums} from '{events}'"
    settings = "set threads = 2; set enable_progress_bar = false"
    script = f"import duckdb; duckdb.execute({settings!r}); duckdb.sql({query!r}).fetchall()"
    return measure("scan", "-c", script)


def coterie(name: str, files: Path, warehouse: Path, memory: str) -> Measured:
    return measure(name, str(HERE / "peers" / "coterie_features.py"), str(files), str(warehouse), memory)


def peer(name: str, events: Path, folder: Path, words: dict[str, object]) -> Measured:
    """Let a peer do the same, unless its package is not there."""
    out = result(name, folder)
    out.unlink(missing_ok=True)
    return measure(name, "-m", f"peers.{name}", json.dumps({"events": str(events), "out": str(out), **words}))


def result(name: str, folder: Path) -> Path:
    return folder / (f"{name}.duckdb" if name == "straight_sql" else f"{name}.parquet")


def words_of(warehouse: Path) -> dict[str, object]:
    """Find the date and the categories that coterie chose, for the peers to do the same."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        columns = [row[0] for row in connection.execute("describe coterie.features").fetchall()]
        (as_of,) = connection.execute(
            "select max(as_of) - date '1970-01-01' from coterie.features"
        ).fetchall()[0]
    found = {name.split("_")[2] for name in columns if name.startswith("intent_category_")}
    return {"as_of_day": as_of, "categories": sorted(found)}


def differences(warehouse: Path, other: Path) -> list[str]:
    """Compare a peer's columns with coterie's, value by value."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as ours (read_only)").fetchall()
        theirs = f"'{other}'"
        if other.suffix == ".duckdb":
            connection.execute(f"attach '{other}' as theirs (read_only)").fetchall()
            theirs = "theirs.features"
        types = {row[0]: row[1] for row in connection.execute("describe ours.coterie.features").fetchall()}
        for name in ("user_id", "as_of", "run_id"):
            types.pop(name)
        tests = []
        for name, kind in types.items():
            a, b = f'a."{name}"', f'b."{name}"'
            if kind == "DOUBLE":
                b = f"case when isnan({b}::double) then null else {b}::double end"
                same = f"abs({a} - {b}) <= {TOLERANCE} * greatest(abs({a}), abs({b}), 1e-3)"
            else:
                same = f"{a} = {b}"
            tests.append(f"count(*) - count(case when {same} or ({a} is null and {b} is null) then 1 end)")
        counts = connection.execute(
            f"select {', '.join(tests)} from ours.coterie.features a full join {theirs} b using (user_id)"
        ).fetchall()[0]
    return [f"{name} differs for {count:,} users" for name, count in zip(types, counts, strict=True) if count]


def report(measured: list[Measured], floor: Measured) -> None:
    ours = next(one for one in measured if one.name == "coterie")
    print(f"\n{'':28}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'x wall':>8}{'x CPU':>8}{'x scan':>8}")
    for one in (floor, *measured):
        print(
            f"{one.name:28}{one.wall:8.2f}{one.cpu:8.2f}{one.peak_mb:9.0f}{one.wall / ours.wall:8.2f}"
            f"{one.cpu / ours.cpu:8.2f}{one.wall / floor.wall:8.1f}  {one.said}"
        )


def late(more: Path, folder: Path) -> Path:
    """The same 1 % of new events, but late: of the day before the date, so that the date stays."""
    path = folder / "late.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (select * replace ("at" - interval 1 day as "at") from '{more}') to '{path}'"""
        ).fetchall()
    return path


def incremental(events: Path, more: Path, folder: Path, first: Path, memory: str) -> list[Measured]:
    """Run again with nothing new, with late events, and with those of the next day."""
    watched = folder / "watched"
    again = folder / "again.duckdb"
    runs: list[Measured] = []
    for name, extra in (("1 % late events", late(more, folder)), ("1 % of the next day", more)):
        shutil.rmtree(watched, ignore_errors=True)
        watched.mkdir()
        (watched / "events.parquet").hardlink_to(events)
        again.unlink(missing_ok=True)
        coterie("first", watched / "*.parquet", again, memory)
        if not runs:
            runs.append(coterie("nothing new", watched / "*.parquet", again, memory))
        shutil.copy(extra, watched / "more.parquet")
        runs.append(coterie(name, watched / "*.parquet", again, memory))
    again.unlink()
    print(f"(the first run wrote {first.stat().st_size / 1e6:,.0f} MB)")
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "coterie-benchmark")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=500_000)
    parser.add_argument("--memory", default="1200MB", help="what DuckDB may hold for coterie")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    options = parser.parse_args()
    made = make_workload(options.folder, events=options.events, users=options.users)
    warehouse = options.folder / "measured.duckdb"
    warehouse.unlink(missing_ok=True)
    floor = scan(made.events)
    measured = [coterie("coterie", made.events, warehouse, options.memory)]
    words = words_of(warehouse)
    for name in options.peers:
        if importlib.util.find_spec(PEERS[name]) is None:
            print(f"{name} is skipped: {PEERS[name]} is not installed (python -m pip install --group bench)")
            continue
        measured.append(peer(name, made.events, options.folder, words))
        wrong = differences(warehouse, result(name, options.folder))
        print(f"{name}: " + ("; ".join(wrong) or f"equal to coterie within {TOLERANCE:g}"), flush=True)
    measured += incremental(made.events, made.more, options.folder, warehouse, options.memory)
    report(measured, floor)


if __name__ == "__main__":
    main()
