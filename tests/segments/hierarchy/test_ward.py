from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster
from scipy.cluster.hierarchy import ward as scipy_ward
from sklearn import datasets
from sklearn.cluster import AgglomerativeClustering
from tests.segments.hierarchy.examples import drawn, points, same
from tests.segments.methods.test_kmeans import learning_platform, standardised

from coterie.segments.hierarchy import ward

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints


@pytest.mark.parametrize(
    "rows",
    [drawn(2, 2), drawn(300, 2), drawn(900, 9), np.exp(8 * drawn(300)), datasets.load_iris().data],
)
def test_it_is_what_scipy_finds(rows: Floats) -> None:
    links, tree = scipy_ward(rows), ward.tree(rows)
    # Sums of squares of large numbers leave scipy's smallest heights with few digits.
    assert tree.heights == pytest.approx(links[:, 2], rel=1e-9, abs=1e-7 * links[-1, 2])
    for k in range(1, min(len(rows), 12)):
        assert same(tree.cut_k(k), fcluster(links, k, "maxclust"))


def test_it_is_what_scikit_learn_finds() -> None:
    rows = drawn(400, 4, seed=3)
    for k in (2, 5, 20):
        assert same(ward.tree(rows).cut_k(k), AgglomerativeClustering(k).fit_predict(rows))


def test_the_published_cut() -> None:
    tree = ward.tree(standardised(learning_platform()))
    sizes = [58, 287, 288, 303, 332, 420, 933, 1213]
    assert sorted(np.bincount(tree.cut_k(8)).tolist()) == sizes
    assert tree.heights[-1] == pytest.approx(118.52, abs=0.01)
    # Eight is what the default colour threshold of a dendrogram gives.
    assert sorted(np.bincount(tree.cut_height(0.7 * tree.heights[-1])).tolist()) == sizes


@settings(max_examples=40)
@given(points(), st.integers(0, 99))
def test_a_weight_is_a_repetition(rows: Floats, seed: int) -> None:
    rows = np.unique(rows, axis=0)
    weights = np.random.default_rng(seed).integers(1, 5, size=len(rows))
    weighted, repeated = ward.tree(rows, weights), ward.tree(np.repeat(rows, weights, axis=0))
    assert weighted.heights == pytest.approx(repeated.heights[int(weights.sum()) - len(rows) :])
    assert weighted.sizes == repeated.sizes[int(weights.sum()) - len(rows) :]
    for k in range(1, len(rows) + 1):
        assert same(np.repeat(weighted.cut_k(k), weights), repeated.cut_k(k))


@settings(max_examples=40)
@given(points())
def test_the_order_of_rows_has_no_say(rows: Floats) -> None:
    tree, turned = ward.tree(rows), ward.tree(rows[::-1])
    assert tree.heights == turned.heights
    for k in range(1, len(np.unique(rows, axis=0)) + 1):
        assert same(tree.cut_k(k), turned.cut_k(k)[::-1])


def test_gaps_that_grow_make_one_pair_a_round() -> None:
    rows = np.cumsum(np.arange(1.0, 200.0) ** 2)[:, None]
    assert ward.tree(rows).heights == pytest.approx(scipy_ward(rows)[:, 2], rel=1e-7)


def test_rounding_leaves_no_round_without_a_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ward._Groups, "_nearest", _in_a_circle)
    assert len(ward.tree(drawn(5)).heights) == 4


def _in_a_circle(groups: ward._Groups, rows: Ints, *_: object) -> tuple[Ints, Floats]:
    return (rows + 1) % len(groups.nodes), np.ones(len(rows))


def test_a_tree_of_one() -> None:
    assert ward.tree(np.array([[1.0, 2.0]])).leaves == 1
    assert ward.tree(np.zeros((4, 2))).heights == (0.0, 0.0, 0.0)
