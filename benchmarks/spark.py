"""Features on Spark, beside one statement by hand for the same.

    python benchmarks/spark.py 10000000
    python benchmarks/spark.py 2000000 iceberg-spark-runtime-3.5_2.12-1.10.2.jar

Spark has two cores and 4 GB and reads the events of `benchmarks/workload.py` from Parquet by itself, or with
the jar of Iceberg from a table of a catalogue, where it keeps its own. Both ways compute the same features of
the same events and are checked to find the same; starting and loading are stated apart.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlglot import exp

import warehouses
import workload
from coterie.events import days, load
from coterie.features import build
from coterie.project.settings import Project
from coterie.sources import connect, sql

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.sources.warehouse import Warehouse

URL = "spark://local[2]?spark.driver.memory=4g"
KINDS = ("view", "click", "search", "like", "share", "order", "video", "open")
EPOCH = dt.date(1970, 1, 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Spent:
    """What something took.

    Attributes:
        clock: Seconds by the clock.
        cpu: Seconds of all cores, of this process and of those that it started.
    """

    clock: float
    cpu: float


def cpu_seconds() -> float:
    """CPU seconds of this process and of those that it started, Spark's among them."""
    used: dict[int, tuple[int, int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            fields = path.read_text().rpartition(")")[2].split()
            used[int(path.parent.name)] = int(fields[1]), sum(map(int, fields[11:13]))
    mine = {os.getpid()}
    while more := {one for one, (parent, _) in used.items() if parent in mine} - mine:
        mine |= more
    return sum(used[one][1] for one in mine & set(used)) / os.sysconf("SC_CLK_TCK")


def timed(what: str, act: Callable[[], object]) -> Spent:
    """Do it and tell how long it took."""
    clock, cpu = time.perf_counter(), cpu_seconds()
    act()
    spent = Spent(time.perf_counter() - clock, cpu_seconds() - cpu)
    print(f"{what:<64}{spent.clock:8.1f} s   CPU {spent.cpu:6.1f} s", flush=True)
    return spent


def by_hand(warehouse: Warehouse, as_of: dt.date) -> None:
    """Make a table by one statement."""
    end = (as_of - EPOCH).days
    text = warehouses.BY_HAND.format(
        acts=warehouses.MAPPED,
        kinds=", ".join(map(warehouses.OF_A_KIND.format, KINDS)),
        names=", ".join(map(warehouses.NAMES.format, KINDS)),
    )
    day = warehouses.DAY_US
    warehouse.create("by_hand", sql.sql(text, day_us=day, end_us=end * day, end_day=end))


def by_coterie(warehouse: Warehouse, as_of: dt.date) -> None:
    """Make the table `features`, from events that nothing was computed of yet."""
    days.refresh(warehouse)
    build.write(warehouse, build.plan(warehouse, warehouses.SETTINGS, as_of))


def in_iceberg(jar: str, folder: Path) -> str:
    """Name Spark with a catalogue of Iceberg in a folder."""
    settings = {
        "catalog": "lake",
        "views": "spark_catalog",
        "spark.jars": jar,
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.lake.type": "hadoop",
        "spark.sql.catalog.lake.warehouse": str(folder / "lake"),
    }
    return f"{URL}&{urlencode(settings)}"


def put(warehouse: Warehouse, events: Path) -> None:
    """Make a table of Iceberg of a file."""
    warehouse.execute(
        exp.Command(this="create", expression="schema lake.raw"),
        exp.Command(this="create", expression=f"table lake.raw.acts as select * from parquet.`{events}`"),
    )


def main(rows: str = "10000000", jar: str | None = None) -> None:
    """Measure."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made = workload.make_workload(folder, events=int(rows), users=int(rows) // 20)
        source = {
            "name": "acts", "table": "lake.raw.acts" if jar else str(made.events), "connection": "warehouse",
            "events": {"user_id": "user_id", "at": "at", "kind": "kind"},
        }  # fmt: skip
        project = Project.model_validate({"name": "bench", "sources": [source]})
        first = dt.datetime.fromtimestamp(workload.FIRST_DAY, dt.UTC).date()
        as_of, now = first + dt.timedelta(days=made.days), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        opened: list[Warehouse] = []
        url = in_iceberg(jar, folder) if jar else URL
        timed("start Spark", lambda: opened.append(connect.connect(url)))
        warehouse = stack.enter_context(contextlib.closing(opened[0]))
        if jar:
            timed("put the events into a table of Iceberg", lambda: put(warehouse, made.events))
        timed(
            "coterie: load (map in place, count, check)",
            lambda: load.load(warehouse, project, run_id="r", now=now),
        )
        for sitting in ("first", "second"):  # Spark compiles what it runs for the first time
            hand = timed(f"hand-written SQL, {sitting} time", lambda: by_hand(warehouse, as_of))
            for table in ("user_days", "features", "features_state"):
                warehouse.drop(table)
            ours = timed(
                f"coterie: user_days and features, {sitting} time", lambda: by_coterie(warehouse, as_of)
            )
            print(
                f"    coterie takes {ours.cpu / hand.cpu:.2f} times its CPU and"
                f" {ours.clock / hand.clock:.2f} of its clock"
            )
        warehouses.check(warehouse, "by_hand")


if __name__ == "__main__":
    main(*sys.argv[1:])
