from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from coterie.growth import bootstrap
from coterie.growth.bootstrap import Points

if TYPE_CHECKING:
    from coterie.features.values import Floats


def mean(drawn: Floats, values: Floats) -> Floats:
    found: Floats = (drawn @ values) / drawn.sum(axis=1, keepdims=True)
    return found


def test_equal_points_are_merged_from_the_largest_down() -> None:
    points = Points.of(np.array([[1.0, 2.0], [3.0, 1.0], [1.0, 2.0]]), np.array([2, 1, 4]))
    assert points.values.tolist() == [[3.0, 1.0], [1.0, 2.0]]
    assert points.users.tolist() == [1, 6]


def test_the_interval_of_a_mean_is_that_of_theory() -> None:
    draw = np.random.default_rng(3).normal(10, 2, 400)
    [found] = bootstrap.estimates(Points.of(draw[:, None], np.ones(400, np.int64)), mean, seed=1)
    assert found.value == pytest.approx(draw.mean())
    half = 1.96 * draw.std() / 20
    assert found.low == pytest.approx(draw.mean() - half, abs=0.03)
    assert found.high == pytest.approx(draw.mean() + half, abs=0.03)


def test_the_same_seed_gives_the_same_interval_whatever_the_order() -> None:
    values, users = np.array([[1.0], [2.0], [9.0]]), np.array([5, 3, 1])
    one = bootstrap.estimates(Points.of(values, users), mean, seed=5)
    other = bootstrap.estimates(Points.of(values[::-1], users[::-1]), mean, seed=5)
    assert one == other
    many = Points.of(np.arange(99.0)[:, None], np.ones(99, np.int64))
    assert bootstrap.estimates(many, mean, seed=5) != bootstrap.estimates(many, mean, seed=6)


def test_nothing_is_known_of_nobody_or_of_a_division_by_nothing() -> None:
    nobody = Points(np.zeros((1, 1)), np.array([0]))
    assert bootstrap.estimates(nobody, lambda drawn, values: drawn @ values, seed=1) == (bootstrap.UNDEFINED,)
    some = Points(np.array([[0.0]]), np.array([4]))
    [found] = bootstrap.estimates(
        some, lambda drawn, values: bootstrap.ratio(drawn @ values, drawn @ values), seed=1
    )
    assert found == bootstrap.UNDEFINED
