"""Segments of a million users: coterie beside scikit-learn on the same rows.

Run it as ``python benchmarks/segments.py``. Each contender has a process of its own; what it measures is the
work on rows that are in memory already, and the peak of the whole process.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from coterie.features.feature import Feature, FeatureTable
from coterie.project.settings import SegmentSettings
from features import measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

WIDTH, PLANTED = 12, 6


def make_users(users: int, width: int = WIDTH, planted: int = PLANTED, seed: int = 7) -> pa.Table:
    """Make users around planted centres, in numbers on a usual scale."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(-5, 5, (planted, width))
    rows = centres[rng.integers(planted, size=users)] + rng.standard_normal((users, width))
    columns = {f"x{place}": pa.array(column) for place, column in enumerate(rows.T)}
    return pa.table({"user_id": pa.array([f"u{row:08d}" for row in range(users)]), **columns})


def features_of(rows: pa.Table) -> FeatureTable:
    names = rows.column_names[1:]
    made = tuple(Feature(name, "activity", "share", f"The number {name}.", fill="median") for name in names)
    return FeatureTable(dt.date(2026, 1, 1), made, rows)


def prepared(rows: pa.Table) -> NDArray[np.float64]:
    """The very matrix that coterie fits on."""
    from coterie.segments.prepare import matrix, prepare

    table = features_of(rows)
    return matrix(prepare(table, table.features, SegmentSettings()), rows)


def scikit_kmeans(rows: pa.Table) -> Callable[[], Any]:
    from sklearn.cluster import KMeans

    points = prepared(rows)
    return lambda: f"inertia {KMeans(PLANTED, n_init=10, random_state=1).fit(points).inertia_:,.0f}"


def scikit_predict(rows: pa.Table) -> Callable[[], Any]:
    from sklearn.cluster import KMeans

    points = prepared(rows)
    model = KMeans(PLANTED, n_init=1, random_state=1).fit(points[:10_000])
    return lambda: np.bincount(model.predict(points)).tolist()


def scikit_from_table(rows: pa.Table) -> Callable[[], Any]:
    """The same way as coterie's: from the table with raw features to a table of members."""
    import duckdb
    from sklearn.cluster import KMeans

    from coterie.segments.prepare import matrix, prepare

    table = features_of(rows)
    steps = prepare(table, table.features, SegmentSettings())
    model = KMeans(PLANTED, n_init=1, random_state=1).fit(matrix(steps, rows.slice(0, 10_000)))
    connection = duckdb.connect()
    connection.execute("set threads = 2").fetchall()
    connection.register("arrived", rows)
    connection.execute("create table features as select * from arrived").fetchall()

    def work() -> list[Any]:
        found = connection.sql("select * from features").to_arrow_table()
        labels = model.predict(matrix(steps, found))
        connection.register("labelled", pa.table({"user_id": found["user_id"], "segment": labels}))
        connection.execute("create table membership as select * from labelled").fetchall()
        return connection.execute("select count(*) from membership group by segment").fetchall()

    return work


def scikit_ward(rows: pa.Table) -> Callable[[], Any]:
    from sklearn.cluster import AgglomerativeClustering

    points = prepared(rows)
    return lambda: np.bincount(AgglomerativeClustering(PLANTED).fit_predict(points)).tolist()


def scikit_hdbscan(rows: pa.Table) -> Callable[[], Any]:
    from sklearn.cluster import HDBSCAN

    points = prepared(rows)
    return lambda: np.bincount(HDBSCAN(min_cluster_size=100, copy=True).fit_predict(points) + 1).tolist()


def coterie_fit(method: str, k: int | str) -> Callable[[pa.Table], Callable[[], Any]]:
    from coterie.segments.fit import fit

    settings = SegmentSettings.model_validate({"method": method, "k": k})

    def ready(rows: pa.Table) -> Callable[[], Any]:
        table = features_of(rows)

        def work() -> str:
            found = fit(table, settings)
            return f"{[segment.users for segment in found.segments]} {'; '.join(found.notes)}"

        return work

    return ready


def coterie_cut(method: str) -> Callable[[pa.Table], Callable[[], Any]]:
    """The method alone: tree, cut and labels, without the evidence for k and the audit."""
    from coterie.segments.methods.by_name import METHODS

    def ready(rows: pa.Table) -> Callable[[], Any]:
        points = prepared(rows)

        def work() -> str:
            found = METHODS[method](points, seed=1, starts=10, thorough=True)(PLANTED)
            return f"{np.bincount(found.labels).tolist()} {'; '.join(found.notes)}"

        return work

    return ready


def coterie_sql(rows: pa.Table) -> Callable[[], Any]:
    """Assign in DuckDB from a table to a table, as a run does."""
    import duckdb

    from coterie.segments.assign import assignment
    from coterie.segments.fit import fit

    sample = features_of(rows.slice(0, 10_000))
    query = assignment(fit(sample, SegmentSettings(k=PLANTED, k_max=2, starts=1)))
    connection = duckdb.connect()
    connection.execute("set threads = 2").fetchall()
    connection.register("arrived", rows)
    connection.execute("create table features as select * from arrived").fetchall()
    text = query.sql(dialect="duckdb", identify=True)

    def work() -> list[Any]:
        connection.execute(f"create table membership as {text}").fetchall()
        return connection.execute("select count(*) from membership group by segment").fetchall()

    return work


#: Name, users, columns, and what is done.
CONTENDERS: dict[str, tuple[int, int, Callable[[pa.Table], Callable[[], Any]]]] = {
    "scikit-learn KMeans, 10 starts": (1_000_000, WIDTH, scikit_kmeans),
    "coterie kmeans, k auto, audit": (1_000_000, WIDTH, coterie_fit("kmeans", "auto")),
    "scikit-learn predict, from a table": (1_000_000, WIDTH, scikit_from_table),
    "scikit-learn predict alone": (1_000_000, WIDTH, scikit_predict),
    "coterie assignment in SQL": (1_000_000, WIDTH, coterie_sql),
    "coterie ward": (1_000_000, WIDTH, coterie_cut("ward")),
    "coterie ward, k auto, audit": (1_000_000, WIDTH, coterie_fit("ward", "auto")),
    "scikit-learn Ward": (20_000, WIDTH, scikit_ward),
    "coterie ward, fewer users": (20_000, WIDTH, coterie_cut("ward")),
    "coterie genie": (100_000, 10, coterie_cut("genie")),
    "scikit-learn HDBSCAN": (100_000, 10, scikit_hdbscan),
}


def alone(name: str, folder: Path) -> None:
    """Do one thing in this process, and print what it took."""
    users, width, contender = CONTENDERS[name]
    work = contender(pq.read_table(workload(folder, users, width)))
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    said = work()
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    print(json.dumps({"wall": wall, "cpu": cpu, "said": str(said)}))


def workload(folder: Path, users: int, width: int) -> Path:
    path = folder / f"users-{users}-{width}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(make_users(users, width), path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "coterie-benchmark")
    parser.add_argument("--alone", choices=list(CONTENDERS), help=argparse.SUPPRESS)
    parser.add_argument("--only", default="", help="contenders whose name contains this")
    options = parser.parse_args()
    if options.alone:
        alone(options.alone, options.folder)
        return
    print(f"{'':34}{'users':>10}{'columns':>8}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}")
    for name, (users, width, _) in CONTENDERS.items():
        if options.only in name:
            workload(options.folder, users, width)
            took = measure(name, __file__, "--alone", name, "--folder", str(options.folder))
            found = json.loads(took.said.splitlines()[-1])
            line = f"{name:34}{users:10,}{width:8}{found['wall']:9.2f}{found['cpu']:9.2f}{took.peak_mb:9.0f}"
            print(f"{line}  {found['said'][:120]}", flush=True)


if __name__ == "__main__":
    main()
