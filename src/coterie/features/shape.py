"""The shape of columns of numbers: how skewed they are, their logarithms, how they go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from coterie.features.feature import Unit
    from coterie.features.values import Floats

#: Units whose numbers may be skewed by nature; a logarithm is considered for them alone.
SKEWED_UNITS = frozenset({"events", "days", "seconds", "money", "characters", "number", "per week"})

#: Skewness above which a logarithm is considered (an exponential distribution has 2, a normal one 0).
SKEWED = 1.0


def worth_a_logarithm(values: Floats, unit: Unit) -> tuple[float, float] | None:
    """Tell the skewness of values before and after a logarithm, if that makes them less skewed.

    Args:
        values: Without nulls.
        unit: What they count.
    """
    if unit not in SKEWED_UNITS:
        return None
    before, after = skewness(values), skewness(logged(values, log=True))
    return (before, after) if before > SKEWED and abs(after) < before else None


def logged(values: Floats, log: bool) -> Floats:
    """Take ``sign(x) * ln(1 + |x|)``, or leave the values as they are."""
    return np.where(values >= 0, 1.0, -1.0) * np.log(1.0 + np.abs(values)) if log else values


def skewness(values: Floats) -> float:
    """Measure the skewness of values: 0 if symmetric, 2 for an exponential distribution.

    Examples:
        >>> skewness(np.array([1.0, 2.0, 3.0]))
        0.0
    """
    offsets = values - values.mean()
    squares = offsets * offsets
    spread = float(np.sqrt(squares.mean()))
    return float(np.mean(squares * offsets)) / spread**3 if spread > 0 else 0.0


def correlations(columns: Floats) -> Floats:
    """Correlate columns; a constant column correlates with itself alone."""
    offsets = columns - columns.mean(axis=0)
    lengths = np.sqrt(np.square(offsets).sum(axis=0))
    unit = offsets / np.where(lengths > 0, lengths, 1.0)
    result: Floats = np.clip(unit.T @ unit, -1.0, 1.0)
    np.fill_diagonal(result, 1.0)
    return result
