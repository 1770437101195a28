from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from coterie import export
from coterie.errors import DataError, UsageError
from coterie.sources import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse

USERS = ["a", 'b, "quoted"', "c'; drop table profiles; --", "d\U0001f600\nline"]
ROWS = pa.table(
    {
        "user_id": USERS[::-1],
        "orders_spend": [4.5, None, float("nan"), 1.0],
        "as_of": [dt.date(2026, 3, 31)] * 4,
        "seen": pa.array([dt.datetime(2026, 3, 30, 12, tzinfo=dt.UTC)] * 4, pa.timestamp("us", tz="UTC")),
    }
)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    made = connect.connect("duckdb://")
    made.create("profiles", ROWS)
    made.create("runs", ROWS.slice(0, 0))
    yield made
    made.close()


def test_csv_has_a_header_and_the_rows_in_order(warehouse: Warehouse, tmp_path: Path) -> None:
    to = tmp_path / "profiles.csv"
    assert export.export(warehouse, "profiles", to) == export.Exported("profiles", 4, str(to), "csv")
    with to.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["user_id"] for row in rows] == USERS
    assert rows[2]["orders_spend"] == ""
    assert list(tmp_path.iterdir()) == [to]


def test_parquet_keeps_types(warehouse: Warehouse, tmp_path: Path) -> None:
    to = tmp_path / "profiles.PARQUET"
    export.export(warehouse, "profiles", to)
    table = parquet.read_table(to)
    assert table.column("user_id").to_pylist() == USERS
    assert table.schema.field("as_of").type == pa.date32()
    assert table.schema.field("user_id").metadata[b"description"] == b"Who it is about."
    assert table.schema.metadata[b"description"].startswith(b"One row for each user")


def test_json_is_one_array_and_jsonl_one_object_a_line(warehouse: Warehouse, tmp_path: Path) -> None:
    export.export(warehouse, "profiles", tmp_path / "p.json")
    export.export(warehouse, "profiles", tmp_path / "p.jsonl")
    rows = json.loads((tmp_path / "p.json").read_text())
    assert rows == [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert [row["user_id"] for row in rows] == USERS
    assert [row["orders_spend"] for row in rows] == [1.0, None, None, 4.5]
    assert rows[0]["seen"] == "2026-03-30T12:00:00+00:00"
    assert rows[0]["as_of"] == "2026-03-31"


def test_no_rows_are_a_whole_file_too(warehouse: Warehouse, tmp_path: Path) -> None:
    for ending in ("csv", "parquet", "json", "jsonl"):
        export.export(warehouse, "runs", tmp_path / f"r.{ending}")
    assert (tmp_path / "r.csv").read_text().startswith('"user_id"')
    assert parquet.read_table(tmp_path / "r.parquet").num_rows == 0
    assert json.loads((tmp_path / "r.json").read_text()) == []
    assert (tmp_path / "r.jsonl").read_text() == ""


def test_a_file_is_replaced_only_if_asked(warehouse: Warehouse, tmp_path: Path) -> None:
    to = tmp_path / "profiles.csv"
    to.write_text("precious")
    with pytest.raises(UsageError, match="is there already; replace it with --force"):
        export.export(warehouse, "profiles", to)
    assert to.read_text() == "precious"
    export.export(warehouse, "profiles", to, replace=True)
    assert to.read_text() != "precious"


@pytest.mark.parametrize("name", ["profiles", "profiles.xlsx", "profiles.csv.gz"])
def test_an_unknown_ending_is_told(warehouse: Warehouse, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"allowed: \.csv, \.parquet, \.json, \.jsonl"):
        export.export(warehouse, "profiles", tmp_path / name)


def test_unknown_tables_and_formats_are_told_with_a_close_match(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'profiles'"):
        export.export(warehouse, "profile", tmp_path / "x.csv")
    with pytest.raises(UsageError, match="Did you mean 'parquet'"):
        export.format_named("parqet")


def test_a_table_that_is_not_made_yet_is_told(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no table 'membership' .* `coterie run`"):
        export.export(warehouse, "membership", tmp_path / "m.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        export.export(warehouse, "profiles", tmp_path / "no" / "p.csv")


class OnlyForward(io.RawIOBase):
    """A stream as a pipe is: it can't be rewound, and knows not where it is."""

    def __init__(self) -> None:
        self.got = b""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.got += bytes(data)  # type: ignore[call-overload]
        return len(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["csv", "parquet", "json", "jsonl"])
def test_a_stream_gets_what_a_file_gets(warehouse: Warehouse, tmp_path: Path, form: export.Format) -> None:
    to = tmp_path / f"p.{form}"
    export.export(warehouse, "profiles", to)
    sink = OnlyForward()
    assert export.export_to(warehouse, "profiles", io.BufferedWriter(sink), form).rows == 4
    assert sink.got == to.read_bytes()
