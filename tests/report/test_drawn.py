from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.report.drawn import packed


def unpacked(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Unpack as the script of the page does."""
    read = {
        name: column if isinstance(column, list) else [column["words"][code] for code in column["codes"]]
        for name, column in columns.items()
    }
    return [dict(zip(read, row, strict=True)) for row in zip(*read.values(), strict=True)]


SCHEMA = pa.schema({"n": pa.int64(), "f": pa.float64(), "s": pa.string(), "x": pa.string()})


@given(
    st.lists(
        st.fixed_dictionaries({
            "n": st.none() | st.integers(0, 9999),
            "f": st.none() | st.integers(-9999, 9999),
            "s": st.text(),
            "x": st.none() | st.text(),
        }),
        min_size=1,
    )
)  # fmt: skip
def test_packing_loses_nothing(rows: list[dict[str, Any]]) -> None:
    assert unpacked(packed(pa.Table.from_pylist(rows, schema=SCHEMA))) == rows


@given(st.floats(-1e300, 1e300))
def test_numbers_keep_four_digits(number: float) -> None:
    assert packed(pa.table({"n": [number]}))["n"][0] == pytest.approx(number, rel=1e-3)


def test_what_json_cannot_say_is_null_or_text() -> None:
    rows = [{"n": math.nan, "m": math.inf, "d": dt.date(2024, 5, 1)}]
    assert unpacked(packed(pa.Table.from_pylist(rows))) == [{"n": None, "m": None, "d": "2024-05-01"}]
