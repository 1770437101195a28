"""How many segments, found by which recipe: planted customers, and labelled sets of one's own.

Run it as ``python benchmarks/segment_choice.py``. With ``--suite FOLDER`` (or SEGMENT_SUITE) every set in
that folder is added: ``NAME.data`` with ``NAME.labels0``, ``NAME.labels1``... beside it, gzipped or not, as
in Gagolewski's clustering-data-v1. Label 0 is noise and left out; of several labelings the best agreement
counts. All recipes get the same prepared rows.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import gzip
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.metrics import silhouette_score
from sklearn.mixture import GaussianMixture

from coterie.events.synthetic.customers import make_customers
from coterie.features.feature import Feature, FeatureTable
from coterie.progress import quiet
from coterie.project.settings import SegmentSettings
from coterie.segments.agreement import adjusted_rand
from coterie.segments.choice import auto
from coterie.segments.choice.deciding import decided
from coterie.segments.methods.by_name import method
from coterie.segments.prepare import chosen, matrix, prepare
from coterie.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coterie.events.synthetic.customers import Customers
    from coterie.features.feature import NullFill, Unit
    from coterie.features.values import Floats, Ints

#: Planted segments, how unlike users of one segment are, and columns of noise.
GRID = [
    (segments, spread, noise) for segments in (1, 2, 3, 4, 5, 6, 8) for spread, noise in ((0.3, 0), (0.45, 4))
]
SEED = 42
#: The largest k that the peers try.
MOST = 12
ROWS = 4_999
FILLS: dict[str, NullFill] = {"category": "category", "days": "largest", "number": "median"}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Rows whose groups are known.

    Attributes:
        name: Of the set.
        rows: Rows x coordinates.
        labelings: One or several, 0 where a row belongs to no group.
    """

    name: str
    rows: Floats
    labelings: tuple[Ints, ...]

    def agreement(self, labels: Ints) -> float:
        """Return the adjusted Rand index with the labeling that agrees best."""
        return max(adjusted_rand(labels[known > 0], known[known > 0] - 1) for known in self.labelings)


def customers() -> Iterator[Labelled]:
    """Draw customers over `GRID`, and prepare them as a project would."""
    for seed, (segments, spread, noise) in enumerate(GRID):
        drawn = make_customers(users=1_000, segments=segments, seed=seed, spread=spread, noise=noise)
        planted = drawn.planted["segment"].to_numpy()
        yield Labelled(f"{segments} segments, spread {spread}, {noise} noise", prepared(drawn), (planted,))


def prepared(drawn: Customers) -> Floats:
    """Turn customers into coordinates."""
    features = tuple(
        Feature(name, "given", cast("Unit", unit), name, fill=FILLS.get(unit, "zero"))
        for name, unit in drawn.units.items()
    )
    table = FeatureTable(dt.date(2026, 3, 1), features, drawn.rows)
    settings = SegmentSettings()
    return matrix(prepare(table, chosen(table, settings), settings), table.rows)


def suite(folder: Path) -> Iterator[Labelled]:
    """Read labelled sets of up to `ROWS` rows, as they are."""
    for path in sorted(folder.rglob("*.data*")):
        stem = path.name.split(".data")[0]
        labels = sorted(path.parent.glob(f"{stem}.labels*"))
        rows = np.loadtxt(read(path), ndmin=2) if labels and path.stat().st_size else np.empty((0, 1))
        if 0 < len(rows) <= ROWS:
            yield Labelled(stem, rows, tuple(np.loadtxt(read(each)).astype(np.int64) for each in labels))


def read(path: Path) -> list[str]:
    """Read the lines of a file, gzipped or not."""
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode().splitlines()


def by_silhouette(rows: Floats) -> Ints:
    """k-means, k of the highest silhouette."""
    tried = [KMeans(k, n_init=10, random_state=SEED).fit_predict(rows) for k in _ks(rows)]
    best: Ints = max(tried, key=lambda labels: float(silhouette_score(rows, labels))).astype(np.int64)
    return best


def by_bic(rows: Floats) -> Ints:
    """A Gaussian mixture, components of the lowest Bayesian information criterion."""
    tried = [
        GaussianMixture(k, n_init=2, reg_covar=1e-4, random_state=SEED).fit(rows) for k in (1, *_ks(rows))
    ]
    best = min(tried, key=lambda model: float(model.bic(rows)))
    return np.asarray(best.predict(rows))


def by_hdbscan(rows: Floats) -> Ints:
    """HDBSCAN as it comes; rows outside of every crowd are one more group."""
    labels = HDBSCAN(copy=True).fit_predict(rows)
    return np.asarray(np.unique(labels, return_inverse=True)[1])


def by_coterie(name: str) -> Callable[[Floats], Ints]:
    """Coterie with `k: auto` and a method."""

    def grouped(rows: Floats) -> Ints:
        settings = SegmentSettings.model_validate({"method": name})
        with one_thread():
            way = None if name == "auto" else method(settings, ())
            choice = decided(rows, way, settings, quiet)
            gini = choice.gini if choice.gini is not None else settings.gini
            found = settings.model_copy(update={"method": choice.method, "gini": gini})
            return method(found, ())(rows, seed=SEED, starts=settings.starts, thorough=True)(choice.k).labels

    return grouped


def _ks(rows: Floats) -> range:
    return range(2, min(MOST, len(rows) // auto.ROWS_A_SEGMENT) + 1)


RECIPES: dict[str, Callable[[Floats], Ints]] = {
    "k-means + silhouette": by_silhouette,
    "mixture + BIC": by_bic,
    "HDBSCAN": by_hdbscan,
    "coterie, k-means, k: auto": by_coterie("kmeans"),
    "coterie, method: auto, k: auto": by_coterie("auto"),
}


def report(title: str, sets: Iterator[Labelled]) -> None:
    """Print a table of found numbers and agreements, a row a set, and the means."""
    print(f"\n{title}\n\n| set | {' | '.join(RECIPES)} |\n|---|{'---|' * len(RECIPES)}")
    agreed: list[list[float]] = []
    seconds = dict.fromkeys(RECIPES, 0.0)
    for labelled in sets:
        cells, row = [], []
        for name, recipe in RECIPES.items():
            start = time.process_time()
            labels = recipe(labelled.rows)
            seconds[name] += time.process_time() - start
            row.append(labelled.agreement(labels))
            cells.append(f"{len(np.unique(labels))} ({row[-1]:.2f})")
        agreed.append(row)
        print(f"| {labelled.name} | {' | '.join(cells)} |", flush=True)
    means = [f"**{mean:.3f}**" for mean in np.mean(agreed, axis=0)]
    print(f"| mean of {len(agreed)} | {' | '.join(means)} |")
    print(f"| CPU seconds | {' | '.join(f'{spent:.0f}' for spent in seconds.values())} |")


def main() -> None:
    """Run the recipes over customers, and over a suite if there is one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--suite", type=Path, default=os.environ.get("SEGMENT_SUITE"))
    parser.add_argument("--only-suite", action="store_true")
    arguments = parser.parse_args()
    if not arguments.only_suite:
        report("Customers: number found (agreement with the planted segments)", customers())
    if arguments.suite:
        if not Path(arguments.suite).is_dir():
            sys.exit(f"{arguments.suite} is no folder")
        report(f"Labelled sets of {arguments.suite}", suite(Path(arguments.suite)))


if __name__ == "__main__":
    main()
