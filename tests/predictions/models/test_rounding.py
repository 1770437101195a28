from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coterie.predictions.models.rounding import at_most, less_than

NUMBERS = st.floats(-1e30, 1e30, allow_subnormal=False)


@given(NUMBERS)
def test_the_largest_number_that_is_rounded_to_at_most_a_limit(limit: float) -> None:
    found = float(at_most(np.array([limit]))[0])
    assert float(np.float32(found)) <= limit
    assert float(np.float32(np.nextafter(found, np.inf))) > limit


@given(NUMBERS.map(lambda value: float(np.float32(value))))
def test_the_largest_number_that_is_rounded_to_less_than_a_limit(limit: float) -> None:
    found = float(less_than(np.array([limit]))[0])
    assert float(np.float32(found)) < limit
    assert float(np.float32(np.nextafter(found, np.inf))) >= limit
