"""Random forests: the mean of trees that each saw other users and, at each split, other columns.

References:
    Breiman (2001), Random Forests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.predictions.models.rounding import at_most
from coterie.predictions.models.trees import Tree, Trees
from coterie.threads import one_thread

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.models.link import Loss

TREES = 100

#: Leaves of a tree, at most, so that a forest of any number of users can be stored.
LEAVES = 1_000

#: Users that a tree sees, at most.
USERS = 100_000


def fit(matrix: Floats, outcomes: Floats, loss: Loss, *, seed: int) -> Trees:
    """Fit a forest; whatever the loss, a leaf foretells the mean of its users.

    Args:
        matrix: Prepared rows.
        outcomes: What happened to each.
        loss: Whether it is of yes or no.
        seed: Draws users and columns.
    """
    return kept(fitted(matrix, outcomes, loss, seed=seed), yes_or_no=loss == "logistic")


def fitted(matrix: Floats, outcomes: Floats, loss: Loss, *, seed: int, trees: int = TREES) -> Any:
    """Fit the library's forest itself, which knows the importance of columns."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    of_kind = RandomForestClassifier if loss == "logistic" else RandomForestRegressor
    users = len(outcomes)
    model = of_kind(
        n_estimators=trees,
        max_features="sqrt" if loss == "logistic" else 1 / 3,
        min_samples_leaf=1 if loss == "logistic" else 5,
        max_leaf_nodes=LEAVES if users > LEAVES else None,
        max_samples=USERS if users > USERS else None,
        random_state=seed,
        n_jobs=1,
    )
    with one_thread():
        return model.fit(matrix, outcomes)


def kept(model: Any, *, yes_or_no: bool) -> Trees:
    """Take the trees out of the library's forest."""
    share = 1 / len(model.estimators_)
    trees = tuple(_tree(one.tree_, share, place=int(yes_or_no)) for one in model.estimators_)
    leaves = [
        [value for value, feature in zip(tree.value, tree.feature, strict=True) if feature < 0]
        for tree in trees
    ]
    low, high = (0.0, 1.0) if yes_or_no else (sum(map(min, leaves)), sum(map(max, leaves)))
    return Trees(trees, 0.0, "identity", low, high)


def _tree(found: Any, share: float, place: int) -> Tree:
    leaf = found.children_left < 0
    return Tree(
        feature=tuple(np.where(leaf, -1, found.feature).tolist()),
        threshold=tuple(np.where(leaf, 0.0, at_most(found.threshold)).tolist()),
        left=tuple(np.maximum(found.children_left, 0).tolist()),
        right=tuple(np.maximum(found.children_right, 0).tolist()),
        value=tuple(np.where(leaf, found.value[:, 0, place] * share, 0.0).tolist()),
    )
