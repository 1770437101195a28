from __future__ import annotations

import pytest
import sqlglot

from coterie import written_sql
from coterie.sources import sql

STATEMENT = "with few as (select * from features) select user_id from few join users using (user_id)"


@pytest.mark.parametrize("dialect", ["duckdb", "bigquery", "spark", "postgres", "mysql", "sqlite"])
def test_tables_get_their_schema_and_steps_do_not(dialect: str) -> None:
    text = written_sql.written(sql.sql(STATEMENT), [], dialect, "coterie")
    tables = {
        (table.db, table.name)
        for table in sqlglot.parse_one(text, dialect=dialect).find_all(sqlglot.exp.Table)
    }
    assert tables == {("coterie", "features"), ("coterie", "users"), ("", "few")}


def test_a_database_stands_before_the_schema_where_it_is_needed() -> None:
    text = written_sql.written(sql.sql("select 1 from users"), [], "duckdb", "coterie", "shop")
    assert text.endswith('FROM "shop"."coterie"."users"')


def test_notes_are_comments_whatever_is_in_them() -> None:
    text = written_sql.written(
        sql.sql("select 1"), ["a\n; drop table users; --", "b */"], "duckdb", "coterie"
    )
    assert text == "-- a ; drop table users; --\n-- b */\nSELECT\n  1"
