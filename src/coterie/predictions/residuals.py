"""How far what happens lies from what was foretold: intervals of numbers, by users foretold about as much.

References:
    Vovk, Gammerman & Shafer (2005), Algorithmic Learning in a Random World: conformal prediction, here in
    groups of what is foretold (Mondrian).
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from coterie.features.values import Floats

#: The share of users whose outcome lies within.
COVERAGE = 0.9

#: Users behind the ends of an interval, at least, and groups at most.
_USERS = 100
_GROUPS = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Residuals:
    """The ends of intervals, as offsets from what is foretold.

    Attributes:
        edges: Largest prediction of each group of users but the last, ascending.
        low: For each group the offset of the lower end.
        high: For each group the offset of the upper end.
        variances: For each group the mean square of what happened less what was foretold.
        floor: No interval goes below; ``None`` where outcomes may be negative.
        coverage: The share of users whose outcome should lie within.
    """

    edges: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    variances: tuple[float, ...]
    floor: float | None
    coverage: float = COVERAGE

    def around(self, foretold: Floats) -> tuple[Floats, Floats]:
        """Return the lower and upper end for each user."""
        group = np.searchsorted(np.array(self.edges), foretold)
        low: Floats = foretold + np.array(self.low)[group]
        high: Floats = foretold + np.array(self.high)[group]
        if self.floor is not None:
            low, high = np.maximum(low, self.floor), np.maximum(high, self.floor)
        return low, high

    def of_each(self, foretold: Floats) -> Floats:
        """Return the variance of each user's outcome around what is foretold."""
        found: Floats = np.array(self.variances)[np.searchsorted(np.array(self.edges), foretold)]
        return found


def residuals(
    foretold: Floats, happened: Floats, *, floor: float | None, coverage: float = COVERAGE
) -> Residuals:
    """Measure how far outcomes lie from predictions, on users whom the model was not fitted on.

    Args:
        foretold: One a user.
        happened: The same.
        floor: What no outcome can be below.
        coverage: The share of users whose outcome should lie within.
    """
    groups = max(1, min(_GROUPS, len(foretold) // _USERS))
    edges = np.unique(np.quantile(foretold, np.arange(1, groups) / groups)) if groups > 1 else np.empty(0)
    group = np.searchsorted(edges, foretold)
    offsets = happened - foretold
    ends, variances = [], []
    everyone = _ends(offsets, coverage)
    for at in range(len(edges) + 1):
        own = offsets[group == at]
        ends.append(_ends(own, coverage) if own.size else everyone)
        variances.append(float(np.square(own if own.size else offsets).mean()))
    low, high = zip(*ends, strict=True)
    return Residuals(tuple(edges.tolist()), low, high, tuple(variances), floor, coverage)


def _ends(offsets: Floats, coverage: float) -> tuple[float, float]:
    """Take the quantiles that hold the coverage for one more user, too."""
    ordered, users = np.sort(offsets), len(offsets)
    beyond = int(np.floor((users + 1) * (1 - coverage) / 2))
    return float(ordered[max(beyond - 1, 0)]), float(ordered[min(users - beyond, users - 1)])
