from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.sources import arrow

if TYPE_CHECKING:
    import pytest


def test_batches_are_gathered_up_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "_ROWS", 4)
    rows = pa.table({"n": range(10)}).to_reader(max_chunksize=3)
    assert [len(part) for part in arrow.several(rows)] == [6, 4]
    assert list(arrow.several(pa.table({"n": pa.array([], pa.int64())}).to_reader())) == []


def test_rows_get_the_columns_of_a_table() -> None:
    found = arrow.fitting(pa.table({"b": [1]}), {"a": "VARCHAR", "b": "DOUBLE"})
    assert found.to_pylist() == [{"a": None, "b": 1.0}]
    assert found.schema.types == [pa.string(), pa.float64()]


def test_times_lose_their_zone_and_nothing_else() -> None:
    at = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    found = arrow.without_zones(pa.table({"at": pa.array([at], pa.timestamp("us", "UTC")), "n": [1]}))
    assert found.schema.types == [pa.timestamp("us"), pa.int64()]
    assert found["at"][0].as_py() == at.replace(tzinfo=None)
