from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets
from sklearn.cluster import DBSCAN
from tests.segments.tables import of_matrix, planted

from coterie.project.settings import SegmentSettings
from coterie.segments.agreement import adjusted_rand
from coterie.segments.assign import assign
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.fit import fit
from coterie.segments.methods import dbscan as module
from coterie.segments.methods.dbscan import dbscan, knee


def test_labels_are_those_of_scikit_learn() -> None:
    rows, _ = datasets.make_moons(400, noise=0.06, random_state=1)
    rows = np.vstack([rows, rows[:50]])
    expected = DBSCAN(eps=0.12, min_samples=8).fit(rows).labels_
    found = dbscan(rows, seed=1, radius=0.12, neighbours=8)
    assert adjusted_rand(found.labels, expected) > 0.98
    assert np.array_equal(found.labels == found.k - 1, expected == -1)
    assert found.agreement > 0.97


def test_shapes_are_found_without_a_radius() -> None:
    rows, labels = datasets.make_moons(600, noise=0.05, random_state=1)
    found = dbscan(rows, seed=1)
    assert adjusted_rand(found.labels, labels) > 0.7


def test_planted_groups_and_what_is_outside_are_found() -> None:
    rows, labels = planted(4, users=800)
    far = np.random.default_rng(1).uniform(-80, 80, (40, 4))
    found = dbscan(np.vstack([rows, far]), seed=1)
    assert isinstance(found.borders, Prototypes)
    assert (found.k, found.borders.outside) == (5, 4)
    assert adjusted_rand(found.labels[:800], labels) > 0.9
    assert np.mean(found.labels[800:] == 4) > 0.95
    assert found.agreement > 0.97


def test_many_rows_are_sampled_and_neighbours_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 300)
    rows, labels = planted(3, users=1200, width=2)
    for found in (
        dbscan(rows, seed=1),
        dbscan(rows, seed=1, radius=0.8, neighbours=40),
        dbscan(rows, seed=1, radius=0.8, neighbours=80, users=2400),
    ):
        assert found.notes[0].startswith("DBSCAN ran on 300 of 1,200 users")
        assert adjusted_rand(found.labels, labels) > 0.75


@pytest.mark.parametrize(
    ("rows", "k"),
    [
        (np.zeros((1, 2)), 1),
        (np.zeros((50, 3)), 1),
        (np.repeat([[0.0], [1.0], [5.0]], 20, axis=0), 3),
        (np.arange(8.0)[:, None] ** 4, 1),
    ],
)
def test_rows_that_are_equal_or_few(rows: np.ndarray[tuple[int, int], np.dtype[np.float64]], k: int) -> None:
    found = dbscan(rows, seed=1)
    assert found.k == k
    assert len(found.labels) == len(rows)


def test_a_million_equal_rows_take_no_more_than_a_few() -> None:
    rows = np.repeat(np.array([[0.0, 0.0], [1.0, 0.0], [4.0, 4.0]]), [400_000, 300_000, 300_000], axis=0)
    found = dbscan(rows, seed=1)
    assert np.bincount(found.labels).tolist() == [400_000, 300_000, 300_000]


def test_the_knee_is_where_distances_begin_to_rise() -> None:
    rising = np.append(np.linspace(1.0, 1.5, 75), np.geomspace(1.6, 2.2, 10))
    far = np.array([90.0, 1e6])
    shuffled = np.random.default_rng(1).permutation(np.append(rising, far))
    assert knee(shuffled) == pytest.approx(1.5)
    assert knee(np.sqrt(np.linspace(1.0, 4.0, 51))) == pytest.approx(2.0)
    assert knee(np.array([2.0])) == pytest.approx(2.0)


def test_one_crowd_is_one_segment() -> None:
    found = fit(of_matrix(np.random.default_rng(1).random((300, 2))), SegmentSettings(method="dbscan"))
    assert (len(found.segments), found.clustered) == (1, False)
    assert found.verdict == "dbscan finds no two crowds among these users: they are one segment."
    assert found.notes[0].startswith("DBSCAN finds one crowd")


def test_the_settings_say_what_a_crowd_is() -> None:
    rows, labels = planted(3, users=300, width=2)
    table = of_matrix(rows)
    settings = SegmentSettings(method="dbscan", radius=0.4, neighbours=6, log="never")
    found = fit(table, settings)
    assert found.clustered
    assert found.verdict.startswith("dbscan finds 3 crowds by itself")
    assert adjusted_rand(assign(found, table.rows), labels) > 0.7
