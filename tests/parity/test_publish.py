"""The same publication on every warehouse: tables, views, comments, and one publication after the other."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from coterie.described import Column
from coterie.errors import WarehouseError
from coterie.publish import statements
from coterie.publish.statements import Place, Published
from coterie.sources import sql
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse

MONEY = Column("orders_spend", "DOUBLE", "Money spent; it's a \\ sum.", "money")


def tables(share: float) -> tuple[Published, ...]:
    """Profiles as a SELECT of the project's tables, and sizes as rows."""
    profiles = Published(
        "profiles",
        "One row for each user.",
        (
            Column("user_id", "VARCHAR", "Who it is about."),
            MONEY,
            Column("order", "INTEGER", "A reserved word."),
        ),
        select('select user_id, orders_spend, "order" from profiles'),
    )
    sizes = Published(
        "segment_sizes",
        "One row for each segment.",
        (
            Column("name", "VARCHAR", "What it is called."),
            Column("as_of", "DATE", "The date."),
            Column("share", "DOUBLE", "From 0 to 1."),
            Column("moved", "BOOLEAN", "Yes or no."),
        ),
        (('It\'s "one"; -- \\', dt.date(2026, 3, 1), share, True), (None, dt.date(2026, 3, 1), 0.5, False)),
    )
    return profiles, sizes


@pytest.fixture
def place(warehouse: Warehouse) -> Iterator[Place]:
    """A schema beside that of the project, which is gone afterwards."""
    found = Place(f"{warehouse.schema}_pub", warehouse.dialect, "m1")
    yield found
    for name in ("profiles", "segment_sizes"):
        warehouse.execute(sql.sql("drop view if exists :view", view=found.view(name)))
        for mark in ("m1", "m2"):
            built = Place(found.schema, found.dialect, mark)
            table = found.view(built.built(name))
            warehouse.execute(sql.sql("drop table if exists :table", table=table))
    if found.ways.schemas:
        cascade = "" if warehouse.dialect == "mysql" else " cascade"
        warehouse.execute(sql.sql(f"drop schema if exists {found.schema}{cascade}"))


def publish(warehouse: Warehouse, place: Place, share: float, shown: tuple[str, ...]) -> None:
    content = tables(share)
    for table in content:
        for one in statements.build(table, place):
            warehouse.execute(one.tree)
    together = warehouse.transaction() if place.ways.swap == "transaction" else contextlib.nullcontext()
    with together:
        for one in statements.swap(content, place, shown):
            warehouse.execute(one.tree)


def keeps_views_elsewhere(warehouse: Warehouse) -> bool:
    """Whether views have another catalogue than tables."""
    return "views=spark_catalog" in warehouse.url


def rows(warehouse: Warehouse, place: Place, name: str, order: str) -> list[dict[str, Any]]:
    view = place.view(name)
    if keeps_views_elsewhere(warehouse):
        view.set("catalog", "spark_catalog")
    found = sql.select(sql.sql("*")).from_(view).order_by(sql.column(order))
    return sorted(warehouse.query(found).to_pylist(), key=str)


def test_two_publications_after_each_other_are_shown_by_the_same_views(
    warehouse: Warehouse, place: Place
) -> None:
    warehouse.create(
        "profiles", sql.sql("select 'a' as user_id, cast(1.5 as double) as orders_spend, 1 as \"order\"")
    )
    if place.ways.schemas:
        warehouse.execute(sql.sql(f"create schema if not exists {place.schema}"))
    publish(warehouse, place, 0.25, ())
    (profile,) = rows(warehouse, place, "profiles", "user_id")
    assert (profile["user_id"], float(profile["orders_spend"]), int(profile["order"])) == ("a", 1.5, 1)
    sizes = {row["name"]: row for row in rows(warehouse, place, "segment_sizes", "share")}
    assert sizes['It\'s "one"; -- \\']["share"] == 0.25
    assert str(sizes['It\'s "one"; -- \\']["as_of"])[:10] == "2026-03-01"
    assert bool(sizes['It\'s "one"; -- \\']["moved"])
    warehouse.create(
        "profiles", sql.sql("select 'b' as user_id, cast(2.5 as double) as orders_spend, 2 as \"order\"")
    )
    assert rows(warehouse, place, "profiles", "user_id") == [profile]
    second = Place(place.schema, place.dialect, "m2")
    publish(warehouse, second, 0.75, ("profiles", "segment_sizes"))
    (profile,) = rows(warehouse, place, "profiles", "user_id")
    assert profile["user_id"] == "b"
    assert {row["share"] for row in rows(warehouse, place, "segment_sizes", "share")} == {0.5, 0.75}


COMMENTS = {
    "postgres": """select col_description(cast(concat(:schema, '.profiles') as regclass), 2) as told""",
    "mysql": """select column_comment as told from information_schema.columns where table_schema = :schema
        and table_name = 'profiles__m1' and column_name = 'orders_spend'""",
}


def test_comments_are_where_tools_look_for_them(warehouse: Warehouse, place: Place) -> None:
    if warehouse.dialect not in COMMENTS:
        assert place.ways.comments == "none" or warehouse.dialect in ("spark", "bigquery")
        return
    warehouse.create(
        "profiles", sql.sql("select 'a' as user_id, cast(1.5 as double) as orders_spend, 1 as \"order\"")
    )
    warehouse.execute(sql.sql(f"create schema if not exists {place.schema}"))
    publish(warehouse, place, 0.25, ())
    query = sql.sql(COMMENTS[warehouse.dialect], schema=place.schema)
    assert warehouse.query(query).to_pylist() == [{"told": MONEY.sentence}]


def test_what_somebody_else_made_is_not_replaced(warehouse: Warehouse, place: Place) -> None:
    if warehouse.dialect == "bigquery":
        pytest.skip("the emulator lets a view and a table share a name; BigQuery refuses")
    if keeps_views_elsewhere(warehouse):
        pytest.skip("a view takes no name of a table in another catalogue")
    warehouse.create(
        "profiles", sql.sql("select 'a' as user_id, cast(1.5 as double) as orders_spend, 1 as \"order\"")
    )
    if place.ways.schemas:
        warehouse.execute(sql.sql(f"create schema if not exists {place.schema}"))
    mine = place.view("segment_sizes")
    warehouse.execute(sql.sql("create table :mine as select 1 as n", mine=mine.copy()))
    try:
        with pytest.raises(WarehouseError):
            publish(warehouse, place, 0.25, ())
        assert warehouse.query(sql.sql("select n from :mine", mine=mine.copy())).to_pylist() == [{"n": 1}]
    finally:
        warehouse.execute(sql.sql("drop table :mine", mine=mine.copy()))
        for name in ("profiles", "segment_sizes"):
            warehouse.execute(sql.sql("drop view if exists :view", view=place.view(f"{name}__next")))
