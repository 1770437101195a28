"""Gradient boosting by XGBoost, an extra: its trees are kept as plain numbers, so it is needed to fit alone.

References:
    Chen & Guestrin (2016), XGBoost: A Scalable Tree Boosting System.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie import extras
from coterie.predictions.models.link import LINKS, Loss, bounds
from coterie.predictions.models.rounding import less_than
from coterie.predictions.models.trees import Tree, Trees
from coterie.project.predicting import INSTEAD

if TYPE_CHECKING:
    from coterie.features.values import Floats

_OBJECTIVES = {
    "logistic": "binary:logistic",
    "poisson": "count:poisson",
    "gamma": "reg:gamma",
    "squared": "reg:squarederror",
}
_ROUNDS = 100
_SETTINGS = {"eta": 0.1, "max_depth": 5, "tree_method": "hist", "nthread": 1, "verbosity": 0}


def fit(matrix: Floats, outcomes: Floats, loss: Loss, *, seed: int) -> Trees:
    """Fit 100 boosted trees of depth 5.

    Args:
        matrix: Prepared rows.
        outcomes: What happened to each.
        loss: What is made small.
        seed: Makes it repeatable.

    Raises:
        UsageError: XGBoost is not installed.
    """
    with extras.needed("`model: xgboost`", "xgboost", INSTEAD):
        import xgboost

    data = xgboost.DMatrix(matrix, label=outcomes)
    booster = xgboost.train(
        {**_SETTINGS, "objective": _OBJECTIVES[loss], "seed": seed % 2**31}, data, num_boost_round=_ROUNDS
    )
    sums = booster.predict(data, output_margin=True).astype(np.float64)
    return kept(booster, matrix[:1], float(sums[0]), loss, sums)


def kept(booster: Any, row: Floats, total: float, loss: Loss, sums: Floats) -> Trees:
    """Take the trees out of a fitted booster.

    Args:
        booster: XGBoost's own.
        row: One prepared row.
        total: What the booster's trees come to on it, from which follows what is added to their sum.
        loss: What it was fitted by.
        sums: What they come to on all rows.
    """
    found = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    trees = Trees(tuple(map(_tree, found)), 0.0, LINKS[loss], *bounds(sums, LINKS[loss]))
    return Trees(trees.trees, total - float(trees.sums(row)[0]), trees.link, trees.low, trees.high)


def _tree(found: dict[str, Any]) -> Tree:
    left, right = np.array(found["left_children"]), np.array(found["right_children"])
    numbers, leaf = np.array(found["split_conditions"]), left < 0
    return Tree(
        feature=tuple(np.where(leaf, -1, found["split_indices"]).tolist()),
        threshold=tuple(np.where(leaf, 0.0, less_than(numbers)).tolist()),
        left=tuple(np.maximum(left, 0).tolist()),
        right=tuple(np.maximum(right, 0).tolist()),
        value=tuple(np.where(leaf, numbers, 0.0).tolist()),
    )
