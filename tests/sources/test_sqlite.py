from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from coterie.errors import SourceError
from coterie.sources import sqlite

if TYPE_CHECKING:
    from pathlib import Path

TABLE = 'create table "my ""table" (a integer, b text, c, d real, e blob, f, "order" text)'


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "it's #1?.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(TABLE)
        connection.executemany(
            'insert into "my ""table" values (?, ?, ?, ?, ?, ?, ?)',
            [
                (1, "x", 1, 1.5, b"\x01", None, "😀"),
                (None, "y", "two", 2, b"\x02", None, None),
                (3, None, b"\xff", None, None, None, ""),
            ],
        )
        connection.execute('create view seen as select a from "my ""table"')
    return path


def read(path: Path, **which: Any) -> pa.Table:
    with sqlite.batches(path, **which) as batches:
        return batches.read_all()


def test_columns_have_the_types_of_their_values(database: Path) -> None:
    table = read(database, table='MY "TABLE', numbered="row")
    kinds = [
        pa.int64(),
        pa.string(),
        pa.string(),
        pa.float64(),
        pa.binary(),
        pa.string(),
        pa.string(),
        pa.int64(),
    ]
    assert table.schema.types == kinds
    assert table.to_pylist() == [
        {"a": 1, "b": "x", "c": "1", "d": 1.5, "e": b"\x01", "f": None, "order": "😀", "row": 1},
        {"a": None, "b": "y", "c": "two", "d": 2.0, "e": b"\x02", "f": None, "order": None, "row": 2},
        {"a": 3, "b": None, "c": "ff", "d": None, "e": None, "f": None, "order": "", "row": 3},
    ]


def test_a_view_and_a_query(database: Path) -> None:
    assert read(database, table="seen").column("a").to_pylist() == [1, None, 3]
    assert read(database, query="select a + 1 as b from seen where a > 1;").to_pylist() == [{"b": 4}]


def test_many_rows_come_in_batches(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("create table t (a)")
        connection.executemany("insert into t values (?)", ((i,) for i in range(120_000)))
    with sqlite.batches(tmp_path / "x.db", table="t", numbered="n") as batches:
        found = list(batches)
    assert [len(batch) for batch in found] == [50_000, 50_000, 20_000]
    assert found[2].column("n")[-1].as_py() == 120_000


def test_an_empty_table_has_text_columns(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("create table t (a integer)")
    assert read(tmp_path / "x.db", table="t").schema.types == [pa.string()]


@pytest.mark.parametrize(
    ("which", "message"),
    [
        ({"table": "sean"}, "has no table 'sean'. Did you mean 'seen'"),
        ({"query": "select missing from seen"}, "no such column: missing"),
        ({"query": "selec"}, "syntax error"),
        ({"query": "create table x (a)"}, "returns no columns|readonly"),
        ({"query": "begin"}, "transaction|no columns"),
    ],
)
def test_mistakes(database: Path, which: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(database, **which)


def test_the_database_can_not_be_changed(database: Path) -> None:
    with pytest.raises(SourceError, match="readonly"):
        read(database, query='delete from "my ""table" returning a')


def test_another_file(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database, but long enough to be looked at\n" * 100)
    with pytest.raises(SourceError, match="is not a SQLite database"):
        read(tmp_path / "x.db", table="t")
    with pytest.raises(SourceError, match="can't be opened"):
        read(tmp_path / "y.db", table="t")


def test_a_locked_database(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("begin exclusive")
        with pytest.raises(SourceError, match="is locked by another process"):
            read(database, table="seen")
