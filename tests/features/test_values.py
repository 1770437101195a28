from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from coterie.errors import UsageError
from coterie.features.values import numbers, words


def test_numbers_that_are_not_finite_are_null() -> None:
    rows = pa.table({"x": [1.0, None, float("nan"), float("inf"), -float("inf"), 2e300]})
    assert np.isnan(numbers(rows, "x")).tolist() == [False, True, True, True, True, True]


def test_whole_numbers_are_numbers() -> None:
    assert numbers(pa.table({"x": pa.array([1, 2], pa.int32())}), "x").tolist() == [1.0, 2.0]


def test_a_missing_column_names_the_closest() -> None:
    with pytest.raises(UsageError, match=r"no column 'raeds'. Did you mean 'reads'"):
        numbers(pa.table({"reads": [1.0]}), "raeds")


def test_words_are_no_numbers() -> None:
    with pytest.raises(UsageError, match="'x' must hold numbers, and it holds string"):
        numbers(pa.table({"x": ["many"]}), "x")


def test_words_are_sorted_and_null_is_unknown() -> None:
    column = words(pa.table({"x": ["b", None, "a", "b"]}), "x")
    assert column.values == ("a", "b", "unknown")
    assert [column.values[code] for code in column.codes] == ["b", "unknown", "a", "b"]
    assert column.known.tolist() == [True, False, True, True]
    assert column.counts().tolist() == [1, 2, 1]


def test_no_rows_have_no_words() -> None:
    column = words(pa.table({"x": pa.array([], pa.string())}), "x")
    assert (column.values, column.codes.tolist()) == ((), [])
