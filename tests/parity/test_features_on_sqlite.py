"""The SQL of every family gives on SQLite what it gives on DuckDB."""

from __future__ import annotations

import contextlib
import math
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.features import drawn, made
from tests.features.test_build import AS_OF, NEVER

from coterie.events import days
from coterie.features import build
from coterie.project.settings import FeatureSettings
from coterie.sources import sql
from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.features.made import Event, User

TABLES = ("events", "users", "user_days")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDB]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened


def copied(warehouse: DuckDB) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:")
    for table in TABLES:
        rows = warehouse.query(sql.sql("select * from :table", table=sql.table(table)))
        rows = rows.drop_columns([name for name in ("at",) if name in rows.column_names])
        names = ", ".join(f'"{name}"' for name in rows.column_names)
        copy.execute(f"create table {table} ({names})")
        marks = ", ".join("?" * rows.num_columns)
        copy.executemany(
            f"insert into {table} values ({marks})", zip(*rows.to_pydict().values(), strict=True)
        )
    return copy


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=drawn.many_events, users=drawn.many_users)
def test_sqlite_gives_the_same_features(warehouse: DuckDB, events: list[Event], users: list[User]) -> None:
    plain = [one for one in events if (one.query or "").isascii()]  # SQLite's lower() knows no other letters
    made.put(warehouse, [NEVER, *plain], users)
    days.refresh(warehouse)
    planned = build.plan(warehouse, FeatureSettings(), AS_OF)
    with contextlib.closing(copied(warehouse)) as copy:
        for _, features, tree in build.family_statements(planned):
            expected = made.feature_rows(warehouse.query(tree))
            found = copy.execute(tree.sql(dialect="sqlite", identify=True)).fetchall()
            assert len(found) == len(expected)
            for user, *values in found:
                for feature, value in zip(features, values, strict=True):
                    assert same(expected[user][feature.name], value), (user, feature.name)
