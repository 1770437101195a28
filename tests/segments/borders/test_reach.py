from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets
from tests.segments.borders.queries import by_duckdb, by_sqlite, named
from tests.segments.tables import planted

from coterie.segments.borders.reach import MOST, OUTSIDE, reaching


def test_groups_of_any_shape_are_kept_apart() -> None:
    rows, labels = datasets.make_moons(600, noise=0.05, random_state=1)
    borders = reaching(rows, np.ones(600, dtype=int), labels, seed=1)
    assert (borders.k, borders.outside) == (2, None)
    assert np.mean(borders.places(rows) == labels) > 0.99


def test_the_fewest_prototypes_are_taken() -> None:
    rows, labels = planted(3)
    borders = reaching(rows, np.ones(len(rows), dtype=int), labels, seed=1)
    assert len(borders.points) < 20
    assert {tuple(row) for row in borders.points} <= {tuple(row) for row in rows.tolist()}


def test_what_is_far_is_outside() -> None:
    rows, labels = planted(3)
    far = np.random.default_rng(1).uniform(-60, 60, (40, 4))
    far = far[np.abs(far).max(axis=1) > 30]
    points = np.vstack([rows, far])
    truth = np.append(labels, np.full(len(far), OUTSIDE))
    borders = reaching(points, np.ones(len(points), dtype=int), truth, seed=1)
    assert (borders.k, borders.outside) == (4, 3)
    assert np.array_equal(borders.places(points), np.where(truth == OUTSIDE, 3, truth))
    assert borders.places(np.full((1, 4), 1e300)).tolist() == [3]


def test_each_group_may_reach_as_far_as_it_does() -> None:
    rng = np.random.default_rng(2)
    wide, narrow = rng.normal(0, 4, (300, 2)), rng.normal(0, 0.1, (300, 2)) + 40
    ring = np.array([40.0, 40.0]) + 4 * np.array([[np.cos(at), np.sin(at)] for at in range(40)])
    points = np.vstack([wide, narrow, ring])
    truth = np.repeat([0, 1, OUTSIDE], [300, 300, 40])
    borders = reaching(points, np.ones(640, dtype=int), truth, seed=1)
    assert np.array_equal(borders.places(points), np.where(truth == OUTSIDE, 2, truth))


def test_weights_say_who_counts() -> None:
    points = np.array([[0.0], [1.0], [1.5], [9.0]])
    truth = np.array([0, OUTSIDE, 0, 1])
    heavy = reaching(points, np.array([5, 1, 50, 5]), truth, seed=1).places(points)
    light = reaching(points, np.array([5, 50, 1, 5]), truth, seed=1).places(points)
    assert (heavy[2], light[1]) == (0, 2)


def test_nobody_is_outside_if_no_reach_sets_them_apart() -> None:
    points = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]])
    truth = np.array([0, OUTSIDE, 0, 1, 1, 1])
    borders = reaching(points, np.array([9, 1, 9, 9, 9, 9]), truth, seed=1)
    assert borders.places(points)[[0, 2, 3, 4, 5]].tolist() == [0, 0, 1, 1, 1]


def test_more_groups_than_prototypes_have_one_each() -> None:
    points = np.arange(MOST + 10, dtype=float)[:, None]
    borders = reaching(points, np.ones(len(points), dtype=int), np.arange(len(points)), seed=1)
    assert borders.places(points).tolist() == list(range(len(points)))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_sql_gives_the_places_of_numpy(seed: int, whole: bool) -> None:
    rng = np.random.default_rng(seed)
    points = np.unique(rng.normal(0, 3, (60, 2)).round(0 if whole else 9), axis=0)
    labels = rng.integers(-1, 3, len(points))
    labels[:3] = [0, 1, 2]
    borders = reaching(points, np.ones(len(points), dtype=int), labels, seed=1)
    places = borders.places(points).tolist()
    assert by_duckdb(borders, points, named(points)) == places
    assert by_sqlite(borders, points, named(points)) == places


def test_empty_groups_are_never_made() -> None:
    rng = np.random.default_rng(4)
    points = rng.normal(size=(200, 3))
    labels = rng.integers(-1, 5, 200)
    borders = reaching(points, np.ones(200, dtype=int), labels, seed=1)
    assert np.unique(borders.places(points)).tolist() == list(range(borders.k))
    assert pytest.approx(borders.k, abs=1) == 6
