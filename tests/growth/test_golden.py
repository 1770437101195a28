"""The SQL of every question, per dialect, as files; write them anew with ``UPDATE_GOLDEN=1 pytest``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import exp
from tests.features.made import DAY, Event, User
from tests.growth import asked

from coterie.growth import actions, cohorts, funnel, people, profit, retention
from coterie.growth.dimensions import dimensions
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).parent.parent / "golden" / "growth"
DIALECTS = ("duckdb", "postgres", "mysql", "bigquery", "sqlite", "spark")
STEPS = ("view", "click", "order")


def _statements() -> Iterator[tuple[str, exp.Select]]:
    events = [Event("a", asked.at(1), "order", value=3.0, category="O'Neil", channel="mail")]
    warehouse = asked.filled(events, [User("a", country="at", age=3.0)], {"a": "Fans"})
    found = dimensions(warehouse, ["country", "category", "taste"], asked.as_of(5)).found
    yield "people", people.statement(warehouse, found, asked.as_of(5))
    yield "of_events", people.of_events_statement(found[1], asked.as_of(5), "order")
    with people.gathered(warehouse, found, asked.as_of(5)) as everyone:
        yield "actions", actions.statement(everyone, found[0], found[1])
        yield "actions_of_users", actions.statement(everyone, found[0], None)
        yield "actions_of_events", actions.statement(everyone, found[1], None)
        yield "points", profit.points(people.rows(found[0]))
        yield "totals", profit.totals(people.rows(found[1]))
        month = cohorts.calendar("month", 900)
        yield "seen", retention.seen(everyone, month)
        yield "returned_by_month", retention.returned(month.cohort(sql.column("first_day", "p")))
        yield "lives", retention.lives(everyone, cohorts.calendar("week", 900), sql.column("by_country", "p"))
        yield "funnel", funnel.reached(everyone, STEPS, 7 * DAY)
        yield "funnel_in_any_order", funnel.reached_in_any_order(everyone, STEPS, 7 * DAY)


STATEMENTS = dict(_statements())


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", STATEMENTS)
def test_the_sql_of_a_question_is_as_reviewed(name: str, dialect: str) -> None:
    written = sql.pretty(STATEMENTS[name], dialect) + "\n"
    file = GOLDEN / dialect / f"{name}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", STATEMENTS)
def test_the_sql_of_a_question_is_what_every_engine_has(name: str, dialect: str) -> None:
    written = STATEMENTS[name].sql(dialect=dialect, identify=True)
    read = sqlglot.parse_one(written, dialect=dialect, into=exp.Select)
    assert read.named_selects == STATEMENTS[name].named_selects
    assert not list(STATEMENTS[name].find_all(exp.Filter, exp.Quantile, exp.Median, exp.DateDiff, exp.Values))


def test_there_is_a_file_for_every_question_and_no_other() -> None:
    for dialect in DIALECTS:
        assert {file.stem for file in (GOLDEN / dialect).iterdir()} == set(STATEMENTS)
