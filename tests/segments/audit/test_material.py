from __future__ import annotations

import numpy as np
import pytest
from tests.segments.audit.materials import material
from tests.segments.tables import table

from coterie.segments.audit.material import eta_squared, number


def test_eta_squared_is_between_nothing_and_all() -> None:
    groups = np.array([0, 0, 1, 1])
    assert eta_squared(np.array([1.0, 2.0, 1.0, 2.0]), groups) == 0.0
    assert eta_squared(np.array([1.0, 1.0, 2.0, np.nan]), groups) == 1.0
    assert eta_squared(np.full(4, np.nan), groups) == 0.0
    assert eta_squared(np.ones(4), groups) == 0.0


def test_numbers_are_filled_as_the_segmentation_took_them() -> None:
    made = material(
        table({"x": [1.0, 3.0, 2.0, np.nan], "same": [1.0, 1.0, np.nan, 1.0]}), np.array([0, 0, 1, 1])
    )
    assert made.filled("x").tolist() == [1.0, 3.0, 2.0, 2.0]
    assert np.isnan(made.filled("same")[2])
    assert made.sizes.tolist() == [2, 2]


@pytest.mark.parametrize(("value", "text"), [(3.0, "3"), (-1234.5, "-1,234.50"), (0.5, "0.5000")])
def test_numbers_are_written_for_people(value: float, text: str) -> None:
    assert number(value) == text
