from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, silhouette_score
from tests.segments.tables import planted

from coterie.segments.agreement import adjusted_rand, distances, overlaps, shallowest_valley, silhouette

LABELS = st.lists(st.integers(0, 3), min_size=12, max_size=12)


@given(LABELS, LABELS)
def test_adjusted_rand_is_that_of_scikit_learn(one: list[int], other: list[int]) -> None:
    expected = adjusted_rand_score(one, other)
    assert adjusted_rand(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("groups", [2, 5])
def test_silhouette_is_that_of_scikit_learn(groups: int) -> None:
    matrix, labels = planted(groups, users=301)
    assert silhouette(distances(matrix), labels) == pytest.approx(silhouette_score(matrix, labels), abs=1e-5)


def test_silhouette_of_one_group_is_nothing() -> None:
    assert silhouette(distances(np.array([[0.0], [1.0]])), np.array([0, 0])) == 0.0


def test_overlaps_of_the_same_groups_are_whole() -> None:
    assert overlaps(np.array([0, 1, 1]), np.array([1, 0, 0])).tolist() == [1.0, 1.0]


def test_a_cut_through_a_crowd_has_no_valley() -> None:
    crowd = np.random.default_rng(1).standard_normal((2_000, 1))
    labels = (crowd[:, 0] > 0).astype(np.int64)
    assert shallowest_valley(crowd, labels, np.array([[-0.8], [0.8]])) > 0.95


def test_a_gap_is_a_valley() -> None:
    matrix, labels = planted(3)
    centres = np.array([matrix[labels == group].mean(axis=0) for group in range(3)])
    assert shallowest_valley(matrix, labels, centres) < 0.5


def test_an_empty_group_has_no_valley_to_show() -> None:
    rows = np.array([[0.0], [0.1]])
    assert shallowest_valley(rows, np.array([0, 0]), np.array([[0.0], [0.0]])) >= 0.0
