"""What somebody without a model would say: what users with as much in the period before came to."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.sources import sql

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.features.values import Floats

#: Groups that users above 0 in the period before are put into, at most.
GROUPS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Baseline:
    """The mean outcome of users with about as much in the period before.

    Attributes:
        edges: The largest value of the period before in each group but the last, ascending.
        values: The mean outcome of each group: one more than edges.
        rate: The mean outcome of all, for users whose period before is not known.
    """

    edges: tuple[float, ...]
    values: tuple[float, ...]
    rate: float

    def predicted(self, naive: Floats | None, users: int) -> Floats:
        """Foretell by the period before.

        Args:
            naive: What happened to each user in the period before; ``None``: not known.
            users: How many there are.
        """
        if naive is None:
            return np.full(users, self.rate)
        found: Floats = np.array(self.values)[np.searchsorted(np.array(self.edges), naive)]
        return found

    def foretelling(self, naive: str | None) -> exp.Expression:
        """Write in SQL what is foretold by the column that holds the period before."""
        if naive is None:
            return sql.double(self.rate)
        result = sql.double(self.values[-1])
        for edge, value in zip(self.edges[::-1], self.values[-2::-1], strict=True):
            text = "case when :x <= :edge then :value else :rest end"
            parts = {"edge": sql.double(edge), "value": sql.double(value), "rest": result}
            result = sql.sql(text, x=sql.column(naive), **parts)
        return result


def fit(naive: Floats, outcomes: Floats) -> Baseline:
    """Learn the mean outcome of groups of users by the period before.

    Args:
        naive: What happened to each in the period before: 0 or 1, or a number.
        outcomes: What happened afterwards.

    Examples:
        >>> fit(np.array([0.0, 0, 1, 1]), np.array([0.0, 0, 0, 1])).values
        (0.0, 0.5)
    """
    some = naive[naive > 0]
    inner = np.quantile(some, np.arange(1, GROUPS) / GROUPS) if some.size else np.empty(0)
    edges = np.unique(np.concatenate([[0.0], inner]))
    edges = edges[(edges >= naive.min()) & (edges < naive.max())]
    group = np.searchsorted(edges, naive)
    users = np.bincount(group, minlength=len(edges) + 1)
    means = np.bincount(group, weights=outcomes, minlength=len(edges) + 1) / np.maximum(users, 1)
    return Baseline(tuple(edges.tolist()), tuple(means.tolist()), float(outcomes.mean()))
