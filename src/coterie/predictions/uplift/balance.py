"""Whether the arms were drawn at random: their sizes, and whether their users were alike before."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.features.values import Floats

#: Below this p the sizes of arms are not those that were meant.
ALARM = 1e-3
#: Means of the arms further apart than this, in standard deviations, are no longer alike.
APART = 0.1


@dataclasses.dataclass(frozen=True, slots=True)
class Sizes:
    """How many users each arm has, and was meant to have.

    Attributes:
        arms: The arms, in order.
        users: How many users each has.
        expected: The share each was meant to have.
        p: Of the chi-squared test that the users were dealt out with these shares.
    """

    arms: tuple[str, ...]
    users: tuple[int, ...]
    expected: tuple[float, ...]
    p: float

    @property
    def mismatch(self) -> bool:
        """Whether the sizes are so far from what was meant that the effects can't be trusted."""
        return self.p < ALARM


@dataclasses.dataclass(frozen=True, slots=True)
class Imbalance:
    """How far the arms are apart in what was known of their users before.

    Attributes:
        column: The feature, or one of its words.
        treated: Mean of the treated.
        others: Mean of the others.
        difference: The first less the second, in standard deviations; 0 where neither arm varies.
    """

    column: str
    treated: float
    others: float
    difference: float

    @property
    def apart(self) -> bool:
        """Whether the arms are further apart than random ones would be."""
        return abs(self.difference) > APART


def sizes(users: Mapping[str, int], expected: Mapping[str, float]) -> Sizes:
    """Test whether the arms have the sizes they were meant to have (sample ratio mismatch).

    Args:
        users: How many users each arm has.
        expected: Shares or weights, by arm; equal ones, if it is empty.

    References:
        Fabijan et al. (2019), Diagnosing sample ratio mismatch in online controlled experiments: a taxonomy
        and rules of thumb for practitioners.

    Examples:
        >>> sizes({"mail": 21387, "none": 21306}, {}).mismatch, sizes({"a": 5200, "b": 4800}, {}).mismatch
        (False, True)
    """
    from scipy.stats import chi2

    counts = np.array(list(users.values()), dtype=np.float64)
    weights = np.array([expected.get(arm, 0.0) if expected else 1.0 for arm in users])
    shares = weights / weights.sum()
    wanted = shares * counts.sum()
    statistic = float((np.square(counts - wanted) / wanted).sum())
    p = float(chi2.sf(statistic, len(counts) - 1))
    return Sizes(tuple(users), tuple(int(count) for count in counts), tuple(shares.tolist()), p)


def imbalances(matrix: Floats, columns: Sequence[str], treated: Floats) -> tuple[Imbalance, ...]:
    """Measure how far the arms are apart in each column, the furthest first.

    Args:
        matrix: What was known of each user before.
        columns: What its columns are called.
        treated: 1 or 0, a user.

    References:
        Austin (2009), Balance diagnostics for comparing the distribution of baseline covariates between
        treatment groups in propensity-score matched samples.
    """
    found = []
    for name, values in zip(columns, matrix.T, strict=True):
        with_it, without = values[treated == 1], values[treated == 0]
        spread = math.sqrt((with_it.var() + without.var()) / 2)
        apart = float(with_it.mean() - without.mean())
        difference = apart / spread if spread > 0 else 0.0
        found.append(Imbalance(name, float(with_it.mean()), float(without.mean()), difference))
    return tuple(sorted(found, key=lambda one: (-abs(one.difference), one.column)))
