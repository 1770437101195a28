from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coterie.described import Column
from coterie.publish import statements, ways
from coterie.publish.statements import Place, Published
from coterie.sources import sql
from coterie.sources.relation import select

GOLDEN = Path(__file__).parents[1] / "golden" / "publish"

DIALECTS = (
    "duckdb",
    "postgres",
    "mysql",
    "sqlite",
    "bigquery",
    "spark",
    "snowflake",
    "trino",
    "clickhouse",
    "databricks",
    "redshift",
)

PROFILES = Published(
    "profiles",
    "One row for each user.",
    (
        Column("user_id", "VARCHAR", "Who it is about."),
        Column("orders_spend", "DOUBLE", "Money spent; it's a sum.", "money"),
        Column("order", "INTEGER", 'A reserved word; "quoted".'),
    ),
    select('select user_id, orders_spend, "order" from profiles'),
)
SIZES = Published(
    "segment_sizes",
    "One row for each segment and run.",
    (
        Column("segment", "INTEGER", "The id."),
        Column("name", "VARCHAR", "What it was called."),
        Column("as_of", "DATE", "The date."),
        Column("share", "DOUBLE", "From 0 to 1."),
        Column("moved", "BOOLEAN", ""),
    ),
    ((1, 'It\'s \\ "one"', dt.date(2026, 3, 1), 0.5, True), (2, None, dt.date(2026, 3, 1), 1e-9, False)),
)


def written(dialect: str) -> str:
    """Every statement of a second publication, under its step and table."""
    place = Place("dashboards", dialect, "a1")
    tables = (PROFILES, SIZES)
    found = [one for table in tables for one in statements.build(table, place)]
    found += statements.swap(tables, place, ["profiles", "migration"])
    found += statements.drop(["profiles__a0"], place)
    return "\n\n".join(f"-- {one.step} {one.table}\n{sql.pretty(one.tree, dialect)};" for one in found) + "\n"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_statements_of_each_dialect_are_the_golden_ones(dialect: str) -> None:
    """To accept new ones: python -m tests.publish.test_statements."""
    assert written(dialect) == (GOLDEN / f"{dialect}.sql").read_text(encoding="utf-8")


def test_every_dialect_that_has_ways_is_golden() -> None:
    assert set(ways._WAYS) == set(DIALECTS)
    assert ways.of("some other").comments == "none"


@pytest.mark.parametrize("dialect", [*DIALECTS, "some other"])
def test_who_may_read_is_said_for_every_dialect(dialect: str) -> None:
    told = ways.grants(dialect, "dashboards")
    assert "dashboards" in told or "file" in told


def test_long_descriptions_are_cut_where_engines_refuse_them() -> None:
    long = Published("t", "word " * 900, (Column("a", "VARCHAR", "word " * 900),), ((None,),))
    for one in statements.build(long, Place("s", "mysql", "m")):
        assert len(one.tree.sql(dialect="mysql")) < 2200


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name in DIALECTS:
        (GOLDEN / f"{name}.sql").write_text(written(name), encoding="utf-8")
