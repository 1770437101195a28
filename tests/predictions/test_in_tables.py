from __future__ import annotations

import dataclasses
import datetime as dt

import pyarrow as pa

from coterie.predictions.in_tables import Kept
from coterie.sources import connect, sql

SCHEMAS = {"users": pa.schema([("user_id", pa.string()), ("worth", pa.float64())])}


@dataclasses.dataclass(frozen=True)
class Facts:
    unit: str
    users: int
    share: float | None
    money: bool


@dataclasses.dataclass(frozen=True)
class Found:
    as_of: dt.date
    facts: Facts
    users: pa.Table
    notes: tuple[str, ...] = ()


KEPT = Kept(Found, Facts, "facts_of_it", SCHEMAS, {"users": "users_of_it"}, notes=True)


def found(count: int) -> Found:
    users = pa.table({"user_id": [f"u{-at}" for at in range(count)], "worth": [1.5] * count})
    rows = users.cast(SCHEMAS["users"])
    return Found(dt.date(2026, 3, 1), Facts("day", count, None, money=True), rows, ("One.", "Two."))


def test_a_result_is_read_back_as_it_was_in_order() -> None:
    warehouse = connect.connect("duckdb://")
    assert KEPT.read(warehouse) is None
    for count in (3, 2, 0):
        one = found(count)
        KEPT.write(warehouse, one, "r")
        assert KEPT.read(warehouse) == one


def test_rows_say_which_run_they_are_of_and_none_stay_behind() -> None:
    warehouse = connect.connect("duckdb://")
    KEPT.write(warehouse, found(2), "r")
    rows = warehouse.query(sql.sql("select position, as_of, run_id from users_of_it order by position"))
    assert rows.to_pylist() == [
        {"position": at, "as_of": dt.date(2026, 3, 1), "run_id": "r"} for at in range(2)
    ]
    KEPT.forget(warehouse)
    assert KEPT.read(warehouse) is None
    assert not warehouse.columns("users_of_it")
