from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from coterie.events.fields import Field, device_class
from coterie.project.sourcing import FieldMapping
from coterie.sources import sql
from coterie.sources.connect import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlglot import exp

    from coterie.sources.warehouse import Warehouse

UTC = dt.UTC


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    opened = connect("duckdb://?threads=1")
    yield opened
    opened.close()


def value(warehouse: Warehouse, given: Any, kind: pa.DataType, how: str, **mapping: Any) -> Any:
    """What a field makes of one value."""
    warehouse.create("given", pa.table({"x": pa.array([given], kind)}))
    field = Field(FieldMapping.model_validate({"column": "x", **mapping}), sql.column("x"), kind)
    made: exp.Expression = getattr(field, how)()
    return warehouse.query(sql.select(sql.named(made, "made")).from_(sql.table("given")))["made"][0].as_py()


def us(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return int(dt.datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01", us(2026, 1, 1)),
        ("2026-01-01 10:00:00", us(2026, 1, 1, 10)),
        ("2026-01-01T10:00:00Z", us(2026, 1, 1, 10)),
        ("2026-01-01T10:00:00.250+02:00", us(2026, 1, 1, 8) + 250_000),
        ("2026-01-01T10:00:00-0500", us(2026, 1, 1, 15)),
        ("2026-01-01 10:00:00 UTC", us(2026, 1, 1, 10)),
        ("1/2/2026", None),
        ("20260101", None),
        ("1767225600", None),
        ("infinity", None),
        ("", None),
        (None, None),
    ],
)
def test_iso_text(warehouse: Warehouse, text: str | None, expected: int | None) -> None:
    assert value(warehouse, text, pa.string(), "microseconds") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01 10:00:00", us(2026, 1, 1, 9)),
        ("2026-07-01 10:00", us(2026, 7, 1, 8)),
        ("2026-07-01", us(2026, 6, 30, 22)),
        ("2026-07-01 10:00:00Z", us(2026, 7, 1, 10)),
        ("2026-07-01 10:00:00-05:00", us(2026, 7, 1, 15)),
        ("2026-03-29 01:59:59", us(2026, 3, 29, 0, 59, 59)),
        ("2026-03-29 03:00:00", us(2026, 3, 29, 1)),
        ("2026-10-25 01:59:59", us(2026, 10, 24, 23, 59, 59)),
        ("2026-10-25 03:00:00", us(2026, 10, 25, 2)),
        ("noon", None),
    ],
)
def test_a_local_clock(warehouse: Warehouse, text: str, expected: int | None) -> None:
    assert value(warehouse, text, pa.string(), "microseconds", timezone="Europe/Vienna") == expected


@pytest.mark.parametrize("text", ["2026-03-29 02:30:00", "2026-10-25 02:30:00"])
def test_a_clock_that_is_never_or_twice_shown_is_within_the_hour(warehouse: Warehouse, text: str) -> None:
    year, month, day = map(int, text[:10].split("-"))
    middle = us(year, month, day, 1)
    found = value(warehouse, text, pa.string(), "microseconds", timezone="Europe/Vienna")
    assert abs(found - middle) <= 3_600_000_000


@pytest.mark.parametrize(
    ("text", "form", "zone", "expected"),
    [
        ("31.12.2025 23:00", "%d.%m.%Y %H:%M", None, us(2025, 12, 31, 23)),
        ("31.12.2025 23:00", "%d.%m.%Y %H:%M", "Europe/Vienna", us(2025, 12, 31, 22)),
        ("31.12.2025 23:00 +0300", "%d.%m.%Y %H:%M %z", "Europe/Vienna", us(2025, 12, 31, 20)),
        ("12/31/2025", "%d.%m.%Y", None, None),
    ],
)
def test_a_format(warehouse: Warehouse, text: str, form: str, zone: str | None, expected: int | None) -> None:
    assert value(warehouse, text, pa.string(), "microseconds", format=form, timezone=zone) == expected


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("kind", [pa.int64(), pa.string(), pa.float64()])
def test_counts_of_every_unit(warehouse: Warehouse, unit: str, kind: pa.DataType) -> None:
    count = 1_465_413_032 * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    given = {pa.string(): str, pa.int64(): int, pa.float64(): float}[kind](count)
    assert value(warehouse, given, kind, "microseconds", unit=unit) == 1_465_413_032_000_000


@pytest.mark.parametrize(
    ("given", "kind", "unit", "expected"),
    [
        ("1465413032.123456", pa.string(), "s", 1_465_413_032_123_456),
        ("1465413032123.5", pa.string(), "ms", 1_465_413_032_123_500),
        ("1465413032123456789", pa.string(), "ns", 1_465_413_032_123_456),
        ("1.465413032e9", pa.string(), "s", 1_465_413_032_000_000),
        (1465413032.5, pa.float64(), "s", 1_465_413_032_500_000),
        (Decimal("1465413032.5"), pa.decimal128(12, 1), "s", 1_465_413_032_500_000),
        ("soon", pa.string(), "s", None),
        (None, pa.int64(), "s", None),
        (float("nan"), pa.float64(), "s", None),
        (float("inf"), pa.float64(), "s", None),
        (1465413032, pa.int64(), None, None),
        (2**62, pa.int64(), "s", 9_000_000_000_000_000_000),
        (-(2**62), pa.int64(), "s", -9_000_000_000_000_000_000),
        (2**63 - 1, pa.int64(), "us", 9_000_000_000_000_000_000),
        (2**63 - 1, pa.int64(), "ns", 9_000_000_000_000_000_000),
        (1e300, pa.float64(), "ms", 9_000_000_000_000_000_000),
        ("123456789012345678", pa.string(), "s", 9_000_000_000_000_000_000),
    ],
)
def test_counts_at_the_edges(
    warehouse: Warehouse, given: Any, kind: pa.DataType, unit: str | None, expected: int | None
) -> None:
    assert value(warehouse, given, kind, "microseconds", unit=unit) == expected


@pytest.mark.parametrize(
    ("given", "kind", "zone", "expected"),
    [
        (dt.datetime(2026, 7, 1, 10), pa.timestamp("us"), None, us(2026, 7, 1, 10)),  # noqa: DTZ001
        (dt.datetime(2026, 7, 1, 10), pa.timestamp("ns"), "Europe/Vienna", us(2026, 7, 1, 8)),  # noqa: DTZ001
        (
            dt.datetime(2026, 7, 1, 10, tzinfo=UTC),
            pa.timestamp("us", "UTC"),
            "Europe/Vienna",
            us(2026, 7, 1, 10),
        ),
        (dt.date(2026, 7, 1), pa.date32(), None, us(2026, 7, 1)),
        (True, pa.bool_(), None, None),
    ],
)
def test_native_times(
    warehouse: Warehouse, given: Any, kind: pa.DataType, zone: str | None, expected: int | None
) -> None:
    assert value(warehouse, given, kind, "microseconds", timezone=zone) == expected


@pytest.mark.parametrize(
    ("given", "kind", "expected"),
    [
        (8.0, pa.float64(), "8"),
        (8.5, pa.float64(), "8.5"),
        (1e20, pa.float64(), "1e+20"),
        (float("nan"), pa.float64(), None),
        (8, pa.int64(), "8"),
        (Decimal("8.00"), pa.decimal128(5, 2), "8"),
        ("8.0", pa.string(), "8"),
        ("v1.0", pa.string(), "v1.0"),
        ("8.00", pa.string(), "8.00"),
        ("", pa.string(), None),
        (" \t ", pa.string(), None),
        ("it's 😀", pa.string(), "it's 😀"),
        (True, pa.bool_(), "true"),
    ],
)
def test_user_ids(warehouse: Warehouse, given: Any, kind: pa.DataType, expected: str | None) -> None:
    assert value(warehouse, given, kind, "user_id") == expected


@pytest.mark.parametrize(
    ("given", "kind", "mapping", "expected"),
    [
        ("1.5", pa.string(), {}, 1.5),
        (" 7 ", pa.string(), {}, 7.0),
        ("seven", pa.string(), {}, None),
        ("nan", pa.string(), {}, None),
        ("inf", pa.string(), {}, None),
        ("", pa.string(), {}, None),
        (float("inf"), pa.float64(), {}, None),
        (7, pa.int64(), {}, 7.0),
        (True, pa.bool_(), {}, 1.0),
        ("low", pa.string(), {"map": {"low": "1"}}, 1.0),
        (2, pa.int64(), {"map": {"2": "20"}, "default": "0"}, 20.0),
        (3, pa.int64(), {"map": {"2": "20"}, "default": "0"}, 0.0),
    ],
)
def test_numbers(
    warehouse: Warehouse, given: Any, kind: pa.DataType, mapping: dict[str, Any], expected: float | None
) -> None:
    assert value(warehouse, given, kind, "number", **mapping) == expected


@pytest.mark.parametrize(
    ("given", "mapping", "expected", "unmapped"),
    [
        ("VIEW", {"map": {"VIEW": "view"}}, "view", False),
        ("LIKE", {"map": {"VIEW": "view"}}, "LIKE", True),
        ("LIKE", {"map": {"VIEW": "view"}, "default": "other"}, "other", False),
        (None, {"map": {"VIEW": "view"}, "default": "other"}, None, False),
        ("", {}, None, False),
    ],
)
def test_words(
    warehouse: Warehouse, given: str | None, mapping: dict[str, Any], expected: str | None, unmapped: bool
) -> None:
    assert value(warehouse, given, pa.string(), "text", **mapping) == expected
    if given is not None:
        assert value(warehouse, given, pa.string(), "unmapped", **mapping) is unmapped


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("mobile", "mobile"),
        ("Smartphone", "mobile"),
        ("PC", "desktop"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 10_2 like Mac OS X) Mobile/14C92", "mobile"),
        ("Mozilla/5.0 (iPad; CPU OS 9_3 like Mac OS X) Mobile/13F69", "tablet"),
        ("Mozilla/5.0 (Linux; Android 6.0; Nexus 5) Chrome/51 Mobile Safari/537.36", "mobile"),
        ("Mozilla/5.0 (Linux; Android 6.0; SM-T800) Chrome/51 Safari/537.36", "tablet"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/51", "desktop"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_5)", "desktop"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", "bot"),
        ("curl/8.0", "bot"),
        ("fridge", "other"),
        ("", None),
        (None, None),
    ],
)
def test_devices(warehouse: Warehouse, given: str | None, expected: str | None) -> None:
    assert value(warehouse, given, pa.string(), "text", **{"as": "device"}) == expected


def test_a_device_can_be_a_constant(warehouse: Warehouse) -> None:
    made = sql.named(device_class(sql.literal("tablet")), "made")
    assert warehouse.query(sql.select(made))["made"][0].as_py() == "tablet"
