"""Correlations of features of all kinds as the table that `coterie.report.charts.correlations` draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from coterie.report.differences import Naming
    from coterie.segments.correlation import Correlations

_DATA = pa.schema(
    [(name, pa.string()) for name in ("feature", "other", "label", "other_label")]
    + [("correlation", pa.float64())]
)


def correlation_data(found: Correlations, naming: Naming, most: int = 16) -> pa.Table:
    """List how strongly features go together, every pair both ways, with itself too.

    Args:
        found: The correlations: Spearman's for numbers, Cramer's V for categories, eta for one of each.
        naming: What features are called.
        most: Features to keep: those with the strongest ties.

    Returns:
        ``feature, other, label, other_label, correlation``; null where either is the same for everyone.
    """
    square = found.square()
    ties = np.nan_to_num(np.abs(square)) - np.eye(len(square))
    kept = sorted(np.argsort(-ties.max(axis=1, initial=-1.0), kind="stable")[:most].tolist())
    rows = [
        {
            "feature": found.features[one],
            "other": found.features[other],
            "label": naming.label(found.features[one]),
            "other_label": naming.label(found.features[other]),
            "correlation": None if np.isnan(square[one, other]) else float(square[one, other]),
        }
        for one in kept
        for other in kept
    ]
    return pa.Table.from_pylist(rows, schema=_DATA)
