"""Views of several tables read in their place: the same rows, of fewer columns."""

from __future__ import annotations

import duckdb
import pytest
from sqlglot import exp

from coterie.sources import in_place, sql

VIEW = "select id, word, null as price from words union all select id, null as word, price from prices"
TABLES = """
    create table words as select * from (values (1, 'a'), (2, 'b')) as t(id, word);
    create table prices as select * from (values (1, 0.5), (3, 1.5)) as t(id, price);
    create table chosen as select 1 as id;
"""


@pytest.fixture
def view() -> exp.SetOperation:
    found = in_place.union(sql.sql(VIEW))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "asked",
    [
        "select id, count(*) as n from shown group by id order by n desc, id",
        "select sum(price) as total from shown where price > 0.1 and word is null",
        "select count(*) as n from shown",
        "select word from shown where id in (select id from chosen) and word is not null",
        "select max(s.id) as last from shown as s where s.price > 1 or s.word = 'a'",
        "with few as (select id, price from shown where id < 3) select count(price) as n from few",
        "select id, row_number() over (order by id, word, price) as place from shown where word is null",
        "select * from shown order by id, word",
        "select shown.id from shown join chosen on chosen.id = shown.id",
    ],
)
def test_it_says_what_the_view_says(asked: str, view: exp.SetOperation) -> None:
    tree = sql.sql(asked)
    with duckdb.connect() as connection:
        connection.execute(f"{TABLES}; create view shown as {VIEW}").fetchall()
        expected = connection.execute(tree.sql("duckdb")).fetchall()
        written = in_place.inlined(tree, {"shown": view})
        assert sorted(connection.execute(written.sql("duckdb")).fetchall(), key=str) == sorted(
            expected, key=str
        )


def test_only_the_columns_that_are_named_are_read(view: exp.SetOperation) -> None:
    written = in_place.inlined(sql.sql("select id from shown where word = 'a'"), {"shown": view})
    branches = [one for one in written.find_all(exp.Select) if one.find(exp.Union) is None]
    assert [one.named_selects for one in branches] == [["id"], ["id"]]
    assert [one.args["where"].sql() for one in branches] == ["WHERE word = 'a'", "WHERE NULL = 'a'"]


def test_tables_of_other_schemas_and_other_names_are_left(view: exp.SetOperation) -> None:
    for asked in ("select id from other.shown", "select id from words"):
        tree = sql.sql(asked)
        assert in_place.inlined(tree, {"shown": view}).sql() == tree.sql()


@pytest.mark.parametrize(
    "shown",
    [
        "select id from words",
        "select id from words union select id from prices",
        "select id from words union all select id from prices where price > 1",
        "select distinct id from words union all select id from prices",
        "select id from words union all select 1 as id",
    ],
)
def test_other_views_are_read_by_name(shown: str) -> None:
    assert in_place.union(sql.sql(shown)) is None


def test_a_view_is_read_back_only_if_its_tables_are_of_the_schema() -> None:
    told = "select `s`.`t`.`a` AS `a` from `s`.`t` union all select `{0}`.`u`.`a` AS `a` from `{0}`.`u`"
    assert in_place.read_back(told.format("s"), "s") is not None
    assert in_place.read_back(told.format("other"), "s") is None
    assert in_place.read_back("select (", "s") is None
