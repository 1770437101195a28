from __future__ import annotations

import numpy as np
import pytest

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.explaining.pushes import pushes


def test_a_bias_that_brings_the_bound_nearer_counts_as_distance() -> None:
    borders = Prototypes(((0.0, 0.0), (4.0, 0.0)), (-0.5, -8.0), (0, 1), 3.0, 2)
    found = pushes(borders, np.array([1.0, 0.0]), np.ones(2), own=0)
    assert found is not None
    assert (found.nearest, found.distance_to_nearest) == (1, 3.0)
    assert found.distance == pytest.approx(2**0.5)
    assert found.each.sum() == pytest.approx(found.distance_to_nearest**2 - found.distance**2)


def test_coordinates_without_a_say_have_no_part_in_the_radius() -> None:
    borders = Prototypes.around(np.array([[0.0, 0.0, 0.0]]), radius=2.0, outside=1)
    found = pushes(borders, np.array([1.0, 0.0, 0.0]), np.array([1.0, 1.0, 0.0]), own=0)
    assert found is not None
    assert (found.nearest, found.each.tolist()) == (1, [1.0, 2.0, 0.0])


def test_a_group_alone_has_no_other() -> None:
    assert pushes(Prototypes.around(np.array([[0.0]])), np.array([1.0]), np.ones(1), own=0) is None
