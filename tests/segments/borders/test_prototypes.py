from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coterie.segments.borders.prototypes import Prototypes

if TYPE_CHECKING:
    from coterie.features.values import Floats


def test_ties_go_to_the_lowest() -> None:
    row = np.array([[0.5]])
    assert Prototypes.around(np.array([[0.0], [1.0]])).places(row).tolist() == [0]
    assert Prototypes.around(np.array([[1.0], [0.0]])).places(row).tolist() == [0]


@given(
    arrays(float, (20, 3), elements=st.floats(-100, 100)),
    arrays(float, (4, 3), elements=st.floats(-100, 100)),
)
def test_the_nearest_point_is_nearest(rows: Floats, points: Floats) -> None:
    distances = np.square(rows[:, None] - points[None]).sum(axis=2)
    found = distances[np.arange(20), Prototypes.around(points).places(rows)]
    assert np.all(found <= distances.min(axis=1) + 1e-6)


def test_several_points_can_stand_for_a_group() -> None:
    borders = Prototypes.around(np.array([[0.0], [5.0], [10.0]]), np.array([1, 0, 1]))
    assert borders.groups == (0, 1, 1)
    assert borders.k == 2
    assert borders.places(np.array([[1.0], [4.0], [9.0]])).tolist() == [1, 0, 1]


def test_rows_far_from_every_point_are_outside() -> None:
    borders = Prototypes.around(np.array([[0.0], [10.0]]), radius=2.0, outside=2)
    assert borders.k == 3
    assert borders.places(np.array([[1.0], [5.0], [11.9], [12.1]])).tolist() == [0, 2, 1, 2]


def test_renumbered_groups_keep_their_points() -> None:
    borders = Prototypes.around(np.array([[0.0], [10.0]]), radius=2.0, outside=2).renumbered([2, 1, 0])
    assert borders.places(np.array([[1.0], [5.0], [11.0]])).tolist() == [2, 0, 1]
    assert borders.groups == (1, 2)
