"""The average effect of a treatment: a difference of two means or shares, with its interval."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from coterie.intervals import wilson

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.uplift.trial import Trial


@dataclasses.dataclass(frozen=True, slots=True)
class Effect:
    """What treating changes, on average.

    Attributes:
        treated: Users treated.
        others: Users not treated.
        mean_treated: The mean outcome of the former.
        mean_others: The mean outcome of the latter.
        difference: The first mean less the second.
        low: Lower end of the 95 % interval of `difference`.
        high: Upper end.
        error: Standard error of `difference`.
    """

    treated: int
    others: int
    mean_treated: float
    mean_others: float
    difference: float
    low: float
    high: float
    error: float

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


_SOME = 2


def effect(trial: Trial) -> Effect:
    """Compare the mean outcomes of both arms, of which each has two users or more.

    Shares get Newcombe's interval, which stays true where hardly anybody did it; amounts Welch's.

    References:
        Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.
        Welch (1947), The generalization of Student's problem when several different population variances are
        involved.
    """
    treated, others = (trial.outcomes[trial.treated == arm] for arm in (1, 0))
    difference = float(treated.mean() - others.mean())
    variances = [float(arm.var(ddof=1)) / len(arm) for arm in (treated, others)]
    error = math.sqrt(sum(variances))
    if trial.yes_or_no:
        below, above = _newcombe(treated, others)
    else:
        below = above = _quantile(variances, len(treated), len(others)) * error
    return Effect(
        treated=len(treated),
        others=len(others),
        mean_treated=float(treated.mean()),
        mean_others=float(others.mean()),
        difference=difference,
        low=difference - below,
        high=difference + above,
        error=error,
    )


def _newcombe(treated: Floats, others: Floats) -> tuple[float, float]:
    """How far the difference of two shares may be below and above what was seen."""
    share, share_others = float(treated.mean()), float(others.mean())
    low, high = wilson(float(treated.sum()), len(treated))
    low_others, high_others = wilson(float(others.sum()), len(others))
    return (
        math.hypot(share - low, high_others - share_others),
        math.hypot(high - share, share_others - low_others),
    )


def _quantile(variances: list[float], *sizes: int) -> float:
    """The quantile of Student's distribution with Welch's degrees of freedom."""
    from scipy.stats import t

    total = sum(variances)
    if total == 0:
        return 0.0
    degrees = total**2 / sum(v**2 / (n - 1) for v, n in zip(variances, sizes, strict=True))
    return float(t.ppf(0.975, degrees))


def heterogeneity(effects: list[Effect]) -> float:
    """Test whether effects of several groups differ by more than chance: the p of Cochran's Q; 1 for one.

    References:
        Cochran (1954), The combination of estimates from different experiments.
    """
    from scipy.stats import chi2

    known = [one for one in effects if one.error > 0]
    if len(known) < _SOME:
        return 1.0
    weights = np.array([1 / one.error**2 for one in known])
    values = np.array([one.difference for one in known])
    mean = float(weights @ values / weights.sum())
    return float(chi2.sf(weights @ np.square(values - mean), len(known) - 1))
