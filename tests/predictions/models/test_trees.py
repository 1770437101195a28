from __future__ import annotations

import numpy as np
import pytest

from coterie.predictions.models import trees as module
from coterie.predictions.models.trees import Tree, Trees

RNG = np.random.default_rng(6)


def grown(leaves: int, columns: int = 5) -> Tree:
    """A tree with that many leaves, split at random."""
    feature, threshold, left, right = [-1], [0.0], [0], [0]
    for _ in range(leaves - 1):
        node = int(RNG.choice([at for at, own in enumerate(feature) if own < 0]))
        feature[node], threshold[node] = int(RNG.integers(columns)), round(float(RNG.normal()), 1)
        left[node], right[node] = len(feature), len(feature) + 1
        for found, empty in ((feature, -1), (threshold, 0.0), (left, 0), (right, 0)):
            found.extend([empty, empty])  # type: ignore[list-item]
    value = tuple(float(RNG.normal()) if own < 0 else 0.0 for own in feature)
    return Tree(tuple(feature), tuple(threshold), tuple(left), tuple(right), value)


def walked(tree: Tree, row: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    node = 0
    while tree.feature[node] >= 0:
        goes_left = row[tree.feature[node]] <= tree.threshold[node]
        node = tree.left[node] if goes_left else tree.right[node]
    return tree.value[node]


@pytest.mark.parametrize("leaves", [1, 2, 3, 31, 64, 65, 200])
def test_users_get_the_values_of_their_leaves(leaves: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 37)
    matrix = RNG.normal(size=(100, 5)).round(1)
    both = (grown(leaves), grown(2))
    found = Trees(both, 0.5, "identity", -99.0, 99.0)
    expected = [0.5 + sum(walked(tree, row) for tree in both) for row in matrix]
    assert np.allclose(found.sums(matrix), expected, rtol=0, atol=1e-12)
    assert found.splits == leaves


def test_a_tree_that_is_a_list_is_read_too() -> None:
    size = 63
    feature = tuple(0 if at % 2 == 0 and at < 2 * size else -1 for at in range(2 * size + 1))
    threshold = tuple(float(at // 2) if own == 0 else 0.0 for at, own in enumerate(feature))
    left = tuple(at + 1 if own == 0 else 0 for at, own in enumerate(feature))
    right = tuple(at + 2 if own == 0 else 0 for at, own in enumerate(feature))
    tree = Tree(feature, threshold, left, right, tuple(float(at) for at in range(2 * size + 1)))
    matrix = np.arange(-1.0, 66.0)[:, None]
    found = Trees((tree,), 0.0, "identity", -999.0, 999.0).sums(matrix)
    assert found.tolist() == [walked(tree, row) for row in matrix]
