from __future__ import annotations

from pathlib import Path

import pytest

from coterie.errors import UsageError, WarehouseError
from coterie.sources import sql
from coterie.sources.connect import connect, split


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("duckdb://", ("duckdb", None, {})),
        ("duckdb:///:memory:", ("duckdb", None, {})),
        ("DuckDB:///a%20b.duckdb?threads=2", ("duckdb", Path("a b.duckdb"), {"threads": "2"})),
        ("sqlite:////data/x.db", ("sqlite", Path("/data/x.db"), {})),
    ],
)
def test_split(url: str, expected: tuple[str, Path | None, dict[str, str]]) -> None:
    assert split(url) == expected


@pytest.mark.parametrize("url", ["x.duckdb", "duckdb:x", "duckdb://host/x", "oracle:///x"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="Allowed: duckdb:///"):
        connect(url)


def test_an_unknown_option_gets_a_close_match() -> None:
    with pytest.raises(UsageError, match="Did you mean 'threads'"):
        connect("duckdb://?thread=2")


def test_a_wrong_option_value_is_refused() -> None:
    with pytest.raises(WarehouseError, match="duckdb://\\?threads=many"):
        connect("duckdb://?threads=many")


def test_a_path_is_relative_to_the_folder(tmp_path: Path) -> None:
    warehouse = connect("duckdb:///x.duckdb?temp_directory=spill", tmp_path)
    warehouse.create("kept", sql.sql("select 1 as a"))
    warehouse.close()
    assert (tmp_path / "x.duckdb").exists()


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"there is no folder .*nowhere.*Make it first"):
        connect("duckdb:///nowhere/x.duckdb", tmp_path)


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    with pytest.raises(WarehouseError, match="is a folder"):
        connect("duckdb:///sub", tmp_path)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_text("not a database\n" * 1000, encoding="utf-8")
    with pytest.raises(WarehouseError, match="is not a DuckDB file"):
        connect("duckdb:///x.duckdb", tmp_path)
