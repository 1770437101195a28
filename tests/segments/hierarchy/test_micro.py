from __future__ import annotations

import numpy as np
from tests.segments.hierarchy.examples import blobs, drawn

from coterie.segments.hierarchy.micro import micro_clusters, nearest
from coterie.segments.partition import middles


def test_centres_are_the_means_of_their_rows() -> None:
    rows = drawn(5_000)
    found = micro_clusters(rows, 100)
    assert not found.exact
    assert len(found.weights) <= 100
    assert found.weights.min() >= 1
    assert np.array_equal(found.weights, np.bincount(found.labels))
    assert np.allclose(found.centres, middles(rows, found.labels, len(found.weights)))


def test_rows_are_close_to_their_centres() -> None:
    rows, _ = blobs(8_000, 5)
    found = micro_clusters(rows, 400)
    inside = np.square(rows - found.centres[found.labels]).sum(axis=1).mean()
    assert inside < 0.15 * 3


def test_a_lone_row_far_out_stays_alone() -> None:
    rows = np.concatenate([drawn(20_000), [[500.0, 0.0, 0.0], [0.0, 0.0, -3000.0]]])
    found = micro_clusters(rows, 200)
    assert found.weights[found.labels[-2:]].tolist() == [1, 1]


def test_few_different_rows_are_groups_of_their_own() -> None:
    rows = np.repeat(drawn(50), 100, axis=0)
    for found in (micro_clusters(rows, 50), micro_clusters(rows, 10, exact=50)):
        assert found.exact
        assert np.array_equal(found.centres[found.labels], rows)
        assert set(found.weights.tolist()) == {100}


def test_equal_rows_are_together() -> None:
    rows = np.repeat(drawn(500), 4, axis=0)
    labels = micro_clusters(rows, 40).labels.reshape(500, 4)
    assert np.all(labels == labels[:, :1])


def test_the_order_of_rows_has_no_say_and_the_seed_has() -> None:
    rows = drawn(3_000)
    found, turned = micro_clusters(rows, 60, seed=1), micro_clusters(rows[::-1], 60, seed=1)
    assert np.array_equal(found.centres, turned.centres)
    assert np.array_equal(found.labels, turned.labels[::-1])
    assert not np.array_equal(found.labels, micro_clusters(rows, 60, seed=2).labels)


def test_the_nearest_centre_and_how_far_it_is() -> None:
    labels, away = nearest(np.array([[0.0], [9.0]]), np.array([[1.0], [7.0]]))
    assert labels.tolist() == [0, 1]
    assert away.tolist() == [1.0, 4.0]
