"""Gradient boosting by LightGBM, an extra: its trees are kept as plain numbers, so it is needed to fit alone.

References:
    Ke et al. (2017), LightGBM: A Highly Efficient Gradient Boosting Decision Tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from coterie import extras
from coterie.predictions.models.link import LINKS, Loss, bounds
from coterie.predictions.models.trees import Tree, Trees
from coterie.project.predicting import INSTEAD

if TYPE_CHECKING:
    from coterie.features.values import Floats

_OBJECTIVES = {"logistic": "binary", "poisson": "poisson", "gamma": "gamma", "squared": "regression"}
_ROUNDS = 100
_SETTINGS = {"num_threads": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1}


def fit(matrix: Floats, outcomes: Floats, loss: Loss, *, seed: int) -> Trees:
    """Fit 100 boosted trees of 31 leaves.

    Args:
        matrix: Prepared rows.
        outcomes: What happened to each.
        loss: What is made small.
        seed: Makes it repeatable.

    Raises:
        UsageError: LightGBM is not installed.
    """
    with extras.needed("`model: lightgbm`", "lightgbm", INSTEAD):
        import lightgbm

    booster = lightgbm.train(
        {**_SETTINGS, "objective": _OBJECTIVES[loss], "seed": seed % 2**31},
        lightgbm.Dataset(matrix, label=outcomes),
        num_boost_round=_ROUNDS,
    )
    sums = np.asarray(booster.predict(matrix, raw_score=True, num_threads=1), dtype=np.float64)
    return kept(booster.dump_model(), loss, sums)


def kept(dumped: dict[str, Any], loss: Loss, sums: Floats) -> Trees:
    """Take the trees out of a dumped booster.

    Args:
        dumped: LightGBM's own description of it.
        loss: What it was fitted by.
        sums: What its trees come to on all rows.
    """
    trees = tuple(_tree(one["tree_structure"]) for one in dumped["tree_info"])
    return Trees(trees, 0.0, LINKS[loss], *bounds(sums, LINKS[loss]))


def _tree(root: dict[str, Any]) -> Tree:
    feature: list[int] = []
    ways: list[tuple[int, int]] = []
    numbers: list[tuple[float, float]] = []

    def visit(node: dict[str, Any]) -> int:
        place, split = len(feature), "split_feature" in node
        feature.append(node["split_feature"] if split else -1)
        ways.append((0, 0))
        numbers.append((node["threshold"], 0.0) if split else (0.0, node["leaf_value"]))
        if split:
            ways[place] = visit(node["left_child"]), visit(node["right_child"])
        return place

    visit(root)
    left, right = zip(*ways, strict=True)
    threshold, value = zip(*numbers, strict=True)
    return Tree(tuple(feature), threshold, left, right, value)
