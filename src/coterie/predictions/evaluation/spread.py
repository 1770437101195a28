"""How scores are spread: a histogram in bins of equal width."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from coterie.features.values import Floats

_BINS = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Spread:
    """A histogram of scores.

    Attributes:
        edges: Of the bins, rising: one more than there are bins.
        users: How many have a score in each bin; the last bin holds its upper edge.
    """

    edges: tuple[float, ...]
    users: tuple[int, ...]


def spread(scores: Floats, bins: int = _BINS) -> Spread:
    """Count scores in bins of equal width: of all probabilities, if they are such, else of their range.

    Examples:
        >>> spread(np.array([0.1, 0.2, 0.9]), bins=2).users
        (2, 1)
    """
    low, high = float(scores.min()), float(scores.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    counts, edges = np.histogram(scores, bins=bins, range=(low, high))
    return Spread(tuple(edges.tolist()), tuple(counts.tolist()))
