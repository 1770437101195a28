from __future__ import annotations

import contextlib
import datetime as dt

import duckdb
import pyarrow as pa
import pytest
from tests.sources.parts_on_duckdb import OnDuckDB

from coterie.errors import WarehouseError
from coterie.sources import parts, sql
from coterie.sources.relation import select

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
NUMBERS = pa.table({"n": [1, 2, 3], "word": ["one", None, "three"]})


@pytest.fixture
def database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.fixture
def warehouse(database: duckdb.DuckDBPyConnection) -> OnDuckDB:
    return OnDuckDB(database)


@pytest.fixture
def other(database: duckdb.DuckDBPyConnection) -> OnDuckDB:
    """Somebody else who looks at the same database."""
    return OnDuckDB(database.cursor())


def listed(place: OnDuckDB, table: str = "numbers") -> list[int]:
    query = select("select n from :table order by n", table=sql.table(table))
    return [row["n"] for row in place.query(query).to_pylist()]


def test_a_table_is_made_read_and_replaced_by_itself(warehouse: OnDuckDB, other: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    assert warehouse.columns("numbers") == {"n": "BIGINT", "word": "VARCHAR"}
    warehouse.create("numbers", select("select n * 10 as n from numbers"))
    assert listed(other) == [10, 20, 30]
    assert warehouse.columns("numbers") == {"n": "BIGINT"}
    assert warehouse.columns("nothing") == {}


def test_rows_are_added_by_name(warehouse: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    warehouse.append("numbers", pa.table({"word": ["four"], "n": [4]}))
    warehouse.append("numbers", select("select 5 as n"))
    warehouse.append("numbers", pa.table({"n": [6]}).to_reader())
    warehouse.append("numbers", pa.table({"n": pa.array([], pa.int64())}))
    rows = warehouse.query(select("select n, word from numbers where n > 3 order by n")).to_pylist()
    assert rows == [{"n": 4, "word": "four"}, {"n": 5, "word": None}, {"n": 6, "word": None}]


def test_rows_are_deleted_where_a_condition_holds_and_not_where_it_is_null(warehouse: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    warehouse.execute(sql.sql("delete from numbers where word = 'one' or n in (select 3)"))
    assert listed(warehouse) == [2]
    warehouse.execute(sql.sql("delete from numbers"))
    assert listed(warehouse) == []
    assert warehouse.columns("numbers") == {"n": "BIGINT", "word": "VARCHAR"}


def test_rows_are_changed_where_a_condition_holds(warehouse: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    warehouse.execute(sql.sql("update numbers set n = n + 10, word = 'big' where word = 'one' or n > 2"))
    rows = warehouse.query(select("select n, word from numbers order by n")).to_pylist()
    assert [tuple(row.values()) for row in rows] == [(2, None), (11, "big"), (13, "big")]
    warehouse.execute(sql.sql("update numbers set word = null"))
    assert warehouse.columns("numbers") == {"n": "BIGINT", "word": "VARCHAR"}
    assert listed(warehouse) == [2, 11, 13]


def test_nobody_else_sees_half(warehouse: OnDuckDB, other: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    warehouse.create("letters", pa.table({"n": [1]}))
    with warehouse.transaction():
        warehouse.append("numbers", select("select 4 as n"))
        with warehouse.transaction():
            warehouse.execute(sql.sql("delete from letters"))
        assert (listed(warehouse), listed(other)) == ([1, 2, 3, 4], [1, 2, 3])
        assert (listed(warehouse, "letters"), listed(other, "letters")) == ([], [1])
    assert (listed(other), listed(other, "letters")) == ([1, 2, 3, 4], [])


def test_what_fails_leaves_nothing(warehouse: OnDuckDB, other: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    before = warehouse._tables()

    def change() -> None:
        with warehouse.transaction():
            warehouse.append("numbers", select("select 4 as n"))
            warehouse.create("more", NUMBERS)
            warehouse.drop("numbers")
            assert warehouse.columns("numbers") == {}
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change()
    assert listed(other) == [1, 2, 3]
    assert warehouse.columns("more") == {}
    assert warehouse._tables() == before


def test_views_see_what_is_written_below_them(warehouse: OnDuckDB, other: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    warehouse.execute(sql.sql("create or replace view doubled as select n * 2 as n from numbers"))
    assert listed(other, "doubled") == [2, 4, 6]
    with warehouse.transaction():
        warehouse.append("numbers", select("select 4 as n"))
        assert listed(warehouse, "doubled") == [2, 4, 6, 8]
        assert listed(other, "doubled") == [2, 4, 6]
    assert listed(other, "doubled") == [2, 4, 6, 8]


def test_steps_of_a_query_hide_tables_of_their_name(warehouse: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    with warehouse.transaction():
        warehouse.append("numbers", select("select 4 as n"))
        query = select("with numbers as (select 7 as n) select n from numbers")
        assert warehouse.query(query).to_pylist() == [{"n": 7}]
        with warehouse.stream(select("select count(*) as n from numbers as x where x.n > 1")) as rows:
            assert rows.read_all().to_pylist() == [{"n": 3}]


def test_a_temporary_table_is_of_this_session(warehouse: OnDuckDB, other: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    warehouse.create("numbers", select("select n + 100 as n from numbers"), temporary=True)
    assert (listed(warehouse), listed(other)) == ([101, 102, 103], [1, 2, 3])
    warehouse.append("numbers", pa.table({"n": [9]}))
    warehouse.widen("numbers", pa.schema({"x": pa.float64()}))
    assert warehouse.columns("numbers") == {"n": "BIGINT", "x": "DOUBLE"}
    warehouse.execute(sql.sql("delete from numbers where n = 9"))
    assert listed(warehouse) == [101, 102, 103]
    warehouse.drop("numbers")
    assert listed(warehouse) == [1, 2, 3]
    warehouse.create("gone", NUMBERS, temporary=True)
    warehouse.close()
    assert len(warehouse._tables()) == 1


def test_a_temporary_table_made_in_a_transaction_outlives_it(warehouse: OnDuckDB) -> None:
    with warehouse.transaction():
        warehouse.create("numbers", NUMBERS, temporary=True)
    assert listed(warehouse) == [1, 2, 3]


def test_a_table_is_widened(warehouse: OnDuckDB, other: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    warehouse.append("numbers", select("select 4 as n"))
    warehouse.widen("numbers", pa.schema({"price": pa.float64(), "kind": pa.string()}))
    types = {"n": "BIGINT", "word": "VARCHAR", "price": "DOUBLE", "kind": "VARCHAR"}
    assert other.columns("numbers") == types
    warehouse.append("numbers", pa.table({"n": [5], "price": [2.5]}))
    rows = other.query(select("select n, price, kind from numbers where n > 3 order by n")).to_pylist()
    assert rows == [{"n": 4, "price": None, "kind": None}, {"n": 5, "price": 2.5, "kind": None}]


class Killed(BaseException):
    """Stands for the end of the process."""


class Dying(OnDuckDB):
    """Its process ends before a statement, counted from now on."""

    left = 10**9

    def _run(self, text: str, what: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed
        super()._run(text, what)


def change(warehouse: OnDuckDB) -> None:
    with warehouse.transaction():
        warehouse.create("units", pa.table({"n": [2]}))
        warehouse.append("numbers", select("select 4 as n"))
        warehouse.drop("letters")


def state(place: OnDuckDB) -> tuple[object, ...]:
    there = bool(place.columns("letters"))
    return listed(place, "units"), listed(place), there


def test_what_breaks_off_between_two_views_is_finished_by_the_next_that_writes(
    database: duckdb.DuckDBPyConnection,
) -> None:
    before, after = ([1], [1, 2, 3], True), ([2], [1, 2, 3, 4], False)
    halves = 0
    for at in range(20):
        warehouse, other = Dying(database.cursor()), OnDuckDB(database.cursor())
        other.create("units", pa.table({"n": [1]}))
        other.create("numbers", NUMBERS)
        other.create("letters", NUMBERS)
        warehouse.left = at
        with contextlib.suppress(Killed):
            change(warehouse)
        broke_off = warehouse.left < 0
        halves += state(other) not in (before, after)
        if at % 2:
            with other.alone("run 2"):
                assert state(other) in (before, after)
        else:
            OnDuckDB(database.cursor()).create("more", NUMBERS)
        assert state(other) in (before, after)
        assert other._definition(parts.UNFINISHED) is None
        if not broke_off:
            break
    assert not broke_off
    assert halves == 2


def test_what_is_refused_is_not_tried_by_the_next(warehouse: OnDuckDB, other: OnDuckDB) -> None:
    class Refusing(OnDuckDB):
        def _run(self, text: str, what: str) -> None:
            if what == "the view 'numbers'":
                raise WarehouseError(what)
            super()._run(text, what)

    warehouse.create("units", pa.table({"n": [1]}))
    warehouse.create("numbers", NUMBERS)
    warehouse.create("letters", NUMBERS)
    refusing = Refusing(warehouse.connection)
    with pytest.raises(WarehouseError, match="the view 'numbers'"):
        change(refusing)
    assert refusing._now.tables == {}
    with other.alone("run 2"):
        assert listed(other) == [1, 2, 3]


def test_a_table_of_many_parts_becomes_one(warehouse: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    with warehouse.transaction():
        for n in range(4, 4 + parts.MOST_PARTS):
            warehouse.append("numbers", pa.table({"n": [n]}))
    assert listed(warehouse) == list(range(1, 4 + parts.MOST_PARTS))
    assert len(warehouse._branches("numbers")) == 1


def test_dropping_takes_the_view_away(warehouse: OnDuckDB, other: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    warehouse.drop("numbers")
    warehouse.drop("numbers")
    assert other.columns("numbers") == {}
    with warehouse.transaction():
        warehouse.create("short", NUMBERS)
        warehouse.drop("short")
    assert other.columns("short") == {}


def test_parts_that_nothing_shows_go_after_a_day(warehouse: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    (first,) = warehouse._tables()
    warehouse.create("numbers", NUMBERS)
    now = dt.datetime.now(dt.UTC)
    assert warehouse.sweep(now + dt.timedelta(hours=1)) == ()
    assert warehouse.sweep(now + dt.timedelta(days=2)) == (first,)
    assert listed(warehouse) == [1, 2, 3]
    assert warehouse.sweep(now + dt.timedelta(days=2)) == ()


def test_parts_of_a_table_that_is_gone_go_too(warehouse: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    warehouse.drop("numbers")
    warehouse._run("create table by_hand as select 1 as n", "")
    assert len(warehouse.sweep(dt.datetime.now(dt.UTC) + dt.timedelta(days=2))) == 1
    assert warehouse._tables() == ["by_hand"]


def test_what_a_statement_reads_is_known_by_its_parts(warehouse: OnDuckDB) -> None:
    warehouse.create("numbers", NUMBERS)
    warehouse.append("numbers", select("select 4 as n"))
    warehouse.create("staged", NUMBERS, temporary=True)
    warehouse.execute(sql.sql("create view doubled as select n * 2 as n from numbers"))
    kept = {part for part in warehouse._tables() if part.startswith("numbers")}
    query = select(
        "with staged as (select 1 as n) select d.n from doubled as d join staged as s on s.n = d.n"
    )
    assert warehouse._read_by(query) == kept
    assert warehouse._read_by(select("select n from staged")) == {warehouse._temporary["staged"]}
    assert warehouse._read_by(select("select 1 as n")) == set()
    with warehouse.transaction():
        warehouse.create("numbers", NUMBERS)
        fresh = warehouse._read_by(select("select n from doubled"))
        assert fresh is not None
        assert not fresh & kept
    for text in ("select n from by_hand", "select n from main.numbers", "select n from read_csv('a.csv')"):
        assert warehouse._read_by(select(text)) is None


def test_the_name_of_a_part_says_when() -> None:
    assert parts.made_at(parts.part_of("a__b", NOW)) == NOW
    assert parts.made_at("a__b") is None
