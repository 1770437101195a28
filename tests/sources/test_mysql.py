"""What MySQL alone does: renames after a commit, values, versions."""

from __future__ import annotations

import contextlib
import datetime as dt
import types
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from tests import warehouses

from coterie.errors import WarehouseError
from coterie.sources import beside, connect, mysql, mysql_values, sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    found = warehouses.url("mysql", tmp_path)
    with warehouses.removed(found):
        yield found


class Died(Exception):  # noqa: N818 - it stands for the end of a process
    pass


def test_who_dies_between_commit_and_rename_leaves_it_to_the_next(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(connect.connect(url)) as first:
        first.create("made", pa.table({"n": [1]}))
        first.create("kept", pa.table({"n": [1]}))
        swap = beside.Tables._swap

        def dies(*_: object) -> None:
            raise Died

        def changes() -> None:
            with first.transaction():
                first.create("made", pa.table({"n": [2]}))
                first.append("kept", sql.sql("select n from made"))
                first.execute(sql.sql("create or replace view seen as select n from made"))
                first.drop("never")
                monkeypatch.setattr(beside.Tables, "_swap", dies)

        with pytest.raises(Died):
            changes()
        monkeypatch.setattr(beside.Tables, "_swap", swap)
    with contextlib.closing(connect.connect(url)) as second:
        assert second.query(sql.sql("select n from seen")).column("n").to_pylist() == [2]
        assert second.query(sql.sql("select n from kept order by n")).column("n").to_pylist() == [1, 2]
        assert second.query(sql.sql("select count(*) as n from pending_renames")).column("n").to_pylist() == [
            0
        ]


def test_what_sessions_have_left_is_swept(url: str) -> None:
    with contextlib.closing(connect.connect(url)) as warehouse:
        left = [f"tmp_1_{number}_{'left' * 10}" for number in range(25)]  # together more than 1,024 letters
        for name in left:
            warehouses.run(warehouse, f"create table {name} (n int)")
        warehouse.create("here", pa.table({"n": [1]}), temporary=True)
        with warehouse.alone("run"):
            assert not any(map(warehouse.columns, left))
            assert warehouse.columns("here") == {"n": "BIGINT"}


def test_a_view_of_several_tables_is_read_in_its_place_by_later_sessions(url: str) -> None:
    asked = sql.sql("select n from seen where n > 1")
    one = "create or replace view seen as select n, null as word from odd"
    with contextlib.closing(connect.connect(url)) as first:
        first.create("odd", pa.table({"n": [1, 3]}))
        first.create("even", pa.table({"n": [2]}))
        both = f"{one} union all select n, 'a' as word from even"
        first.execute(sql.sql(both))
    with contextlib.closing(mysql.MySQL(url)) as later:

        def fails() -> None:
            with later.transaction():
                later.execute(sql.sql(one))
                raise Died

        assert "UNION ALL" in later._printed(asked)
        assert sorted(later.query(asked)["n"].to_pylist()) == [2, 3]
        with pytest.raises(Died):
            fails()
        assert sorted(later.query(asked)["n"].to_pylist()) == [2, 3]
        later.execute(sql.sql(one))
        assert "UNION ALL" not in later._printed(asked)
        assert later.query(asked)["n"].to_pylist() == [3]


def test_a_view_that_another_session_changes_is_read_as_it_is_by_now(url: str) -> None:
    asked = sql.sql("select n from seen order by n")
    shown = "create or replace view seen as select n from {0} union all select n from {1}"
    with contextlib.closing(mysql.MySQL(url)) as first, contextlib.closing(mysql.MySQL(url)) as second:
        for number, name in enumerate("abc"):
            first.create(name, pa.table({"n": [number]}))
        first.execute(sql.sql(shown.format("a", "b")))
        assert second.query(asked)["n"].to_pylist() == [0, 1]
        first.execute(sql.sql(shown.format("b", "c")))
        assert second.query(asked)["n"].to_pylist() == [1, 2]
        with second.alone("run"):
            assert second.query(asked)["n"].to_pylist() == [1, 2]


@pytest.mark.parametrize(("size", "most"), [("64M", 64 << 20), ("1g", 1 << 30)])
def test_memory_of_steps_is_what_the_url_says(size: str, most: int, url: str) -> None:
    with contextlib.closing(mysql.MySQL(f"{url}&tmp_table_size={size}")) as warehouse:
        assert warehouse._value("select @@tmp_table_size") == most


@pytest.mark.parametrize("size", ["much", "0M", "1000000", "-1G"])
def test_memory_that_is_no_size_is_refused(size: str, url: str) -> None:
    with pytest.raises(WarehouseError, match=f"'{size}' is no size of memory for `tmp_table_size`; write"):
        connect.connect(f"{url}&tmp_table_size={size}")


def test_user_ids_that_are_too_long_are_said(url: str) -> None:
    with (
        contextlib.closing(connect.connect(url)) as warehouse,
        pytest.raises(WarehouseError, match="met more than 255 letters for 'user_id'"),
    ):
        warehouse.create("t", pa.table({"user_id": ["x" * 300]}))


@pytest.mark.parametrize(
    ("version", "collation"),
    [
        ("10.11.19-MariaDB-0+deb12u1", "utf8mb4_nopad_bin"),
        ("5.5.5-10.6.1-MariaDB", "utf8mb4_nopad_bin"),
        ("8.0.36", "utf8mb4_0900_bin"),
    ],
)
def test_text_is_compared_letter_by_letter(version: str, collation: str) -> None:
    assert mysql._collation(version, "mysql://db") == collation


@pytest.mark.parametrize(
    ("version", "least"),
    [
        ("5.6.24", "MySQL 8.0.19"),
        ("8.0.11-TiDB-v7.5.0", "MySQL 8.0.19"),
        ("10.3.39-MariaDB", "MariaDB 10.5"),
        ("5.5.5-10.3.39-MariaDB", "MariaDB 10.5"),
        ("odd", "MySQL 8.0.19"),
    ],
)
def test_an_old_server_is_refused(version: str, least: str) -> None:
    with pytest.raises(
        WarehouseError, match=rf"at mysql://db is .*, and coterie needs {least} or newer\. Upg"
    ):
        mysql._collation(version, "mysql://db")


def test_columns_that_select_leaves_out_are_none(url: str) -> None:
    with contextlib.closing(connect.connect(url)) as warehouse:
        key = "bigint unsigned not null auto_increment invisible primary key"  # as MySQL gives it itself
        warehouses.run(warehouse, f"create table t (my_row_id {key}, n int)")
        warehouse.append("t", pa.table({"n": [1]}))
        assert warehouse.columns("t") == {"n": "INTEGER"}
        assert warehouse.query(sql.sql("select * from t")).to_pylist() == [{"n": 1}]


def test_values_of_every_type() -> None:
    utf8 = 255
    kinds = {"n": (8, 63, 0), "d": (246, 63, 2), "w": (246, 63, 0), "x": (5, 63, 31), "at": (12, 63, 6),
             "day": (10, 63, 0), "t": (253, utf8, 0), "b": (254, 63, 0), "bits": (16, 63, 0)}  # fmt: skip
    schema = mysql_values.schema(
        types.SimpleNamespace(name=name, type_code=code, charsetnr=letters, length=9, scale=scale)
        for name, (code, letters, scale) in kinds.items()
    )
    rows: list[tuple[object, ...]] = [
        (1, Decimal("1.25"), Decimal(3), 0.5, "0000-00-00 00:00:00", dt.date(2026, 1, 2), "a", b"\xff",
         b"\x01\x00"),
        (None, None, None, None, dt.datetime(2026, 1, 2), "0000-00-00", 7, None, None),  # noqa: DTZ001
    ]  # fmt: skip
    assert mysql_values.batch(rows, schema).to_pylist() == [
        {
            "n": 1, "d": 1.25, "w": 3, "x": 0.5, "at": None, "day": dt.date(2026, 1, 2), "t": "a",
            "b": b"\xff", "bits": 256,
        },
        {
            "n": None, "d": None, "w": None, "x": None, "at": dt.datetime(2026, 1, 2), "day": None, "t": "7",  # noqa: DTZ001
            "b": None, "bits": None,
        },
    ]  # fmt: skip


def test_names_of_the_moment() -> None:
    names = {"t": "new_t", "u": "tmp_u"}
    cases = {
        "delete from t where a in (select b from u)": """DELETE FROM "new_t" WHERE a IN """
        """(SELECT b FROM "tmp_u" AS "u")""",
        "insert into t (a) select a from t as x": 'INSERT INTO "new_t" (a) SELECT a FROM "new_t" AS x',
        "with t as (select 1 as a) select a from t": "WITH t AS (SELECT 1 AS a) SELECT a FROM t",
        "select a from s.t": "SELECT a FROM s.t",
    }
    for text, expected in cases.items():
        assert beside.renamed(sql.sql(text), names).sql() == expected
    assert beside.renamed(sql.sql("select a from t"), {}).sql() == "SELECT a FROM t"


def test_users_are_found_by_an_index_but_in_rows_of_a_source(url: str) -> None:
    users = {"user_id": ["ann"], "n": [1]}
    with contextlib.closing(connect.connect(url)) as warehouse:
        warehouse.create("users", pa.table(users))
        warehouse.create("staged", pa.table(users | {"coterie_unit": ["clicks"]}))
        warehouse.create("numbers", pa.table({"n": [1]}))
        found = sql.sql(
            """select table_name as name from information_schema.statistics
            where table_schema = :schema and index_name <> 'PRIMARY'""",
            schema=warehouse.schema,
        )
        assert warehouse.query(found)["name"].to_pylist() == ["users"]


def test_letters_are_told_apart_in_a_schema_that_does_not(url: str) -> None:
    with contextlib.closing(connect.connect(url)) as warehouse:
        warehouses.run(warehouse, f"alter database {warehouse.schema} collate utf8mb4_general_ci")
        warehouse.execute(sql.sql("create table t (word text)"))
        warehouse.append("t", pa.table({"word": ["ann", "Ann", "ann "]}))
        found = warehouse.query(sql.sql("select count(distinct word) as n from t"))
        assert found["n"].to_pylist() == [3]


def test_rows_are_estimated_however_the_server_explains_itself(url: str) -> None:
    with contextlib.closing(connect.connect(url)) as warehouse:
        warehouse.create("t", pa.table({"n": range(100)}))
        if warehouse.query(sql.sql("select version() as v"))["v"][0].as_py().startswith(("8.4", "9")):
            warehouses.run(warehouse, "set explain_format = 'TREE'")
        assert warehouse.estimate(sql.sql("select n from t")).rows == 100


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        (3159, "Connections using insecure transport are prohibited while --require_secure_transport=ON.",
         "through TLS, says the server; add ssl=true"),
        (1290, "The MySQL server is running with the --super-read-only option",
         "nothing is written, such as on a replica; name the server that it follows"),
        (3750, "Unable to create or change a table without a primary key.",
         "have sql_generate_invisible_primary_key on"),
        (3024, "Query execution was interrupted, maximum statement execution time exceeded",
         "have max_execution_time raised"),
    ],
)  # fmt: skip
def test_what_a_server_is_set_to_refuse_is_told_with_what_to_do(code: int, said: str, told: str) -> None:
    found = mysql._refused(Exception(code, said), "the create of table 't'", "mysql://db/shop")
    assert told in str(found)
    assert said in str(found)
