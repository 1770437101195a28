from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coterie.segments.partition import Partition, nearest

if TYPE_CHECKING:
    from coterie.segments.values import Floats


def test_ties_go_to_the_lowest() -> None:
    assert nearest(np.array([[0.5]]), np.array([[0.0], [1.0]])).tolist() == [0]
    assert nearest(np.array([[0.5]]), np.array([[1.0], [0.0]])).tolist() == [0]


def test_a_partition_counts_its_groups() -> None:
    assert Partition(np.array([0, 1]), np.zeros((2, 1)), 0.0).k == 2


@given(
    arrays(float, (20, 3), elements=st.floats(-100, 100)),
    arrays(float, (4, 3), elements=st.floats(-100, 100)),
)
def test_the_nearest_centre_is_nearest(rows: Floats, centres: Floats) -> None:
    distances = np.square(rows[:, None] - centres[None]).sum(axis=2)
    found = distances[np.arange(20), nearest(rows, centres)]
    assert np.all(found <= distances.min(axis=1) + 1e-6)
