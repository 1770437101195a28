"""From the events to segments and a page, as a plain script: pandas, scikit-learn, HTML."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

from peers import pandas_script
from peers.words import job

#: The numbers of segments that are tried, as coterie does with ``k: auto``.
TRIED = range(2, 11)
SAMPLE = 10_000


def main() -> None:
    """Arguments: the job as JSON, and the page to write."""
    page = Path(sys.argv[2])
    pandas_script.main()
    table = pd.read_parquet(job().out).set_index("user_id")
    numbers = table.select_dtypes("number")
    numbers = numbers.fillna(numbers.median())
    scaled = StandardScaler().fit_transform(np.log1p(numbers.clip(lower=0)))
    fits = {k: KMeans(k, n_init=10, random_state=42).fit(scaled) for k in TRIED}
    drawn = np.random.default_rng(42).choice(len(scaled), min(SAMPLE, len(scaled)), replace=False)
    quality = {k: silhouette_score(scaled[drawn], fit.labels_[drawn]) for k, fit in fits.items()}
    best = max(quality, key=quality.__getitem__)
    labels = fits[best].labels_
    means = numbers.groupby(labels).agg(["mean", "median"]).T
    sizes = pd.Series(labels).value_counts()
    page.write_text(
        f"<h1>{best} segments</h1>{sizes.to_frame().to_html()}{means.to_html()}", encoding="utf-8"
    )
    print(json.dumps({"segments": int(best)}))


if __name__ == "__main__":
    main()
