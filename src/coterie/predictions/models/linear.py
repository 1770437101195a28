"""A weighted sum of the columns: logistic, Poisson and gamma regression, and ridge."""

from __future__ import annotations

import dataclasses
import functools
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.predictions.models.link import LINKS, Link, Loss, bounds, foretold
from coterie.sources import sql
from coterie.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import exp

    from coterie.features.values import Floats

#: How strongly weights are drawn towards 0, as one user in all: little, unless users are few.
PENALTY = 1.0
_ITERATIONS = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Linear:
    """A weighted sum of prepared columns.

    Attributes:
        weights: One a column.
        intercept: Added to the sum.
        link: How the sum becomes what is foretold.
        low: The least sum; smaller ones count as this.
        high: The largest sum.
    """

    weights: tuple[float, ...]
    intercept: float
    link: Link
    low: float
    high: float

    def sums(self, matrix: Floats) -> Floats:
        """Sum prepared rows up, before bounds and link."""
        with one_thread():
            found: Floats = matrix @ np.array(self.weights) + self.intercept
        return found

    def predicted(self, matrix: Floats) -> Floats:
        """Foretell prepared rows."""
        return foretold(self.sums(matrix), self.link, self.low, self.high)

    def total(self, names: Sequence[str]) -> exp.Expression:
        """Write the sum in SQL, over columns of these names."""
        terms = [
            sql.sql(":x * :weight", x=sql.column(name), weight=sql.double(weight))
            for name, weight in zip(names, self.weights, strict=True)
            if weight != 0
        ]
        return functools.reduce(operator.add, terms, sql.double(self.intercept))


def fit(matrix: Floats, outcomes: Floats, loss: Loss, *, seed: int) -> Linear:
    """Fit a linear model by Newton's steps; the seed decides nothing.

    Args:
        matrix: Prepared rows, standardised.
        outcomes: What happened to each.
        loss: What is made small.
        seed: Of no consequence here.
    """
    del seed
    model = _estimator(loss, len(outcomes))
    with one_thread():
        model.fit(matrix, outcomes)
    weights, intercept = np.ravel(model.coef_), float(np.ravel(model.intercept_)[0])
    link = LINKS[loss]
    found = Linear(tuple(weights.tolist()), intercept, link, 0.0, 0.0)
    low, high = bounds(found.sums(matrix), link)
    return dataclasses.replace(found, low=low, high=high)


def _estimator(loss: Loss, users: int) -> Any:
    from sklearn.linear_model import GammaRegressor, LogisticRegression, PoissonRegressor, Ridge

    if loss == "logistic":
        return LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", max_iter=_ITERATIONS)
    if loss == "squared":
        return Ridge(alpha=PENALTY, solver="cholesky")
    of_loss = PoissonRegressor if loss == "poisson" else GammaRegressor
    return of_loss(alpha=PENALTY / users, solver="newton-cholesky", max_iter=_ITERATIONS)
