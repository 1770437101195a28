"""Tables of features made by hand."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from coterie.features.feature import Feature, FeatureTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coterie.features.values import Floats, Ints

AS_OF = dt.date(2026, 1, 1)


def feature(name: str, **fields: Any) -> Feature:
    """A feature of behaviour that is a plain number, unless `fields` say otherwise."""
    return Feature(
        **{"name": name, "family": "activity", "unit": "number", "sentence": f"{name}.", "fill": "median"}
        | fields
    )


def table(columns: Mapping[str, Any], **features: dict[str, Any]) -> FeatureTable:
    """A table of these columns; columns of words are categories."""
    arrays = {name: pa.array(column, from_pandas=True) for name, column in columns.items()}
    users = pa.array([f"u{row:05d}" for row in range(len(next(iter(arrays.values()))))])
    made = []
    for name, values in arrays.items():
        fields = features.get(name, {})
        if pa.types.is_string(values.type):
            fields = {"unit": "category", "fill": "category"} | fields
        else:
            arrays[name] = values.cast(pa.float64())
        made.append(feature(name, **fields))
    return FeatureTable(AS_OF, tuple(made), pa.table({"user_id": users} | arrays))


def of_matrix(matrix: Floats, **features: dict[str, Any]) -> FeatureTable:
    """A table with the columns x0, x1 and so on."""
    return table({f"x{place}": column for place, column in enumerate(matrix.T)}, **features)


def planted(groups: int, users: int = 600, width: int = 4, seed: int = 1) -> tuple[Floats, Ints]:
    """Rows around `groups` centres at least six standard deviations apart, and their groups."""
    rng = np.random.default_rng(seed)
    while True:
        centres = rng.uniform(-1, 1, (groups, width)) * 4 * groups ** (1 / min(width, 3))
        apart = np.sqrt(np.square(centres[:, None] - centres[None]).sum(axis=2)) + 99 * np.eye(groups)
        if apart.min() > 6:
            break
    labels = rng.permutation(np.arange(users) % groups)
    return centres[labels] + rng.standard_normal((users, width)), labels


def behaviour(users: int = 400, seed: int = 3) -> FeatureTable:
    """Readers and buyers with counts, money, nulls, words with quotes, and an attribute."""
    rng = np.random.default_rng(seed)
    buyer = rng.random(users) < 0.4
    reads = rng.poisson(np.where(buyer, 2, 30)).astype(float)
    spend = np.where(buyer, np.exp(rng.normal(4, 0.5, users)), np.nan)
    silent = rng.exponential(np.where(buyer, 30, 3))
    favourite = np.where(buyer, 'it\'s "shoes" 👟', "news")
    country = rng.choice(np.array(["AT", "BR", "ZA"]), users)
    return table(
        {
            "reads": reads,
            "spend": spend,
            "silent": np.where(rng.random(users) < 0.1, np.nan, silent),
            "favourite": [
                None if missing else str(word) for missing, word in zip(reads == 0, favourite, strict=True)
            ],
            "country": country.tolist(),
        },
        reads={"family": "reading", "unit": "events", "fill": "zero", "higher_is": 1},
        spend={"family": "orders", "unit": "money", "fill": "zero", "higher_is": 1},
        silent={"family": "recency", "unit": "days", "fill": "largest", "higher_is": -1},
        country={"family": "attributes", "behaviour": False},
    )


def real_data(name: str) -> Path:
    """A file of the real data, or skip the test and say why."""
    folder = os.environ.get("COTERIE_REAL_DATA")
    if not folder or not (Path(folder) / name).exists():
        pytest.skip(f"the real data {name} is not here; COTERIE_REAL_DATA names its folder")
    return Path(folder) / name
