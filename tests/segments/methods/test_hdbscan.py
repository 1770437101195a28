from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets
from sklearn.cluster import HDBSCAN
from tests.segments.tables import of_matrix, planted

from coterie.project.settings import SegmentSettings
from coterie.segments.agreement import adjusted_rand
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.fit import fit
from coterie.segments.methods import hdbscan as module
from coterie.segments.methods.hdbscan import hdbscan


def test_labels_are_those_of_scikit_learn() -> None:
    rows, _ = datasets.make_blobs(500, cluster_std=[0.5, 1.5, 3.0], random_state=3)
    expected = HDBSCAN(12, 10, copy=True).fit(rows).labels_
    found = hdbscan(rows, seed=1, neighbours=12)
    assert adjusted_rand(found.labels, expected) == 1.0
    assert np.array_equal(found.labels == found.k - 1, expected == -1)
    assert found.agreement > 0.95


def test_crowds_of_different_density_are_found() -> None:
    rows, labels = planted(3, users=600, width=3)
    rows[labels == 0] *= 0.1
    rows = np.vstack([rows, np.random.default_rng(1).uniform(-60, 60, (30, 3))])
    labels = np.append(labels, np.full(30, 3))
    found = hdbscan(rows, seed=1)
    inside = found.labels < 3
    assert isinstance(found.borders, Prototypes)
    assert (found.k, found.borders.outside) == (4, 3)
    assert adjusted_rand(found.labels[inside], labels[inside]) > 0.97
    assert np.mean(inside[:600]) > 0.85
    assert np.mean(inside[600:]) < 0.2
    assert found.agreement > 0.97


def test_many_rows_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 300)
    rows, labels = planted(3, users=1200, width=2)
    for found in (
        hdbscan(rows, seed=1),
        hdbscan(rows, seed=1, neighbours=100),
        hdbscan(rows, seed=1, users=2400),
    ):
        assert found.notes[0].startswith("HDBSCAN ran on 300 of 1,200 users")
        assert adjusted_rand(found.labels, labels) > 0.8


@pytest.mark.parametrize(
    ("rows", "k"),
    [
        (np.zeros((1, 2)), 1),
        (np.zeros((50, 3)), 1),
        (np.repeat([[0.0], [1.0], [5.0]], 20, axis=0), 3),
        (np.arange(3.0)[:, None], 1),
    ],
)
def test_rows_that_are_equal_or_few(rows: np.ndarray[tuple[int, int], np.dtype[np.float64]], k: int) -> None:
    assert hdbscan(rows, seed=1).k == k


def test_equal_rows_have_the_same_label() -> None:
    rows = np.random.default_rng(1).poisson(1.0, (400, 2)).astype(float)
    found = hdbscan(rows, seed=1)
    _, places = np.unique(rows, axis=0, return_inverse=True)
    assert all(len(set(found.labels[places == place].tolist())) == 1 for place in range(places.max() + 1))


def test_one_cloud_is_one_segment() -> None:
    cloud = np.random.default_rng(1).normal(size=(300, 4))
    found = fit(of_matrix(cloud), SegmentSettings(method="hdbscan", neighbours=30))
    assert (len(found.segments), found.clustered) == (1, False)
    assert found.notes == ("HDBSCAN finds no crowd, so everyone is one segment.",)
