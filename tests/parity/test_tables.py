"""Tables of a database as sources: mapped in the warehouse itself, or streamed from another server."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from tests import warehouses
from tests.events import loaded
from tests.parity.alike import assert_alike

from coterie.cli import preview
from coterie.errors import ProjectError, SourceError
from coterie.events import days, in_database
from coterie.project.settings import Project
from coterie.project.sourcing import Source
from coterie.sources import connect, dialects, sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse

Row = tuple[Any, ...]


@pytest.fixture(params=(*warehouses.DATABASES, *warehouses.YOUNGER))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty schema of each server."""
    url = warehouses.url(request.param, tmp_path)
    with warehouses.removed(url):
        yield url


on_each_server = pytest.mark.parametrize("place", [*warehouses.SERVERS, *warehouses.LAKES], indirect=True)


@pytest.fixture
def warehouse(place: str) -> Iterator[Warehouse]:
    with contextlib.closing(connect.connect(place)) as opened:
        yield opened


def quoted(warehouse: Warehouse, name: str) -> str:
    return sql.column(name).sql(dialect=warehouse.dialect)


#: Reserved words and mixed case as names, decimals, yes and no, times with and without zone.
COLUMNS = {
    "order": "bigint", "Who": "varchar(40)", "when": "varchar(40)", "seen at": "timestamp(6)",
    "price": "decimal(10, 2)", "paid": "boolean", "Group": "varchar(40)",
}  # fmt: skip
ROWS: tuple[Row, ...] = (
    (1, "ann", "2026-01-05T10:00:00Z", "2026-01-05 10:00:00.000001", "19.99", True, "a\\b 'c'"),
    (2, "Ann", "2026-01-05 11:00:00.5+02:00", "2026-01-05 09:00:00", "5.00", False, None),
    (2, "Ann", "2026-01-06", "2026-01-06 09:00:00", "7.00", False, "x"),
    (3, "ann ", "2026-02-30T10:00:00Z", "2026-02-28 10:00:00", None, None, "\U0001f600"),
    (4, None, "2026-01-07T10:00:00Z", "2026-01-07 10:00:00", "1.00", True, "a"),
    (5, " \t", "2026-01-07T10:00:00Z", "2026-01-07 10:00:00", "1.00", True, "a"),
    (6, "7.0", "never", "2026-01-08 10:00:00", "-3.50", True, ""),
    (7, "late", "2199-01-01", "2199-01-01 00:00:00", "0.10", True, "a"),
)


def literal(value: object, dialect: str) -> str:
    return sql.literal(value).sql(dialect=dialect)  # type: ignore[arg-type]


def fill(warehouse: Warehouse, table: str, columns: dict[str, str], rows: Sequence[Row]) -> None:
    """Make a table as an application would, in the database's own default collation, and fill it."""
    if warehouse.dialect in ("spark", "bigquery"):
        fill_by_select(warehouse, table, columns, rows)
        return
    types = {name: kind.replace("timestamp", "datetime") if warehouse.dialect == "mysql" else kind
             for name, kind in columns.items()}  # fmt: skip
    defined = ", ".join(f"{quoted(warehouse, name)} {kind}" for name, kind in types.items())
    warehouses.run(warehouse, f"drop table if exists {table}")
    charset = " character set utf8mb4 collate utf8mb4_general_ci" if warehouse.dialect == "mysql" else ""
    warehouses.run(warehouse, f"create table {table} ({defined}){charset}")
    if rows:
        values = (", ".join(literal(value, warehouse.dialect) for value in row) for row in rows)
        warehouses.run(warehouse, f"insert into {table} values {', '.join(f'({row})' for row in values)}")


def fill_by_select(warehouse: Warehouse, table: str, columns: dict[str, str], rows: Sequence[Row]) -> None:
    """Make a table where a word isn't taken for a time, nor a kind of the standard for a type."""
    kinds = {
        name: kind.partition("(")[0] if "decimal" not in kind else kind for name, kind in columns.items()
    }
    selects = [
        sql.select(
            *(
                sql.named(sql.sql(f"cast(:value as {kind})", value=value), name)
                for (name, kind), value in zip(kinds.items(), row, strict=True)
            )
        )
        for row in rows or [(None,) * len(columns)]
    ]
    made = exp.union(*selects, distinct=False) if len(selects) > 1 else selects[0]
    query = made if rows else made.limit(0)
    here = table if "." in table else f"{warehouse.schema}.{table}"
    warehouses.run(warehouse, f"drop table if exists {here}")
    warehouses.run(warehouse, f"create table {here} as {dialects.printed(query, warehouse.dialect)}")


def mapping(at: str, warehouse: Warehouse, **more: Any) -> dict[str, Any]:
    events = {
        "event_id": "order", "user_id": "Who", "at": at, "kind": {"column": "paid", "map": PAID},
        "value": "price", "item": "Group", "properties": ["order", "Group"],
    }  # fmt: skip
    return {"name": "clicks", "table": f"{warehouse.schema}.clicks", "events": events, **more}


PEOPLE = {"id": "bigint", "born": "date", "Land": "varchar(20)", "age": "int"}
PAID = {"true": "order", "1": "order", "false": "refund", "0": "refund"}
EVENTS = ("event_id", "user_id", "at_us", "kind", "item", "value")


def kept(warehouse: Warehouse) -> list[dict[str, Any]]:
    columns = ", ".join(EVENTS)
    return loaded.rows(warehouse, f"select {columns} from events order by user_id, at_us, event_id")


@pytest.mark.parametrize("at", ["when", "seen at"])
@pytest.mark.parametrize("elsewhere", [False, True], ids=["in the warehouse", "from another server"])
def test_a_table_is_mapped_as_a_file_is(
    at: str, elsewhere: bool, warehouse: Warehouse, place: str, duck: Warehouse, tmp_path: Path
) -> None:
    fill(warehouse, "clicks", COLUMNS, ROWS)
    fill(duck, "main.clicks", COLUMNS, ROWS)
    _, expected = loaded.run(
        tmp_path, {**mapping(at, duck, connection="warehouse"), "table": "clicks"}, warehouse=duck
    )
    more = {"connection": place} if elsewhere else {}
    target = connect.connect("duckdb://") if elsewhere else warehouse
    _, found = loaded.run(tmp_path, mapping(at, warehouse, **more), warehouse=target)
    assert kept(duck) == kept(target)
    assert loaded.reasons(expected) == loaded.reasons(found)
    assert sum(unit.read for unit in found.units) == len(ROWS)
    aside = loaded.rows(target, "select reason, record from set_aside")
    names = '"who"' if target.dialect == "bigquery" else '"Who"'  # the emulator writes small letters
    assert any(names in row["record"] for row in aside)
    if elsewhere:
        target.close()


def test_users_of_a_table(warehouse: Warehouse, tmp_path: Path) -> None:
    rows: list[Row] = [(1, "2026-01-02", "AT", 30), (2, None, None, None), (1, None, "BR", 4)]
    fill(warehouse, "people", PEOPLE, rows)
    source = {
        "name": "people", "table": f"{warehouse.schema}.people",
        "users": {"user_id": "id", "since": "born", "attributes": ["Land", "age"]},
    }  # fmt: skip
    _, loading = loaded.run(tmp_path, source, warehouse=warehouse)
    assert loaded.reasons(loading) == {"duplicate user": 1}
    found = loaded.rows(warehouse, "select * from users order by user_id")
    assert [row["user_id"] for row in found] == ["1", "2"]
    assert not loaded.run(tmp_path, source, warehouse=warehouse, run_id="run-2")[1].changed
    fill(warehouse, "people", PEOPLE, [rows[0], (*rows[1][:3], 31), rows[2]])
    assert loaded.run(tmp_path, source, warehouse=warehouse, run_id="run-3")[1].changed


def test_a_query_in_the_words_of_the_server(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse, "clicks", COLUMNS, ROWS)
    who = quoted(warehouse, "Who")
    query = f"select {who} as person, {quoted(warehouse, 'seen at')} as at from {warehouse.schema}.clicks"
    source = {
        "name": "q",
        "query": query,
        "connection": "warehouse",
        "events": {"user_id": "person", "at": "at"},
    }
    _, loading = loaded.run(tmp_path, source, warehouse=warehouse)
    assert loading.caption().startswith("8 rows read = 5 used + 3 set aside")


@on_each_server
def test_what_an_engine_cant_read_is_said_before_anything_runs(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse, "clicks", COLUMNS, ROWS)
    german = mapping("when", warehouse)
    german["events"]["at"] = {"column": "when", "format": "%d.%m.%Y"}
    with pytest.raises(
        ProjectError, match=rf"in {warehouse.dialect} text is read as a time in ISO form alone"
    ):
        loaded.run(tmp_path, german, warehouse=warehouse)
    odd = mapping("when", warehouse)
    odd["events"]["value"] = {"sql": "no_such_function(price)"}
    with pytest.raises(ProjectError, match="its mapping can't be read"):
        loaded.run(tmp_path, odd, warehouse=warehouse)
    assert loaded.rows(warehouse, "select * from events") == []


def test_a_table_that_changes_shape_or_goes(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse, "clicks", COLUMNS, ROWS)
    loaded.run(tmp_path, mapping("when", warehouse), warehouse=warehouse)
    before = kept(warehouse)
    fewer = {name: kind for name, kind in COLUMNS.items() if name != "price"}
    fill(warehouse, "clicks", fewer, [(*row[:4], *row[5:]) for row in ROWS])
    with pytest.raises((ProjectError, SourceError), match="has no column 'price'"):
        loaded.run(tmp_path, mapping("when", warehouse), warehouse=warehouse, run_id="run-2")
    warehouses.run(warehouse, f"drop table {warehouse.schema}.clicks")
    with pytest.raises(
        SourceError, match=r"Source 'clicks': .* needs the table .*clicks.*, which isn't there"
    ):
        loaded.run(tmp_path, mapping("when", warehouse), warehouse=warehouse, run_id="run-3")
    assert kept(warehouse) == before


@pytest.mark.parametrize("place", ["postgres", "spark", "bigquery"], indirect=True)
def test_a_table_of_a_catalogue_that_is_named(warehouse: Warehouse) -> None:
    fill(warehouse, "clicks", COLUMNS, ROWS[:1])
    catalogue = {"postgres": "postgres", "spark": "spark_catalog", "bigquery": "coterie-test"}
    for named, there in ((catalogue[warehouse.dialect], True), ("nowhere", False)):
        found = Source.model_validate(
            {**mapping("seen at", warehouse), "table": f"{named}.{warehouse.schema}.clicks"}
        )
        with (
            contextlib.nullcontext() if there else pytest.raises((ProjectError, SourceError), match="nowhere")
        ):
            assert [unit.name[-10:] for unit in in_database.Table(found, warehouse).units({})] == [
                "2026-01-05"
            ]


@pytest.mark.parametrize("place", ["mysql", "spark", "bigquery"], indirect=True)
def test_a_view_over_a_table_that_is_gone(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse, "under", COLUMNS, ROWS)
    here = warehouse.schema
    warehouses.run(warehouse, f"create view {here}.clicks as select * from {here}.under")
    warehouses.run(warehouse, f"drop table {here}.under")
    with pytest.raises(SourceError, match=r"Source 'clicks': .*(under|view that no longer works)") as refused:
        loaded.run(tmp_path, mapping("when", warehouse), warehouse=warehouse)
    assert "\n" not in str(refused.value)


def test_an_empty_table_is_fine(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse, "clicks", COLUMNS, ())
    _, loading = loaded.run(tmp_path, mapping("when", warehouse), warehouse=warehouse)
    assert (loading.events, loading.units) == (0, ())


SMALL = {
    "id": "bigint",
    "person": "varchar(40)",
    "at": "timestamp(6)",
    "kind": "varchar(40)",
    "price": "double precision",
}
START = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - a column without zone

_row = st.tuples(
    st.integers(1, 12), st.sampled_from(["ann", "bob", "Bob"]),
    st.builds(lambda day, minute: START + dt.timedelta(days=day, minutes=minute), st.integers(0, 9),
              st.sampled_from([0, 1, 25, 29, 31, 1439])),
    st.sampled_from(["view", "order"]), st.sampled_from([None, 1.5, 9.0]),
)  # fmt: skip


def small(warehouse: Warehouse, **more: Any) -> dict[str, Any]:
    events = {"event_id": "id", "user_id": "person", "at": "at", "kind": "kind", "value": "price"}
    table = "small" if warehouse.dialect == "duckdb" else f"{warehouse.schema}.small"
    return {"name": "small", "table": table, "connection": "warehouse", "events": events, **more}


def refreshed(warehouse: Warehouse, folder: Path, rows: Sequence[Row], run_id: str) -> None:
    table = "main.small" if warehouse.dialect == "duckdb" else "small"
    fill(warehouse, table, SMALL, [(row[0], row[1], str(row[2]), *row[3:]) for row in rows])
    loaded.run(folder, small(warehouse), warehouse=warehouse, run_id=run_id)
    days.refresh(warehouse)


@on_each_server
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=st.lists(_row, max_size=15), after=st.lists(_row, min_size=1, max_size=8), data=st.data())
def test_incremental_is_a_whole_recompute(
    before: list[Row], after: list[Row], data: st.DataObject, warehouse: Warehouse, tmp_path: Path
) -> None:
    """Whatever came shuffled, twice, late, corrected or was taken back."""
    corrected = [(*row[:4], 7.0) if data.draw(st.booleans()) else row for row in before]
    left = [row for row in corrected if data.draw(st.integers(0, 5))]
    later = data.draw(st.permutations([*left, *after, *after[:1]]))
    refreshed(warehouse, tmp_path, before, "run-1")
    refreshed(warehouse, tmp_path, later, "run-2")
    with contextlib.closing(connect.connect("duckdb://?threads=1")) as whole:
        refreshed(whole, tmp_path, later, "run-1")
        assert kept(whole) == kept(warehouse)
        assert_alike(whole, warehouse, "user_days", "user_id day")
    warehouse.execute(sql.sql(f"drop view {warehouse.schema}.events"))
    for table in ("events_from_small", "units", "set_aside", "user_days"):
        warehouse.drop(table)


def test_late_events_change_the_days_they_belong_to(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = [(day, "ann", f"2026-01-{day:02} 10:00:00", "view", 1.0) for day in range(1, 11)]
    fill(warehouse, "small", SMALL, rows)
    source = small(warehouse, late_days=3)
    loaded.run(tmp_path, source, warehouse=warehouse)
    late = [(20, "bob", "2026-01-08 11:00:00", "view", 1.0), (21, "bob", "2026-01-02 11:00:00", "view", 1.0)]
    fill(warehouse, "small", SMALL, [*rows, *late])
    _, loading = loaded.run(tmp_path, source, warehouse=warehouse, run_id="run-2")
    assert [unit.unit[-10:] for unit in loading.units if unit.was_new] == ["2026-01-08"]
    assert loaded.column(warehouse, "select event_id from events where user_id = 'bob'") == ["20"]
    assert loading.vanished == ()


@on_each_server
def test_a_look_before_the_run(warehouse: Warehouse, place: str, tmp_path: Path) -> None:
    fill(warehouse, "clicks", COLUMNS, ROWS)
    sources = [mapping("when", warehouse), {**mapping("when", warehouse, connection=place), "name": "others"}]
    project = Project.model_validate(
        {"name": "p", "warehouse": place, "sources": sources, "folder": tmp_path}
    )
    found = preview.preview(project, now=loaded.NOW)
    assert [(look.rows, look.used, look.mistakes) for look in found.looks] == [(8, 3, ()), (8, 3, ())]


BYTES = {"postgres": "'\\x{}'::bytea", "mysql": "x'{}'", "spark": "x'{}'", "bigquery": "from_hex('{}')"}


def test_bytes_are_read_as_digits_and_their_change_is_seen(warehouse: Warehouse, tmp_path: Path) -> None:
    table = f"{warehouse.schema}.clicks"
    events = {"user_id": "who", "at": "seen", "kind": {"value": "view"}, "item": "item"}
    for item in ("00ee", "00fe"):
        who, what = map(BYTES[warehouse.dialect].format, ("ff00", item))
        row = f"select {who} as who, timestamp '2026-01-05 10:00:00' as seen, {what} as item"
        warehouses.run(warehouse, f"drop table if exists {table}")
        warehouses.run(warehouse, f"create table {table} as {row}")
        loaded.run(tmp_path, {"name": "clicks", "table": table, "events": events}, warehouse=warehouse)
        found = loaded.rows(warehouse, "select user_id, item from events")
        assert found == [{"user_id": "ff00", "item": item}]
