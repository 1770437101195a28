"""What every server must do as a warehouse, beside giving the same results: see tests/parity."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import os
import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from tests import warehouses

from coterie.errors import UsageError, WarehouseError, WarehouseGoneError
from coterie.sources import connect, server, sql
from coterie.sources.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY = {"postgres": "postgresql://coterie:x@127.0.0.1:9/x", "mysql": "mysql://coterie:x@127.0.0.1:9/x"}


@pytest.fixture(params=warehouses.DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place of its own on each server."""
    found = warehouses.url(request.param, tmp_path)
    with warehouses.removed(found):
        yield found


@pytest.fixture
def warehouse(url: str) -> Iterator[Warehouse]:
    with contextlib.closing(connect.connect(url)) as opened:
        yield opened


def values(warehouse: Warehouse, text: str) -> list[object]:
    return list(warehouse.query(sql.sql(text)).column(0).to_pylist())


def test_values_come_back_as_they_went_in(warehouse: Warehouse) -> None:
    assert isinstance(warehouse, Warehouse)
    rows = pa.table(
        {
            "day": [dt.date(2026, 1, 2), None],
            "at": pa.array([None, dt.datetime(2026, 1, 2, 3, 4, 5, 6, dt.UTC)], pa.timestamp("us", tz="UTC")),
            "select": pa.array([1, None], pa.int32()),
            "Mixed Case": [0.1, None],
            "word": ["a'b\\n\"%s%%", "\U0001f600 "],
            "text": pa.array(["x" * 5000, None], pa.large_string()),
            "yes": [True, None],
        }
    )
    warehouse.create("order", rows)
    found = warehouse.query(sql.sql('select * from "order" order by "select" is null'))
    assert [{**row, "yes": row["yes"] and bool(row["yes"])} for row in found.to_pylist()] == [
        {**row, "at": row["at"] and row["at"].replace(tzinfo=None)} for row in rows.to_pylist()
    ]
    assert warehouse.columns("order") == {
        "day": "DATE", "at": "TIMESTAMP", "select": "BIGINT", "Mixed Case": "DOUBLE", "word": "VARCHAR",
        "text": "VARCHAR", "yes": "BOOLEAN",
    }  # fmt: skip
    assert warehouse.columns("nowhere") == {}


def test_sums_of_whole_numbers_stay_whole(warehouse: Warehouse) -> None:
    warehouse.create("t", pa.table({"n": [1, 2], "x": [0.5, 1.0]}))
    statement = (
        "select sum(n) as n, avg(n) as mean, sum(x) as x, count(*) as rows_, 'a' as word, null as none"
    )
    assert warehouse.query(sql.sql(f"{statement} from t")).to_pylist() == [
        {"n": 3, "mean": 1.5, "x": 1.5, "rows_": 2, "word": "a", "none": None}
    ]


def test_rows_stream_in_batches_and_come_by_name(warehouse: Warehouse) -> None:
    warehouse.create("t", pa.table({"n": [1, 2], "word": ["a", "b"]}))
    with warehouse.stream(sql.sql("select word, n + 0.5 as x from t order by n")) as rows:
        assert rows.read_all().to_pylist() == [{"word": "a", "x": 1.5}, {"word": "b", "x": 2.5}]
    warehouse.append("t", pa.table({"word": ["c"]}))
    warehouse.append("t", sql.sql("select 'd' as word, 4 as n"))
    assert values(warehouse, "select word from t order by n is null, n") == ["a", "b", "d", "c"]


def test_what_is_no_number_is_null_or_none(warehouse: Warehouse) -> None:
    warehouse.create("t", pa.table({"x": [math.nan, 1.0]}))
    assert values(warehouse, "select count(case when x between -1e99 and 1e99 then 1 end) as n from t") == [1]


def test_a_table_may_be_replaced_from_itself_and_widened(warehouse: Warehouse) -> None:
    warehouse.create("t", pa.table({"n": [1]}))
    warehouse.create("t", sql.sql("select n + 1 as n from t"))
    warehouse.append("t", sql.sql("select * from t"))
    warehouse.widen("t", pa.schema({"x": pa.float64(), "word": pa.string()}))
    assert warehouse.query(sql.sql("select * from t limit 1")).to_pylist() == [
        {"n": 2, "x": None, "word": None}
    ]


def test_a_temporary_table_may_be_read_twice_and_is_no_ones_else(warehouse: Warehouse, url: str) -> None:
    warehouse.create("t", pa.table({"n": [1]}), temporary=True)
    warehouse.create("t", sql.sql("select n + 1 as n from t"), temporary=False)
    warehouse.create("u", sql.sql("select n from t"), temporary=True)
    assert values(warehouse, "select a.n + b.n as n from u as a join u as b on a.n = b.n") == [4]
    with contextlib.closing(connect.connect(url)) as other:
        assert other.columns("u") == {}
    warehouse.drop("u")
    assert warehouse.columns("u") == {}


def test_others_see_the_old_or_the_new_and_nothing_between(warehouse: Warehouse, url: str) -> None:
    warehouse.create("kept", pa.table({"n": [1]}))
    warehouse.create("made", pa.table({"n": [1]}))
    warehouse.create("dropped", pa.table({"n": [1]}))
    with contextlib.closing(connect.connect(url)) as other:
        with warehouse.transaction():
            warehouse.create("made", sql.sql("select n + 1 as n from made"))
            warehouse.append("kept", sql.sql("select n from made"))
            warehouse.append("made", sql.sql("select n from kept"))
            warehouse.execute(sql.sql("create or replace view seen as select n from made"))
            warehouse.drop("dropped")
            assert values(warehouse, "select n from made order by n") == [1, 2, 2]
            assert warehouse.columns("dropped") == {}
            if warehouse.dialect == "mysql":  # PostgreSQL lets the reader wait
                assert values(other, "select n from made") == [1]
                assert values(other, "select n from kept") == [1]
                assert values(other, "select n from dropped") == [1]
        assert values(other, "select n from seen order by n") == [1, 2, 2]
        assert values(other, "select n from kept order by n") == [1, 2]
        assert other.columns("dropped") == {}


def test_a_transaction_that_breaks_changes_nothing(warehouse: Warehouse) -> None:
    warehouse.create("kept", pa.table({"n": [1]}))
    warehouse.create("made", pa.table({"n": [1]}))

    def changes_and_breaks() -> None:
        with warehouse.transaction(), warehouse.transaction():
            warehouse.create("made", pa.table({"n": [2]}))
            warehouse.create("meanwhile", pa.table({"n": [2]}), temporary=True)
            warehouse.append("kept", sql.sql("select n from made"))
            warehouse.append("kept", sql.sql("select n from nowhere"))

    with pytest.raises(WarehouseError, match=r"The insert of table 'kept' on \S+ \(\S+\) needs the table"):
        changes_and_breaks()
    assert values(warehouse, "select n from made") == [1]
    assert values(warehouse, "select n from kept") == [1]


def test_a_second_run_waits_and_then_refuses_by_name(
    warehouse: Warehouse, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PATIENCE_S", 0.1)
    monkeypatch.setattr(server, "PAUSE_S", 0.05)
    with contextlib.closing(connect.connect(url)) as other:
        with (
            warehouse.alone("run 1"),
            pytest.raises(WarehouseError, match=r"is being written by .*run 1; wait until that ends"),
            other.alone("run 2"),
        ):
            pass
        with other.alone("run 3"):
            other.create("t", pa.table({"n": [1]}))


def test_a_server_that_goes_away_is_told_from_one_that_refuses(warehouse: Warehouse, url: str) -> None:
    with contextlib.closing(connect.connect(url)) as other:

        def loses_its_session() -> None:
            with warehouse.transaction():
                warehouses.end_session(warehouse, other)
                values(warehouse, "select 1 as one")

        with pytest.raises(WarehouseGoneError, match="broke off: the server went away"):
            loses_its_session()


def test_a_session_that_was_ended_is_begun_again(
    warehouse: Warehouse, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse.create("t", pa.table({"n": [1]}))
    with contextlib.closing(connect.connect(url)) as other:
        warehouses.end_session(warehouse, other)
        assert values(warehouse, "select n from t") == [1]
        assert "broke off: the server went away" in capsys.readouterr().err
        warehouses.end_session(warehouse, other)
        with warehouse.transaction():
            warehouse.append("t", pa.table({"n": [2]}))
        warehouses.end_session(warehouse, other)
        with warehouse.alone("run 1"):
            warehouses.end_session(warehouse, other)
            with pytest.raises(WarehouseGoneError):
                warehouse.append("t", pa.table({"n": [3]}))
            with pytest.raises(WarehouseGoneError):  # another may hold it by now
                values(warehouse, "select n from t")
    assert values(warehouse, "select n from t order by n") == [1, 2]


@pytest.mark.parametrize("system", NOBODY)
def test_nobody_there(system: str) -> None:
    with pytest.raises(
        WarehouseGoneError, match=r"The connection on \S+ \(\S+:\*\*\*@127.0.0.1:9/x\) broke off"
    ):
        connect.connect(NOBODY[system])


def test_a_wrong_password_is_said_without_it(url: str) -> None:
    wrong = url.replace(":coterie@", ":swordfish@")
    with pytest.raises(WarehouseError, match="user or password is wrong; check the URL") as caught:
        connect.connect(wrong)
    assert "swordfish" not in str(caught.value)


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    url = re.sub(r"/postgres\?.*", "/nowhere", warehouses.url("postgres", tmp_path))
    with pytest.raises(WarehouseError, match="names the database 'nowhere', which isn't there"):
        connect.connect(url)


def test_who_may_not_make_a_schema_is_told_what_to_grant(warehouse: Warehouse, url: str) -> None:
    name = f"reader_{warehouse.schema}"
    person = f"'{name}'@'%'" if warehouse.dialect == "mysql" else name
    word = "by" if warehouse.dialect == "mysql" else "password"
    identified = "identified " if word == "by" else ""
    warehouses.run(warehouse, f"create user {person} {identified}{word} 'secret'")
    try:
        theirs = url.replace("coterie:coterie@", f"{name}:secret@").replace("schema=t_", "schema=other_")
        with pytest.raises(WarehouseError, match=r"isn't permitted|may not use .*; grant it"):
            connect.connect(theirs)
    finally:
        warehouses.run(warehouse, f"drop user {person}")


def test_urls_that_are_none() -> None:
    with pytest.raises(UsageError, match=r"The URL 'mysql:///x' is not understood"):
        connect.connect("mysql:///x")
    with pytest.raises(UsageError, match=r"pip install 'coterie\[mysql\]'"):
        server.driver("no_such_driver", "mysql", "MySQL")


def test_options_of_the_driver_stay_in_the_url() -> None:
    place = server.place("postgresql://ada@127.0.0.1/shop?sslmode=disable&schema=other", ("schema",))
    assert place.plain == "postgresql://ada@127.0.0.1/shop?sslmode=disable"
    assert place.options == {"schema": "other"}
    assert server.place("mysql://ada@127.0.0.1/shop", ()).plain == "mysql://ada@127.0.0.1/shop"


def test_services_name_what_they_start() -> None:
    for system in warehouses.DATABASES:
        assert os.environ.get(warehouses.SERVERS[system], "://").count("://") == 1


def test_one_means_every_server_and_names_mean_those(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for said, meant in (("1", tuple(warehouses.SERVERS)), ("mysql", ("mysql",)), ("0", ("0",)), ("", ())):
        monkeypatch.setenv("COTERIE_REQUIRE_SERVICES", said)
        assert warehouses.required() == meant
    monkeypatch.delenv(warehouses.SERVERS["spark"], raising=False)
    with pytest.raises(pytest.skip.Exception, match="no spark here"):
        warehouses.url("spark", tmp_path)
    monkeypatch.setenv("COTERIE_REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception, match="no spark here"):
        warehouses.url("spark", tmp_path)
    monkeypatch.setenv("COTERIE_REQUIRE_SERVICES", "postgers")
    with pytest.raises(pytest.fail.Exception, match="names postgers; it takes 1, or some of postgres, mysql"):
        warehouses.url("spark", tmp_path)


def test_times_are_exact_to_the_microsecond(warehouse: Warehouse) -> None:
    last = 4_102_444_800_000_000  # 2100-01-01, after which no event is used
    moments = [
        start + 1_234_567 * step + step % 7 for start in (0, 2**51, last - 10**9) for step in range(400)
    ]
    warehouse.create("moments", pa.table({"us": moments}))
    found = warehouse.query(
        sql.sql("select us, epoch_us(make_timestamp(us)) as read from moments order by us")
    )
    assert found["read"].to_pylist() == found["us"].to_pylist() == sorted(moments)


@pytest.mark.parametrize("version", ["10.23", "8.0.2", "9.6.24 (Debian)"])
def test_a_server_that_is_too_old_is_told_with_what_is_needed(version: str) -> None:
    told = (
        rf"at postgresql://db is PostgreSQL {re.escape(version)}, and coterie needs PostgreSQL 11 or newer\."
    )
    with pytest.raises(WarehouseError, match=told):
        server.require(version, (11,), "PostgreSQL", "postgresql://db")
    server.require("11.22", (11,), "PostgreSQL", "postgresql://db")
    server.require("19beta1", (11,), "PostgreSQL", "postgresql://db")
