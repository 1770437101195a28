from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.intervals import wilson


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_intervals_hold_the_share_and_stay_inside(one: int, other: int) -> None:
    count, of = sorted((one, other))
    low, high = wilson(count, of)
    assert 0.0 <= low <= high <= 1.0
    if of:
        assert low <= count / of <= high


def test_the_published_interval() -> None:
    """Newcombe (1998), table I: 15 of 148."""
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
