"""p-values of many comparisons, corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.segments.between.difference import Correction


def corrected(ps: Sequence[float], how: Correction = "holm") -> list[float]:
    """Correct p-values for each other.

    Args:
        ps: One a comparison, in any order.
        how: ``holm`` bounds the chance that any difference is found where there is none;
            ``benjamini_hochberg`` the share of those among all that are found.

    Returns:
        The corrected values, aligned.

    References:
        Holm (1979), A simple sequentially rejective multiple test procedure.
        Benjamini & Hochberg (1995), Controlling the false discovery rate.

    Examples:
        >>> corrected([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
        >>> corrected([0.01, 0.04, 0.03], "benjamini_hochberg")
        [0.03, 0.04, 0.04]
    """
    values = np.asarray(ps, dtype=float)
    order = np.argsort(values, kind="stable")
    count = len(values)
    if how == "holm":
        raised = np.maximum.accumulate(values[order] * np.arange(count, 0, -1))
    else:
        scaled = values[order] * count / np.arange(1, count + 1)
        raised = np.minimum.accumulate(scaled[::-1])[::-1]
    result = np.empty(count)
    result[order] = np.minimum(raised, 1.0)
    found: list[float] = result.tolist()
    return found
