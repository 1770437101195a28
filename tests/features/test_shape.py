from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coterie.features.shape import correlations, logged, skewness


def test_a_constant_column_correlates_with_itself() -> None:
    assert correlations(np.column_stack([np.ones(5), np.arange(5.0)])).tolist() == [[1, 0], [0, 1]]


def test_a_constant_has_no_skewness() -> None:
    assert skewness(np.ones(3)) == 0.0


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_a_logarithm_keeps_the_order_and_the_sign(values: list[float]) -> None:
    numbers = np.sort(np.array(values))
    found = logged(numbers, log=True)
    assert (np.diff(found) >= 0).all()
    assert (found * numbers >= 0).all()
