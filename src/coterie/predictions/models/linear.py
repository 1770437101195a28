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

#: Stronger ones that are tried where there are fewer than `FEW` users a column, and in how many parts.
PENALTIES, FEW, PARTS = (PENALTY, 30.0, 1_000.0), 50, 3
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

    Where users are few for so many columns, weights are drawn towards 0 as strongly as foretells users best
    who were left out of the fit.

    Args:
        matrix: Prepared rows, standardised.
        outcomes: What happened to each.
        loss: What is made small.
        seed: Of no consequence here.
    """
    del seed
    with one_thread():
        model = _estimator(loss, len(outcomes), _penalty(matrix, outcomes, loss))
        model.fit(matrix, outcomes)
    weights, intercept = np.ravel(model.coef_), float(np.ravel(model.intercept_)[0])
    link = LINKS[loss]
    found = Linear(tuple(weights.tolist()), intercept, link, 0.0, 0.0)
    low, high = bounds(found.sums(matrix), link)
    return dataclasses.replace(found, low=low, high=high)


def _penalty(matrix: Floats, outcomes: Floats, loss: Loss) -> float:
    users, columns = matrix.shape
    part = np.arange(users) % PARTS
    alike = any(np.ptp(outcomes[part != at]) == 0 for at in range(PARTS)) if users >= PARTS else True
    if users >= FEW * columns or alike:
        return PENALTY
    wrong = [0.0] * len(PENALTIES)
    for at in range(PARTS):
        learnt = part != at
        for place, penalty in enumerate(PENALTIES):
            model = _estimator(loss, int(learnt.sum()), penalty).fit(matrix[learnt], outcomes[learnt])
            wrong[place] += _wrong(model, matrix[~learnt], outcomes[~learnt], loss)
    return PENALTIES[int(np.argmin(wrong))]


def _wrong(model: Any, matrix: Floats, outcomes: Floats, loss: Loss) -> float:
    """Sum the squared errors; of logarithms for amounts above 0, so that a few large ones don't decide."""
    foretold = model.predict_proba(matrix)[:, 1] if loss == "logistic" else model.predict(matrix)
    if loss == "gamma":
        foretold, outcomes = np.log(foretold), np.log(outcomes)
    return float(np.square(foretold - outcomes).sum())


def _estimator(loss: Loss, users: int, penalty: float) -> Any:
    from sklearn.linear_model import GammaRegressor, LogisticRegression, PoissonRegressor, Ridge

    if loss == "logistic":
        return LogisticRegression(C=1 / penalty, solver="newton-cholesky", max_iter=_ITERATIONS)
    if loss == "squared":
        return Ridge(alpha=penalty, solver="cholesky")
    of_loss = PoissonRegressor if loss == "poisson" else GammaRegressor
    return of_loss(alpha=penalty / users, solver="newton-cholesky", max_iter=_ITERATIONS)
