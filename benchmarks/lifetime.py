"""Fit BG/NBD beside pymc-marketing's MAP fit: the same customers, the same likelihood, flat priors.

    COTERIE_REAL_DATA=... python benchmarks/lifetime.py --peer /path/to/another/venv/bin/python

The peer needs a virtual environment with pymc-marketing, as it pins its own numpy. Customers are those of
CDNOW where the data is there, and drawn from the model itself where it isn't.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.predictions.lifetime.dropout import bg_nbd, log_likelihood, mbg_nbd
from coterie.predictions.lifetime.pareto import pareto_nbd
from coterie.predictions.lifetime.purchases import purchases

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.features.values import Floats

_PEER = Path(__file__).parent / "peers" / "pymc_marketing_fit.py"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", help="the Python of a virtual environment with pymc-marketing")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    for name, customers in _customers().items():
        _compare(name, customers, asked.peer, asked.rounds)


def _compare(name: str, customers: Floats, peer: str | None, rounds: int) -> None:
    together = purchases(*customers.T)
    print(f"\n{name}: {len(customers):,} customers, {len(together.repeats):,} of them different")
    own = _timed(lambda: bg_nbd(purchases(*customers.T)), rounds)
    fit = own["found"]
    _tell("coterie BG/NBD", own["wall"], own["cpu"], fit.optimum.log_likelihood)
    for label, other in (("coterie MBG/NBD", mbg_nbd), ("coterie Pareto/NBD", pareto_nbd)):
        timed = _timed(lambda other=other: other(purchases(*customers.T)), 1)  # type: ignore[misc]
        _tell(label, timed["wall"], timed["cpu"], timed["found"].optimum.log_likelihood)
    if peer is None:
        print("  no --peer: pymc-marketing was not run")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.npy"
        np.save(path, customers)
        run = subprocess.run(
            [peer, str(_PEER), str(path), str(rounds)], capture_output=True, text=True, check=True
        )
    told = json.loads(run.stdout.splitlines()[-1])
    wall, cpu = (statistics.median(column) for column in zip(*told["seconds"], strict=True))
    found = np.array([told["parameters"][name] for name in ("r", "alpha", "a", "b")])
    value, _ = log_likelihood(together, found, at_first=0)
    _tell("pymc-marketing MAP", wall, cpu, value)
    print(f"  pymc-marketing / coterie: {wall / own['wall']:.1f} x wall, {cpu / own['cpu']:.1f} x CPU")


def _tell(label: str, wall: float, cpu: float, likelihood: float) -> None:
    print(f"  {label:<20} {wall:8.2f} s wall {cpu:8.2f} s CPU   log-likelihood {likelihood:.4f}")


def _timed(fit: Callable[[], Any], rounds: int) -> dict[str, Any]:
    walls, cpus, found = [], [], None
    for _ in range(rounds):
        start, busy = time.perf_counter(), time.process_time()
        found = fit()
        walls.append(time.perf_counter() - start)
        cpus.append(time.process_time() - busy)
    return {"wall": statistics.median(walls), "cpu": statistics.median(cpus), "found": found}


def _customers() -> dict[str, Floats]:
    """Repeat purchases, time of the last one and time watched, in weeks."""
    folder = os.environ.get("COTERIE_REAL_DATA")
    if folder is None:
        return {"drawn": _drawn(20_000)}
    import duckdb

    read = """
        with bought as (
            select split_part(trim(line), ' ', 1) as customer,
                strptime(regexp_extract(line, '([0-9]{8})', 1), '%Y%m%d') as day
            from read_csv(?, columns = {'line': 'varchar'}, delim = '\x01', header = true)
            where regexp_matches(line, '[0-9]{8}')
        )
        select count(distinct day) - 1 as x, date_diff('day', min(day), max(day)) / 7.0 as last,
            date_diff('day', min(day), date '1997-09-30') / 7.0 as until
        from bought where day <= date '1997-09-30' group by customer order by customer
    """
    rows = duckdb.connect().execute(read, [str(Path(folder) / "cdnow_master.txt.gz")]).fetchnumpy()
    everyone = np.column_stack([np.asarray(rows[name], dtype=float) for name in ("x", "last", "until")])
    summary = Path(folder) / "cdnow_customers_summary.csv"
    published = np.genfromtxt(summary, delimiter=",", names=True)
    columns = [published[name] for name in ("frequency", "recency", "T")]
    return {"CDNOW, the customers of the papers": np.column_stack(columns), "CDNOW, everyone": everyone}


def _drawn(count: int) -> Floats:
    rng = np.random.default_rng(1)
    rates, chances = rng.gamma(0.25, 1 / 4.4, count), rng.beta(0.8, 2.4, count)
    rows = []
    for rate, chance, until in zip(rates, chances, rng.uniform(27, 39, count), strict=True):
        x, last, at = 0, 0.0, 0.0
        while (at := at + rng.exponential(1 / rate)) < until:
            x, last = x + 1, at
            if rng.random() < chance:
                break
        rows.append((x, np.ceil(last * 7) / 7 if x else 0.0, np.ceil(until * 7) / 7))
    return np.array(rows)


if __name__ == "__main__":
    main()
