"""Users made up with a known cause: what happens follows from x0, x1 and the country alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from coterie.features.feature import Feature
from coterie.predictions.examples import Examples
from coterie.project.predicting import PredictionSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coterie.predictions.examples import Kind

TARGETS: Mapping[Kind, str] = {"yes_or_no": "inactive", "count": "count", "amount": "value"}
FIRST = dt.date(2026, 1, 1)
FEATURES = (
    Feature("x0", "activity", "number", "Raises what happens."),
    Feature("x1", "recency", "days", "Lowers it.", null="never", fill="largest"),
    Feature("noise", "activity", "money", "Has nothing to do with it.", fill="median"),
    Feature("country", "attributes", "category", "Of the user.", fill="category", behaviour=False),
)


def examples(kind: Kind = "yes_or_no", *, users: int = 130, dates: int = 3, seed: int = 5) -> Examples:
    """Draw users as of several dates a week apart."""
    rng = np.random.default_rng(seed)
    rows = users * dates
    x0, x1 = rng.normal(size=rows), np.exp(rng.normal(size=rows))
    country = rng.choice(["AT", "BR", "ZA", "rare"], rows, p=[0.5, 0.3, 0.195, 0.005])
    sums = 1.2 * x0 - np.log(x1) + (country == "BR")
    table = pa.table(
        {
            "user_id": [f"u{at % users:05d}" for at in range(rows)],
            "x0": x0,
            "x1": pa.array(x1, mask=rng.random(rows) < 0.05),
            "noise": pa.array(np.exp(rng.normal(2, 1, rows)), mask=rng.random(rows) < 0.1),
            "country": pa.array(country, mask=rng.random(rows) < 0.1),
        }
    )
    happens = (rng.random(rows) < 1 / (1 + np.exp(-sums))).astype(float)
    outcomes = {
        "yes_or_no": happens,
        "count": rng.poisson(np.exp(sums / 2)).astype(float),
        "amount": happens * rng.gamma(3, np.exp(sums / 2)),
    }[kind]
    days = tuple(FIRST + dt.timedelta(7 * at) for at in range(dates))
    naive = np.where(rng.random(rows) < 0.3, outcomes, rng.permutation(outcomes))
    return Examples(kind, 7, days, FEATURES, table, np.repeat(np.arange(dates), users), outcomes, naive)


def with_feature(found: Examples, feature: Feature, values: Any) -> Examples:
    """Add a feature to examples."""
    rows = found.rows.append_column(feature.name, pa.array(values))
    return dataclasses.replace(found, features=(*found.features, feature), rows=rows)


def settings(model: str = "auto", kind: Kind = "yes_or_no", **others: Any) -> PredictionSettings:
    """Settings as coterie.yaml would give them."""
    return PredictionSettings.model_validate({"target": TARGETS[kind], "model": model, **others})
