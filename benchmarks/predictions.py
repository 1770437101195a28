"""A million users x 45 features: fit, evaluate and score by the default model, beside the bare library call.

Both learn from the same rows, measure on the same holdout and score the same million rows; the bare call is
scikit-learn's gradient boosting, which is the model that coterie chooses on these users. Each contender runs
in a process of its own, one after the other, by one thread: seconds of processor time can be compared even
where others use the machine. Run it from the repository:

    python benchmarks/predictions.py [--rows 1000000]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.predictions.examples import Examples

FEATURES, DATES = 45, 4
CONTENDERS = ("bare", "coterie")


def users(rows: int) -> Examples:
    """Users as of four dates; what happens follows from curves and from features that work together."""
    from coterie.features.feature import Feature
    from coterie.predictions.examples import Examples

    rng = np.random.default_rng(1)
    values = np.exp(rng.normal(size=(rows, FEATURES))).astype(np.float64)
    logs = np.log(values)
    sums = logs[:, 0] * logs[:, 1] + np.sin(2 * logs[:, 2]) + np.abs(logs[:, 3]) - logs[:, 4] / 2 - 1.5
    happened = (rng.random(rows) < 1 / (1 + np.exp(-sums))).astype(float)
    names = [f"feature_{at:02d}" for at in range(FEATURES)]
    per_date = rows // DATES
    columns = {name: pa.array(values[:, at]) for at, name in enumerate(names)}
    ids = pa.array([f"user{at % per_date:07d}" for at in range(rows)])
    return Examples(
        "yes_or_no",
        28,
        tuple(dt.date(2026, 1, 1) + dt.timedelta(28 * at) for at in range(DATES)),
        tuple(Feature(name, "activity", "events", "A count.") for name in names),
        pa.table({"user_id": ids, **columns}),
        np.minimum(np.arange(rows) // per_date, DATES - 1),
        happened,
        np.where(rng.random(rows) < 0.2, happened, rng.permutation(happened)),
    )


def bare(made: Examples) -> dict[str, float]:
    """What a script would do: one matrix, one fit, two measures, scores."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import brier_score_loss, roc_auc_score

    matrix = np.column_stack([made.rows[feature.name].to_numpy() for feature in made.features])
    last = made.held_out
    model = HistGradientBoostingClassifier(random_state=42).fit(matrix[~last], made.outcomes[~last])
    foretold = model.predict_proba(matrix[last])[:, 1]
    scores = model.predict_proba(matrix)[:, 1]
    return {
        "auc": float(roc_auc_score(made.outcomes[last], foretold)),
        "brier": float(brier_score_loss(made.outcomes[last], foretold)),
        "mean": float(scores.mean()),
    }


def by_coterie(made: Examples) -> dict[str, float]:
    """The same, with models compared, probabilities mended, curves, importance and findings."""
    from coterie.predictions.fit import fit
    from coterie.predictions.score import score
    from coterie.project.predicting import PredictionSettings

    found = fit(made, PredictionSettings(target="inactive"), name="churn")
    print(f"  chose {found.method}", file=sys.stderr)
    scores = score(found, made.rows)
    named = {name: found.measure(name).value for name in ("auc", "brier")}
    return {**named, "mean": float(scores.mean())}


def run(name: str, rows: int) -> None:
    """Run one contender and print what it took, as JSON."""
    made = users(rows)
    work: Callable[[Examples], dict[str, float]] = bare if name == "bare" else by_coterie
    started, used = time.perf_counter(), time.process_time()
    told = work(made)
    seconds = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - used}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({**told, **seconds, "gigabytes": memory}))


def main() -> None:
    """Run every contender, and print a table with ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", choices=CONTENDERS)
    asked = parser.parse_args()
    if asked.only:
        run(asked.only, asked.rows)
        return
    one_thread = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    found = {}
    for name in CONTENDERS:
        command = [sys.executable, __file__, "--only", name, "--rows", str(asked.rows)]
        done = subprocess.run(command, env=one_thread, check=True, capture_output=True, text=True)
        found[name] = json.loads(done.stdout.splitlines()[-1])
        sys.stderr.write(done.stderr)
    print(f"{asked.rows:,} rows x {FEATURES} features as of {DATES} dates")
    print(f"{'':8} {'seconds':>8} {'CPU s':>8} {'ratio':>6} {'GB':>5} {'AUC':>7} {'Brier':>7}")
    for name, told in found.items():
        ratio = told["cpu"] / found["bare"]["cpu"]
        print(
            f"{name:8} {told['seconds']:8.1f} {told['cpu']:8.1f} {ratio:6.2f} {told['gigabytes']:5.2f} "
            f"{told['auc']:7.4f} {told['brier']:7.4f}"
        )


if __name__ == "__main__":
    main()
