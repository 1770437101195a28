from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.segments.twin.rounded import roundest

numbers = st.floats(-1e12, 1e12, allow_subnormal=False)


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (2.718, 3.1416, 3.0), (0.2317, 0.2683, 0.25), (1153.7, 1209.2, 1200.0), (12.0, 13.0, 12.0),
        (0.0, 5.0, 0.0), (-1.0, 1.0, 0.0), (-3.3, -2.2, -3.0), (5.0, math.inf, 5.0), (1e300, 2e300, 1e300),
        (0.1, 0.2, 0.1), (0.11, 0.2, 0.15),
    ],
)  # fmt: skip
def test_the_roundest_number_is_found(low: float, high: float, found: float) -> None:
    assert roundest(low, high) == found


def test_neighbours_among_floating_point_numbers_are_told_apart() -> None:
    low = 0.1 + 0.2
    assert low <= roundest(low, math.nextafter(low, 1)) < math.nextafter(low, 1)


@given(numbers, numbers)
def test_it_lies_in_the_range(one: float, other: float) -> None:
    low, high = sorted((one, other))
    if low < high:
        assert low <= roundest(low, high) < high
