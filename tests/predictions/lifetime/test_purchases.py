from __future__ import annotations

import numpy as np
import pytest

from coterie.errors import DataError
from coterie.predictions.lifetime.purchases import purchases


def test_customers_who_bought_alike_are_one_row() -> None:
    found = purchases(np.array([0.0, 1, 0]), np.array([0.0, 4, 0]), np.array([9.0, 9, 9]))
    assert found.customers.tolist() == [2.0, 1.0]
    assert found.total == 3


@pytest.mark.parametrize(
    ("customer", "told"),
    [
        ((1.5, 2, 9), "whole numbers from 0"),
        ((-1, 2, 9), "whole numbers from 0"),
        ((1, 10, 9), "between the first"),
        ((0, 3, 9), "without repeat purchases"),
        ((2, 0, 9), "with repeat purchases"),
        ((1, np.nan, 9), "finite"),
    ],
)
def test_what_contradicts_itself_is_refused(customer: tuple[float, ...], told: str) -> None:
    with pytest.raises(DataError, match=told):
        purchases(*(np.array([value], dtype=float) for value in customer))


def test_nobody_is_refused() -> None:
    with pytest.raises(DataError, match="no customers"):
        purchases(np.empty(0), np.empty(0), np.empty(0))
