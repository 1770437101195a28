from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from tests.segments.tables import planted

from coterie.segments.methods import lloyd


def test_rounds_are_those_of_lloyd() -> None:
    matrix = planted(4, users=300)[0]
    matrix -= matrix.mean(axis=0)
    first = lloyd.first_centres(matrix, 4, 3, np.random.default_rng(1))
    found = lloyd.rounds(matrix, first, 300, rest=0.0)
    for at, centres in enumerate(first):
        model = KMeans(4, init=centres, n_init=1, tol=0.0, max_iter=300).fit(matrix)
        assert found.centres[at] == pytest.approx(model.cluster_centers_)
        assert found.inertia[at] == pytest.approx(model.inertia_)
        assert np.array_equal(lloyd.labels(matrix, found.centres[at]), model.labels_)


def test_sets_do_not_depend_on_those_beside_them() -> None:
    matrix = np.random.default_rng(2).random((200, 3))
    first = lloyd.first_centres(matrix, 5, 4, np.random.default_rng(1))
    together = lloyd.rounds(matrix, first, 50)
    for at in range(4):
        alone = lloyd.rounds(matrix, first[at : at + 1], 50)
        assert together.centres[at] == pytest.approx(alone.centres[0])


def test_the_best_sets_come_first() -> None:
    sets = lloyd.Sets(np.arange(3.0).reshape(3, 1, 1), np.array([3.0, 1.0, 2.0]))
    assert sets.best(2).inertia.tolist() == [1.0, 2.0]
    assert sets.best().centres.ravel().tolist() == [1.0]


def test_first_centres_are_rows_far_apart() -> None:
    matrix = np.repeat([[0.0], [1.0], [5.0]], 20, axis=0)
    for centres in lloyd.first_centres(matrix, 3, 5, np.random.default_rng(1)):
        assert sorted(centres.ravel().tolist()) == [0.0, 1.0, 5.0]


def test_more_centres_than_different_rows_are_no_failure() -> None:
    matrix = np.repeat([[-1.0], [1.0]], 3, axis=0)
    first = lloyd.first_centres(matrix, 4, 2, np.random.default_rng(1))
    assert lloyd.rounds(matrix, first, 10).inertia.tolist() == [0.0, 0.0]


def test_a_centre_without_rows_goes_to_the_row_farthest_from_its_own() -> None:
    matrix = np.array([[-3.0], [-2.0], [-1.0], [6.0]])
    found = lloyd.rounds(matrix, np.array([[[-2.0], [99.0]]]), 10)
    assert sorted(found.centres[0].ravel().tolist()) == [-2.0, 6.0]
