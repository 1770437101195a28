from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn import datasets
from tests.segments.hierarchy.examples import blobs, drawn, points, same

from coterie.segments.agreement import adjusted_rand
from coterie.segments.hierarchy import genie

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints


def by_the_paper(rows: Floats, weights: Ints, gini: float) -> dict[int, Ints]:
    """Join the closest two groups, one of them of the smallest size where sizes are too unequal."""
    away = np.linalg.norm(rows[:, None] - rows, axis=2)
    groups = [[each] for each in range(len(rows))]
    cuts = {}
    while True:
        labels = np.empty(len(rows), dtype=np.int64)
        for place, group in enumerate(groups):
            labels[group] = place
        cuts[len(groups)] = labels
        if len(groups) == 1:
            return cuts
        sizes = np.array([weights[group].sum() for group in groups])
        uneven = np.abs(sizes[:, None] - sizes).sum() / 2 / ((len(groups) - 1) * sizes.sum()) > gini
        allowed = [
            (away[np.ix_(groups[one], groups[other])].min(), one, other)
            for one, other in itertools.combinations(range(len(groups)), 2)
            if not uneven or min(sizes[one], sizes[other]) == sizes.min()
        ]
        _, one, other = min(allowed)
        groups[one] += groups.pop(other)


@pytest.mark.parametrize("gini", [0.0, 0.1, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("most", [1, 5])
def test_it_is_what_the_paper_says(gini: float, most: int) -> None:
    for seed in range(3):
        rows = drawn(35, 2, seed)
        weights = np.random.default_rng(seed).integers(1, most + 1, size=len(rows))
        tree = genie.tree(rows, weights, gini=gini)
        for k, labels in by_the_paper(rows, weights, gini).items():
            assert same(tree.cut_k(k), labels)


@pytest.mark.parametrize("rows", [drawn(300, 3), np.concatenate([drawn(200), drawn(200)[:50]])])
def test_without_a_bound_it_is_single_linkage(rows: Floats) -> None:
    links, tree = linkage(rows, "single"), genie.tree(rows, gini=1.0)
    assert tree.heights == pytest.approx(links[:, 2], abs=1e-12)
    for k in (1, 2, 7, 60):
        assert same(tree.cut_k(k), fcluster(links, k, "maxclust"))


def test_heights_are_how_far_apart_groups_are() -> None:
    rows = drawn(80, 2)
    tree = genie.tree(rows)
    away = np.linalg.norm(rows[:, None] - rows, axis=2)
    for k in range(2, 30):
        labels = tree.cut_k(k)
        apart = away[labels[:, None] != labels].min()
        assert tree.heights[-(k - 1)] == pytest.approx(apart)


@settings(max_examples=40)
@given(points(), st.sampled_from([0.1, 0.3, 1.0]))
def test_the_order_of_rows_has_no_say(rows: Floats, gini: float) -> None:
    tree, turned = genie.tree(rows, gini=gini), genie.tree(rows[::-1], gini=gini)
    assert tree.heights == turned.heights
    for k in range(1, len(np.unique(rows, axis=0)) + 1):
        assert same(tree.cut_k(k), turned.cut_k(k)[::-1])


def test_shapes_and_outliers() -> None:
    rows, labels = datasets.make_moons(1_000, noise=0.06, random_state=1)
    assert adjusted_rand(genie.tree(rows).cut_k(2), labels) == 1.0
    rows, labels = blobs(600, 4)
    rows[:3] = [[900.0, 0.0, 0.0], [0.0, -900.0, 0.0], [0.0, 0.0, 900.0]]
    assert adjusted_rand(genie.tree(rows).cut_k(4), labels) > 0.95
    assert adjusted_rand(genie.tree(rows, gini=1.0).cut_k(4), labels) < 0.1


def test_core_distances_close_a_bridge() -> None:
    rng = np.random.default_rng(0)
    crowds = rng.normal(size=(400, 2)) * 0.4 + np.repeat([[0.0, 0.0], [6.0, 0.0]], 200, axis=0)
    bridge = np.column_stack([np.linspace(0.8, 5.2, 16), np.zeros(16)])
    rows = np.concatenate([crowds, bridge])
    labels = np.repeat([0, 1], 200)
    found = genie.tree(rows, gini=0.6, neighbours=8).cut_k(2)[:400]
    assert adjusted_rand(found, labels) == 1.0


def test_a_million_equal_rows_are_few_points() -> None:
    rows = np.repeat(drawn(3), [1, 200_000, 100_000], axis=0)
    tree = genie.tree(rows)
    assert sorted(np.bincount(tree.cut_k(3)).tolist()) == [1, 100_000, 200_000]
    assert tree.heights[-3] == 0.0


def test_a_tree_of_one() -> None:
    assert genie.tree(np.array([[1.0, 2.0]])).leaves == 1
    assert genie.tree(np.zeros((4, 2))).heights == (0.0, 0.0, 0.0)


def test_many_sizes_are_counted_right() -> None:
    weights = np.random.default_rng(1).integers(1, 10_000, size=60)
    rows = drawn(60)
    tree = genie.tree(rows, weights)
    for k, labels in by_the_paper(rows, weights, 0.3).items():
        assert same(tree.cut_k(k), labels)
