from __future__ import annotations

import contextlib

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.events import iso
from coterie.sources import connect, sql

GIVEN = (
    "2026-01-31T10:00:00.5+01:00", "2026-01-31", "2026-02-29", "2024-02-29 23:59:59.999999", "2100-02-29",
    "2024-02-29T23:59Z", "1969-12-31 23:59:59-05:30", "2026-03-01 00:00:00.123456789 UTC", "", "x", None,
    "2026-13-01", "2026-01-31T10:00:00+0130", "1600-03-01T00:00:00-08", "2026-01-31T24:00:00",
)  # fmt: skip


def by_arithmetic(given: list[str | None]) -> tuple[list[int | None], list[int | None]]:
    """What the arithmetic finds, and what DuckDB's own cast finds."""
    with contextlib.closing(connect.connect("duckdb://?threads=1")) as warehouse:
        rows = pa.table({"place": list(range(len(given))), "given": pa.array(given, pa.string())})
        warehouse.create("t", rows)
        found = sql.sql("select epoch_us(try_cast(given as timestamptz)) as expected from t order by place")
        ours = sql.select(sql.named(iso.microseconds(sql.column("given")), "us")).from_(sql.table("t"))
        return (
            warehouse.query(ours.order_by(sql.column("place"))).column("us").to_pylist(),
            warehouse.query(found).column("expected").to_pylist(),
        )


@pytest.mark.parametrize("given", GIVEN)
def test_times_in_iso_form(given: str | None) -> None:
    found, expected = by_arithmetic([given])
    if given == "2026-01-31T24:00:00":  # DuckDB takes it for the next midnight; it is no time of day
        assert found == [None]
    else:
        assert found == expected


@settings(max_examples=30)
@given(st.lists(st.datetimes(), min_size=1, max_size=20))
def test_every_time_that_python_writes(times: list[object]) -> None:
    found, expected = by_arithmetic([str(time) for time in times])
    assert found == expected
