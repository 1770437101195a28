"""Trials with a known effect."""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING

import numpy as np
from tests.segments.tables import real_data

from coterie.predictions.uplift.trial import Trial

if TYPE_CHECKING:
    from coterie.features.values import Floats


def planted(users: int = 4_000, *, strength: float = 0.4, seed: int = 1) -> tuple[Trial, Floats]:
    """Users whom treating moves by nothing up to `strength`, along the first column; and by how much each."""
    rng = np.random.default_rng(seed)
    matrix = rng.random((users, 3))
    treated = (rng.random(users) < 0.5).astype(float)
    effects = strength * matrix[:, 0]
    outcomes = (rng.random(users) < 0.2 + 0.3 * matrix[:, 1] + effects * treated).astype(float)
    return Trial(matrix, outcomes, treated), effects


def amounts(users: int = 4_000, seed: int = 2) -> tuple[Trial, Floats]:
    """The same with money as the outcome, and a third of the users treated."""
    rng = np.random.default_rng(seed)
    matrix = rng.random((users, 3))
    treated = (rng.random(users) < 1 / 3).astype(float)
    effects = 4 * matrix[:, 0] - 1
    return Trial(matrix, rng.normal(5 + 3 * matrix[:, 1] + effects * treated), treated), effects


def hillstrom(outcome: str) -> Trial:
    """The customers of Hillstrom's challenge who got the women's e-mail or none, in order of the file."""
    with gzip.open(real_data("hillstrom.csv.gz"), "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["segment"] != "Mens E-Mail"]
    columns = [
        [float(row[name]) for row in rows] for name in ("recency", "history", "mens", "womens", "newbie")
    ]
    for name in ("zip_code", "channel"):
        words = sorted({row[name] for row in rows})
        columns += [[float(row[name] == word) for row in rows] for word in words]
    treated = [float(row["segment"] == "Womens E-Mail") for row in rows]
    return Trial(np.array(columns).T, np.array([float(row[outcome]) for row in rows]), np.array(treated))
