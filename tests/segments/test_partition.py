from __future__ import annotations

import numpy as np

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.partition import Partition, inertia, middles


def test_a_partition_counts_its_groups() -> None:
    assert Partition(np.array([0, 1]), Prototypes.around(np.zeros((2, 1)))).k == 2


def test_a_group_without_rows_lies_in_the_middle_of_all() -> None:
    assert middles(np.array([[0.0], [2.0]]), np.array([0, 0]), 2).tolist() == [[1.0], [1.0]]


def test_inertia_sums_squared_distances() -> None:
    assert inertia(np.array([[0.0], [2.0]]), np.array([0, 0]), np.array([[1.0]])) == 2.0
