from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from coterie.errors import ProjectError, SourceError, UsageError
from coterie.project.sourcing import Source
from coterie.sources import reading
from coterie.sources.connect import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse

MAPPING = {"user_id": "user", "at": "at"}


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    opened = connect("duckdb://?threads=1")
    yield opened
    opened.close()


@pytest.fixture
def other(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("create table acts as select 'a' as \"user\", date '2026-01-01' as \"at\"")
        connection.execute("create schema more")
        connection.execute("create table more.deeds as select 'b' as \"user\", date '2026-01-02' as \"at\"")
        connection.execute("create view seen as from acts union all from more.deeds")
    return tmp_path


def source(**given: Any) -> Source:
    return Source.model_validate({"name": "s", "events": MAPPING, **given})


def read(warehouse: Warehouse, folder: Path, **given: Any) -> list[dict[str, Any]]:
    asked = source(**given)
    names = [unit.name for unit in reading.units(asked, folder)]
    with reading.opened(warehouse, asked, folder, names, ("user", "at")) as relations:
        found: list[dict[str, Any]] = []
        for relation in relations:
            assert sum(relation.count(warehouse).readable.values()) == warehouse.query(relation.rows).num_rows
            found += warehouse.query(relation.rows).to_pylist()
    return found


@pytest.mark.parametrize(
    ("given", "users"),
    [
        ({"table": "acts"}, {"a"}),
        ({"table": "Deeds"}, {"b"}),
        ({"table": "more.deeds"}, {"b"}),
        ({"table": "seen"}, {"a", "b"}),
        ({"query": "select * from acts"}, {"a"}),
        ({"query": "with acts as (from more.deeds) select * from acts union all from seen"}, {"a", "b"}),
    ],
)
def test_a_duckdb_database(warehouse: Warehouse, other: Path, given: dict[str, str], users: set[str]) -> None:
    found = read(warehouse, other, connection="duckdb:///other.duckdb", **given)
    assert {row["user"] for row in found} == users
    assert {row["coterie_unit"] for row in found} == {given.get("table", "query")}
    assert sorted(row["coterie_row"] for row in found) == list(range(1, len(found) + 1))
    assert warehouse.columns("staged_s") == {}


def test_a_database_can_be_opened_twice(warehouse: Warehouse, other: Path) -> None:
    for _ in range(2):
        assert read(warehouse, other, connection="duckdb:///other.duckdb", table="acts")


def test_an_unknown_table(warehouse: Warehouse, other: Path) -> None:
    with pytest.raises(SourceError, match=r"Source 's': .*no table 'act'\. Did you mean 'acts'"):
        read(warehouse, other, connection="duckdb:///other.duckdb", table="act")


def test_a_database_of_another_kind(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_text("not a database\n" * 1000, encoding="utf-8")
    with pytest.raises(SourceError, match="is not a DuckDB file"):
        read(warehouse, tmp_path, connection="duckdb:///x.duckdb", table="acts")


def test_a_missing_database(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"Source 's': There is no file 'x\.db'"):
        reading.units(source(connection="sqlite:///x.db", table="t"), tmp_path)


@pytest.mark.parametrize("url", ["duckdb://", "mysql:///x"])
def test_a_connection_must_name_a_database(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="names no database file"):
        reading.units(source(connection=url, table="t"), tmp_path)


def test_a_query_over_files(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("user,at\na,2026-01-01\nb,2026-01-02\n", encoding="utf-8")
    query = "select f.user, f.at from 'a.csv' as f where f.user <> 'b' union all from read_csv('a.csv')"
    found = read(warehouse, tmp_path, query=query)
    assert sorted(row["user"] for row in found) == ["a", "a", "b"]


def test_a_query_changes_with_its_files(tmp_path: Path) -> None:
    asked = source(query="select * from 'a.csv'")
    (first,) = reading.units(asked, tmp_path)
    assert first.fingerprint is None
    (tmp_path / "a.csv").write_text("user,at\n", encoding="utf-8")
    (second,) = reading.units(asked, tmp_path)
    assert second.fingerprint is not None
    (tmp_path / "a.csv").write_text("user,at,x\n", encoding="utf-8")
    assert reading.units(asked, tmp_path) != (second,)


@pytest.mark.parametrize(
    ("query", "message"), [("selec x", "can't be understood|not a SELECT"), ("drop table x", "not a SELECT")]
)
def test_a_query_must_be_a_select(warehouse: Warehouse, tmp_path: Path, query: str, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        read(warehouse, tmp_path, query=query)


def test_which_sources_hold_text_only() -> None:
    assert reading.holds_text_only(source(table="a.csv"))
    assert not reading.holds_text_only(source(table="a.parquet"))
    assert not reading.holds_text_only(source(table="a", connection="sqlite:///x.db"))
