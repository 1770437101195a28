"""Gradient boosting on histograms: each tree learns what those before it left over.

References:
    Friedman (2001), Greedy Function Approximation: A Gradient Boosting Machine. Ke et al. (2017), LightGBM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.predictions.models.link import LINKS, Link, Loss, bounds
from coterie.predictions.models.trees import Tree, Trees
from coterie.threads import one_thread

if TYPE_CHECKING:
    from coterie.features.values import Floats

_LOSSES = {"poisson": "poisson", "gamma": "gamma", "squared": "squared_error"}


def fit(matrix: Floats, outcomes: Floats, loss: Loss, *, seed: int) -> Trees:
    """Fit boosted trees of scikit-learn, as they are by default.

    Args:
        matrix: Prepared rows.
        outcomes: What happened to each.
        loss: What is made small.
        seed: Draws the users who tell when to stop, where there are more than 10,000.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    if loss == "logistic":
        model: Any = HistGradientBoostingClassifier(random_state=seed)
    else:
        model = HistGradientBoostingRegressor(loss=_LOSSES[loss], random_state=seed)
    with one_thread():
        model.fit(matrix, outcomes)
        sums = _sums(model, matrix, LINKS[loss])
    return kept(model, LINKS[loss], *bounds(sums, LINKS[loss]))


def _sums(model: Any, matrix: Floats, link: Link) -> Floats:
    if link == "logit":
        return np.zeros(1)  # whose bounds don't depend on them
    found: Floats = model.predict(matrix)
    return np.log(found) if link == "log" else found


def kept(model: Any, link: Link, low: float, high: float) -> Trees:
    """Take the trees out of the library's model."""
    trees = tuple(_tree(one.nodes) for (one,) in model._predictors)  # noqa: SLF001 - known nowhere else
    return Trees(trees, float(np.ravel(model._baseline_prediction)[0]), link, low, high)  # noqa: SLF001


def _tree(nodes: Any) -> Tree:
    leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        feature=tuple(np.where(leaf, -1, nodes["feature_idx"]).tolist()),
        threshold=tuple(np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        left=tuple(np.where(leaf, 0, nodes["left"]).tolist()),
        right=tuple(np.where(leaf, 0, nodes["right"]).tolist()),
        value=tuple(np.where(leaf, nodes["value"], 0.0).tolist()),
    )
