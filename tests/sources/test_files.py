from __future__ import annotations

import gzip
import json
import os
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from coterie.errors import SourceError
from coterie.sources import files, sql
from coterie.sources.connect import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from coterie.sources.relation import Relation
    from coterie.sources.warehouse import Warehouse

ROWS: list[dict[str, Any]] = [
    {"user": "a", "at": "2026-01-01", "order": 'say "hi", 😀'},
    {"user": "b", "at": "2026-01-02", "order": "'; drop table events; --"},
]


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    opened = connect("duckdb://?threads=2")
    yield opened
    opened.close()


def relations(
    warehouse: Warehouse, folder: Path, pattern: str, delimiter: str | None = None
) -> tuple[Relation, ...]:
    names = [unit.name for unit in files.units(pattern, folder)]
    return files.relations(warehouse, names, folder, delimiter=delimiter, wanted=("user", "at", "order"))


def read(
    warehouse: Warehouse, folder: Path, pattern: str, delimiter: str | None = None
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for relation in relations(warehouse, folder, pattern, delimiter):
        numbered = relation.with_numbers(relation.count(warehouse))
        found += warehouse.query(numbered.rows).to_pylist()
    return sorted(found, key=lambda row: (row["coterie_unit"], row["coterie_row"]))


def csv_text(delimiter: str = ",") -> str:
    quoted = [[json.dumps(v, ensure_ascii=False).replace('\\"', '""') for v in row.values()] for row in ROWS]
    return "\n".join([delimiter.join(ROWS[0]), *(delimiter.join(row) for row in quoted)]) + "\n"


def json_text() -> str:
    return "\n\n".join(json.dumps(row) for row in ROWS)


def zstd(data: bytes) -> bytes:
    packed: bytes = pa.compress(data, codec="zstd", asbytes=True)
    return packed


def plain(data: bytes) -> bytes:
    return data


@pytest.mark.parametrize(("suffix", "pack"), [("", plain), (".gz", gzip.compress), (".zst", zstd)])
@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("csv", csv_text()),
        ("CSV", csv_text(";")),
        ("csv", "\ufeff" + csv_text().replace("\n", "\r\n")),
        ("tsv", csv_text("\t")),
        ("txt", csv_text("|")),
        ("jsonl", json_text()),
        ("ndjson", json_text()),
        ("json", json_text()),
        ("json", json.dumps(ROWS, indent=1)),
    ],
)
def test_every_text_format_gives_the_same_rows(
    warehouse: Warehouse, tmp_path: Path, form: str, text: str, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    name = f"it's [1] 😀.{form}{suffix}"
    (tmp_path / name).write_bytes(pack(text.encode()))
    found = read(warehouse, tmp_path, name)
    assert [{key: row[key] for key in ROWS[0]} for row in found] == ROWS
    assert [(row["coterie_unit"], row["coterie_row"]) for row in found] == [(name, 1), (name, 2)]


def test_parquet_keeps_types_and_order(warehouse: Warehouse, tmp_path: Path) -> None:
    pq.write_table(pa.table({"user": [7, 8], "order": ["x", None]}), tmp_path / "a.parquet")
    (relation,) = relations(warehouse, tmp_path, "a.parquet")
    assert (relation.typed, relation.numbered, relation.columns) == (True, True, ("user", "order"))
    assert [row["user"] for row in read(warehouse, tmp_path, "a.parquet")] == [7, 8]
    assert relation.count(warehouse).readable == {"a.parquet": 2}


def test_files_of_one_shape_are_one_relation(warehouse: Warehouse, tmp_path: Path) -> None:
    for name in ("b/2.csv", "a/1.csv", "b/3.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(csv_text(), encoding="utf-8")
    (tmp_path / "b" / "4.csv").write_text(csv_text(";"), encoding="utf-8")
    found = relations(warehouse, tmp_path, "**/*.csv")
    assert [relation.units for relation in found] == [("a/1.csv", "b/2.csv", "b/3.csv"), ("b/4.csv",)]
    places = [(row["coterie_unit"], row["coterie_row"]) for row in read(warehouse, tmp_path, "**/*.csv")]
    assert places == [(name, row) for name in ("a/1.csv", "b/2.csv", "b/3.csv", "b/4.csv") for row in (1, 2)]


def test_absolute_paths(warehouse: Warehouse, tmp_path: Path) -> None:
    for name in ("1.csv", "2.csv"):
        (tmp_path / name).write_text(csv_text(), encoding="utf-8")
    found = read(warehouse, tmp_path / "elsewhere", str(tmp_path / "*.csv"))
    assert {row["coterie_unit"] for row in found} == {str(tmp_path / "1.csv"), str(tmp_path / "2.csv")}


def test_parquet_files_of_one_shape(warehouse: Warehouse, tmp_path: Path) -> None:
    for name in ("1.parquet", "2.parquet"):
        pq.write_table(pa.table({"user": [7, 8]}), tmp_path / name)
    (relation,) = relations(warehouse, tmp_path, "*.parquet")
    assert relation.count(warehouse).readable == {"1.parquet": 2, "2.parquet": 2}
    assert [row["coterie_row"] for row in read(warehouse, tmp_path, "*.parquet")] == [1, 2, 1, 2]


def test_a_given_delimiter_wins(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("user:at,x:order\n1:2:3\n", encoding="utf-8")
    assert read(warehouse, tmp_path, "a.csv", ":")[0]["at,x"] == "2"


def test_names_in_a_header_are_made_distinct(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("user,User,,user\n1,2,3,4\n", encoding="utf-8")
    (relation,) = relations(warehouse, tmp_path, "a.csv")
    assert relation.columns == ("user", "User_1", "column2", "user_2")


def test_broken_csv_rows_are_noted_with_their_text(warehouse: Warehouse, tmp_path: Path) -> None:
    text = 'user,at\r\n1,2\r\n3\r\n4,5,6\r\n"x"y,7\r\n\r\n8,"a\r\nb"\r\n'
    (tmp_path / "a.csv").write_bytes(text.encode())
    (relation,) = relations(warehouse, tmp_path, "a.csv")
    counted = relation.count(warehouse)
    assert (counted.readable, counted.unreadable) == ({"a.csv": 2}, {"a.csv": 3})
    assert relation.unreadable is not None
    noted = warehouse.query(relation.unreadable).to_pylist()
    assert sorted((row["coterie_row"], json.loads(row["coterie_record"])) for row in noted) == [
        (3, "3"),
        (4, "4,5,6"),
        (5, '"x"y,7'),
    ]


def test_broken_lines_of_json_are_not_complete(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"user": 1}\n{"user": \n[1]\n"x"\n  \n', encoding="utf-8")
    (relation,) = relations(warehouse, tmp_path, "a.jsonl")
    assert relation.complete is not None
    chosen = [sql.named(relation.complete, "complete"), sql.named(relation.record, "record")]
    found = warehouse.query(sql.select(*chosen).from_(relation.rows.subquery("r"))).to_pylist()
    assert [row["complete"] for row in found] == [True, False, False, False]
    assert json.loads(found[1]["record"]) == '{"user": '
    assert relation.count(warehouse).readable == {"a.jsonl": 4}


def test_a_key_that_comes_late_is_found(warehouse: Warehouse, tmp_path: Path) -> None:
    lines = ['{"user": "a"}'] * 6000 + ['{"user": "b", "at": "late", "a/b~c": 1}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = files.relations(warehouse, ["a.jsonl"], tmp_path, delimiter=None, wanted=("at", "a/b~c", "none"))
    assert found[0].columns == ("a/b~c", "at", "user")
    assert "late" in warehouse.query(found[0].rows)["at"].to_pylist()


def test_latin1_is_refused_with_its_byte(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("user,at\n1,2\nü,4\n".encode("latin1"))
    with pytest.raises(SourceError, match=r"a\.csv is not UTF-8 \(byte 13\).*iconv"):
        relations(warehouse, tmp_path, "a.csv")


def test_latin1_far_down_is_refused_too(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"user,at\n" + b"1,2\n" * 100_000 + "3,ü\n".encode("latin1"))
    (relation,) = relations(warehouse, tmp_path, "a.csv")
    with pytest.raises(SourceError, match=r"a\.csv is not UTF-8 \(byte 400,0\d\d\)"):
        relation.count(warehouse)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv.gz", gzip.compress(b"\n", mtime=0), "is empty"),
        ("a.jsonl", b"\n\n", "is empty"),
        ("a.parquet", b"", "is empty"),
        ("a.parquet", b"PAR1 nothing", "not a whole Parquet file"),
        ("a.csv.gz", b"not packed", "can't be unpacked"),
        ("a.csv.gz", gzip.compress(b"user,at\n" * 10000, mtime=0)[:-20], "can't be unpacked"),
        ("a.parquet.gz", b"x", "unpack it"),
        ("a.xlsx", b"x", r"no known format. Allowed: \.csv"),
        ("noext", b"x", "no known format"),
    ],
)
def test_what_can_not_be_read(
    warehouse: Warehouse, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=message):
        relations(warehouse, tmp_path, name)


def test_a_missing_file_names_close_ones(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("x", encoding="utf-8")
    with pytest.raises(SourceError, match=r"no file 'event\.csv' in .*Did you mean 'events\.csv'\?"):
        files.units("event.csv", tmp_path)


def test_a_missing_file_without_a_close_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="It holds no file"):
        files.units("event.csv", tmp_path)
    for number in range(12):
        (tmp_path / f"{number}.bin").write_text("x", encoding="utf-8")
    with pytest.raises(SourceError, match="and 4 more"):
        files.units("event.csv", tmp_path)


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no folder"):
        files.units("data/event.csv", tmp_path)


def test_a_glob_without_a_match(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"No file matches '\*\.csv'"):
        files.units("*.csv", tmp_path)
    assert files.units("*.csv", tmp_path, missing_ok=True) == ()


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(SourceError, match=r"is a folder; name its files, for example .*data/\*\.csv"):
        files.units("data", tmp_path)


@pytest.fixture
def unprivileged(tmp_path: Path) -> Iterator[None]:
    """Give up the rights of root, whom no permission stops."""
    if os.geteuid() != 0:
        yield
        return
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.mark.parametrize("closed", ["data/secret.csv", "data"])
def test_without_permission(tmp_path: Path, closed: str, request: pytest.FixtureRequest) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.csv").write_text("x", encoding="utf-8")
    (tmp_path / closed).chmod(0)
    request.getfixturevalue("unprivileged")
    with pytest.raises(SourceError, match=r"secret\.csv' may not be read: permission denied"):
        files.units("data/secret.csv", tmp_path)


def test_a_fingerprint_changes_with_the_content(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_text("1", encoding="utf-8")
    first = files.fingerprint(path)
    assert files.fingerprint(path) == first
    (tmp_path / "x.db-wal").write_text("2", encoding="utf-8")
    assert files.fingerprint(path) != first


@pytest.mark.parametrize(("name", "text_only"), [("a.csv.gz", True), ("a.json", True), ("a.pq", False)])
def test_which_files_hold_text_only(name: str, text_only: bool) -> None:
    assert files.holds_text_only(name) is text_only
