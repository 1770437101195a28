"""From the sum that a model makes to what it foretells: bound, and through the inverse of its link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from coterie.sources import sql

if TYPE_CHECKING:
    from sqlglot import exp

    from coterie.features.values import Floats

#: identity: the sum itself. logit: its logistic function, a probability. log: its exponential.
Link = Literal["identity", "logit", "log"]

#: What a model learns to make small. logistic: of yes or no; poisson: of counts and of amounts from 0 on;
#: gamma: of amounts above 0; squared: of any number.
Loss = Literal["logistic", "poisson", "gamma", "squared"]

#: Sums of a logit are bound to this many from 0: what is beyond differs from 0 and 1 by less than 1e-15.
LARGEST_LOGIT = 35.0

LINKS: dict[Loss, Link] = {"logistic": "logit", "poisson": "log", "gamma": "log", "squared": "identity"}


def bounds(sums: Floats, link: Link) -> tuple[float, float]:
    """Find what sums are bound to, so that no user is foretold more than was ever fitted.

    Args:
        sums: Those of the users who the model was fitted on.
        link: Of the model.
    """
    if link == "logit":
        return -LARGEST_LOGIT, LARGEST_LOGIT
    return float(sums.min()), float(sums.max())


def foretold(sums: Floats, link: Link, low: float, high: float) -> Floats:
    """Turn sums into what they foretell.

    Examples:
        >>> foretold(np.array([0.0, 99.0]), "logit", -35, 35).round(3).tolist()
        [0.5, 1.0]
    """
    bound: Floats = np.clip(sums, low, high)
    if link == "logit":
        return np.asarray(1.0 / (1.0 + np.exp(-bound)))
    return np.asarray(np.exp(bound)) if link == "log" else bound


def foretelling(total: exp.Expression, link: Link) -> exp.Expression:
    """Write in SQL what a bound sum foretells."""
    if link == "logit":
        return sql.sql("1e0 / (1e0 + exp(-:total))", total=total)
    return sql.sql("exp(:total)", total=total) if link == "log" else total


def bounding(total: exp.Expression, low: float, high: float) -> exp.Expression:
    """Write in SQL a sum within its bounds; `total` is a column, as it is written three times."""
    text = "case when :x > :high then :high when :x < :low then :low else :x end"
    return sql.sql(text, x=total, low=sql.double(low), high=sql.double(high))
