"""Whether two answers are the same, but for the last digits of sums that were added up in another order."""

from __future__ import annotations

import math
from typing import Any


def assert_same(one: Any, other: Any, place: str = "") -> None:
    if isinstance(one, dict):
        assert one.keys() == other.keys(), place
        for key in one:
            assert_same(one[key], other[key], f"{place}.{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), place
        for at, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            assert_same(mine, theirs, f"{place}[{at}]")
    elif isinstance(one, float) and other is not None:
        assert math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9), (place, one, other)
    else:
        assert one == other, (place, one, other)
