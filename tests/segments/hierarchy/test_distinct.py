from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from tests.segments.hierarchy.examples import drawn, points

from coterie.segments.hierarchy import distinct as module
from coterie.segments.hierarchy.distinct import distinct, row_draws, row_hashes

if TYPE_CHECKING:
    import pytest

    from coterie.features.values import Floats


@given(points())
def test_equal_rows_are_taken_together(rows: Floats) -> None:
    found = distinct(rows)
    assert np.array_equal(found.points[found.places], rows)
    assert len(np.unique(rows, axis=0)) == len(found.points)
    assert np.array_equal(found.weights, np.bincount(found.places))


@given(points())
def test_the_order_of_rows_has_no_say(rows: Floats) -> None:
    found, turned = distinct(rows), distinct(rows[::-1])
    assert np.array_equal(found.points, turned.points)
    assert np.array_equal(found.places, turned.places[::-1])


def test_zero_has_no_sign() -> None:
    assert distinct(np.array([[0.0], [-0.0]])).weights.tolist() == [2]


def test_weights_are_added_up() -> None:
    found = distinct(np.array([[1.0], [2.0], [1.0]]), np.array([5, 7, 3]))
    assert sorted(found.weights.tolist()) == [7, 8]


def test_rows_that_share_a_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "row_hashes", lambda rows: np.zeros(len(rows), dtype=np.uint64))
    rows = np.array([[2.0, 1.0], [1.0, 2.0], [2.0, 1.0]])
    found = distinct(rows)
    assert found.points.tolist() == [[1.0, 2.0], [2.0, 1.0]]
    assert found.places.tolist() == [1, 0, 1]


def test_draws_are_even_and_hang_on_the_seed() -> None:
    rows = drawn(20_000)
    draws = row_draws(rows, 1)
    assert abs(draws.mean() - 0.5) < 0.01
    assert abs(draws.std() - 12**-0.5) < 0.01
    assert abs(float(np.corrcoef(draws, row_draws(rows, 2))[0, 1])) < 0.03
    assert len(np.unique(row_hashes(rows))) == len(rows)
