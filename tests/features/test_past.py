from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from tests import two_loads
from tests.features import drawn, made

from coterie import run
from coterie.events import days
from coterie.features import build, past
from coterie.features.as_of import date_of
from coterie.project import file as project_file
from coterie.project.settings import FeatureSettings
from coterie.sources import sql
from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse

NAMES = {"activity_events", "orders_spend", "attributes_country", "no_such_feature"}
DAY = dt.date(2026, 1, 20)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("past")
    two_loads.make(folder)
    with run.opened(project_file.read(folder)) as opened:
        yield opened


@pytest.fixture
def memory() -> Iterator[DuckDB]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened


def rows(warehouse: Warehouse, table: str, names: tuple[str, ...]) -> list[dict[str, object]]:
    columns = [sql.column(name) for name in ("user_id", *names)]
    query = sql.select(*columns).from_(sql.table(table)).order_by(sql.column("user_id"))
    found: list[dict[str, object]] = warehouse.query(query).to_pylist()
    return found


def test_it_is_what_a_run_of_that_day_builds(warehouse: Warehouse) -> None:
    settings = FeatureSettings(weeks=4)
    past.write(warehouse, settings, DAY, NAMES, "features_then")
    names = tuple(sorted(NAMES - {"no_such_feature"}))
    assert set(warehouse.columns("features_then")) == {"user_id", *names, "as_of", "run_id"}
    found = rows(warehouse, "features_then", names)
    before = rows(warehouse, "features", names)
    build.build(warehouse, settings, DAY)
    assert rows(warehouse, "features", names) == found
    assert found != before


def test_nothing_else_is_computed(warehouse: Warehouse) -> None:
    planned = past.narrowed(build.plan(warehouse, FeatureSettings(), DAY), {"orders_spend"})
    assert [one.name for one in planned.catalogue.features] == ["orders_spend"]
    assert len(planned.blocks) == 1


def test_the_days_of_users_may_differ(memory: DuckDB) -> None:
    """A past that is moved by whole weeks gives the features of the day it was moved from."""
    made.put(memory, EVENTS, PEOPLE)
    days.refresh(memory)
    planned = build.plan(memory, FeatureSettings(categories=50), date_of(drawn.AS_OF_DAY))
    asked_for = list(itertools.product(("ann", "Ann", "zoë \U0001f600", "o'neil"), (60, 53, 46, 51)))
    rows = [
        {"number": number, "user_id": user, "as_of_day": drawn.FIRST_DAY + day}
        for number, (user, day) in enumerate(asked_for)
    ]
    memory.create("asked", pa.Table.from_pylist(rows))
    past.write_each(memory, planned, "asked", "features_of_each")
    rows_of = made.feature_rows(made_table(memory, "features_of_each"))
    found = {int(number): row for number, row in rows_of.items()}
    assert len(found) == len(asked_for) - 2  # nobody had heard of zoë before day 51
    for day in {day for _, day in asked_for}:
        then = dataclasses.replace(planned, as_of=date_of(drawn.FIRST_DAY + day))
        memory.create("features_then", build.statement(then), temporary=True)
        expected = made.feature_rows(made_table(memory, "features_then"))
        for number, (user, its_day) in enumerate(asked_for):
            if its_day == day and user in expected:
                assert differing(found[number], expected[user]) == {}, (user, day)
    assert not {f"{name}_moved" for name in ("events", "user_days", "users")} & set(tables(memory))


def differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Where two rows of features differ by more than the last digits; dates of the rows aside."""
    found = {}
    for name in one.keys() - {"as_of"}:
        a, b = one[name], other[name]
        same = math.isclose(a, b, rel_tol=1e-9) if isinstance(a, float) and isinstance(b, float) else a == b
        if not same:
            found[name] = (a, b)
    return found


def made_table(warehouse: Warehouse, name: str) -> pa.Table:
    return warehouse.query(sql.sql("select * from :table", table=sql.table(name)))


def tables(warehouse: Warehouse) -> list[str]:
    query = sql.sql("select table_name from duckdb_tables()")
    return list(warehouse.query(query)["table_name"].to_pylist())


def _events() -> list[made.Event]:
    """Acts of every kind by four users, at all hours of many days; zoë comes late."""
    draw = np.random.default_rng(5)
    words = (None, *drawn.WORDS)
    found = []
    for user, first in (("ann", 0), ("Ann", 3), ("o'neil", 40), ("zoë \U0001f600", 51)):
        for _ in range(60):
            at = drawn.FIRST_DAY * made.DAY + int(draw.integers(first * made.DAY, 62 * made.DAY))
            word = words[draw.integers(len(words))]
            value = float(draw.uniform(-5, 50))
            kind = drawn.KINDS[draw.integers(len(drawn.KINDS))]
            found.append(made.Event(user, at, kind, word, word, value, 2.0, word, "mobile", "a query"))
    return found


EVENTS = _events()
PEOPLE = [
    made.User("ann", 19_990 * made.DAY, "search", "at", 40.0),
    made.User("Ann", 20_047 * made.DAY, "search", "ng", 20.0),
    made.User("o'neil"),
]
