from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.features import drawn, made

from coterie.events import days, portions
from coterie.events.portions import EVERYONE, Portion
from coterie.sources import sql
from coterie.sources.duckdb import DuckDB
from coterie.sources.relation import select
from coterie.sources.sqlite_warehouse import SQLite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlglot import exp
    from tests.features.made import Event

    from coterie.progress import Progress
    from coterie.sources.warehouse import Warehouse

WEIGHED = "select user_id, count(*) as weight from events group by user_id"
WHOLE = "select count(*) as weight from events"


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDB]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened


def split(warehouse: Warehouse, most: int) -> tuple[Portion, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "MOST", most)
        return portions.split(warehouse, select(WEIGHED), select(WHOLE))


law = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@law
@given(events=drawn.many_events, most=st.integers(1, 50))
def test_everyone_is_in_one_portion_and_none_weighs_more_than_allowed_but_for_one_user(
    warehouse: DuckDB, events: list[Event], most: int
) -> None:
    made.put(warehouse, events)
    found = split(warehouse, most)
    weights = Counter(event.user_id for event in events)
    members = [
        warehouse.query(portion.only(select("select distinct user_id from events")))["user_id"].to_pylist()
        for portion in found
    ]
    assert sorted(user for users in members for user in users) == sorted(weights)
    assert all(len(users) == 1 or sum(weights[user] for user in users) <= most for users in members if users)
    assert (found == (EVERYONE,)) == (len(events) <= most or len(weights) == 1)


@law
@given(events=drawn.many_events, most=st.integers(1, 50))
def test_days_made_in_portions_are_days_made_at_once(
    warehouse: DuckDB, events: list[Event], most: int
) -> None:
    made.put(warehouse, events)
    days.refresh(warehouse)
    at_once = made.all_of(warehouse, days.TABLE, "user_id day")
    warehouse.drop(days.TABLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "MOST", most)
        days.refresh(warehouse)
    assert made.all_of(warehouse, days.TABLE, "user_id day") == at_once


def test_a_portion_narrows_every_table_and_no_step() -> None:
    rows = sql.sql(
        """with counted as (select user_id from events where kind = 'view')
        select c.user_id from counted as c union select u.user_id from users as u"""
    )
    assert Portion("a", "b").only(rows).sql() == (
        "WITH counted AS (SELECT user_id FROM events WHERE kind = 'view'"
        """ AND "events"."user_id" > 'a' AND "events"."user_id" <= 'b')"""
        " SELECT c.user_id FROM counted AS c UNION SELECT u.user_id FROM users AS u"
        """ WHERE "u"."user_id" > 'a' AND "u"."user_id" <= 'b'"""
    )


def test_an_engine_that_looks_after_its_memory_has_one_portion(tmp_path: Path) -> None:
    with contextlib.closing(SQLite(tmp_path / "warehouse.db")) as warehouse:
        made.put(warehouse, [made.Event("a", 0), made.Event("b", 0)])
        assert split(warehouse, 1) == (EVERYONE,)


def test_progress_goes_on_from_portion_to_portion(warehouse: DuckDB) -> None:
    told: list[tuple[str, int, int]] = []

    @contextlib.contextmanager
    def rows(portion: Portion, progress: Progress) -> Iterator[exp.Select]:
        progress("made", 1, 2)
        yield portion.only(select("select user_id from events"))

    made.put(warehouse, [made.Event(user, 0) for user in "abc"])
    portions.create(
        warehouse,
        "users_seen",
        split(warehouse, 1),
        rows,
        lambda what, done, of: told.append((what, done, of)),
    )
    assert told == [("made", 1, 6), ("made", 3, 6), ("made", 5, 6)]
    assert [row["user_id"] for row in made.all_of(warehouse, "users_seen", "user_id")] == ["a", "b", "c"]
