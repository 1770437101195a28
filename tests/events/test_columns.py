from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.events.loaded import column, events_source, run, users_source, write_csv

from coterie.errors import ProjectError
from coterie.events import columns
from coterie.project.sourcing import Source

if TYPE_CHECKING:
    from pathlib import Path


def test_wanted_columns_are_those_of_every_origin() -> None:
    mapping = {
        "user_id": "u", "at": {"sql": "make_timestamp(cast(day as bigint)) + s.part"}, "kind": {"value": "x"},
        "value": {"sql": "price * amount"}, "properties": ["p", "u"],
    }  # fmt: skip
    source = Source.model_validate({"name": "s", "table": "t.csv", "events": mapping})
    assert columns.wanted(source) == ("u", "day", "price", "amount", "p")


def test_case_of_a_column_may_differ(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", "USER,At,Kind", "a,2026-01-01,view")
    warehouse, _ = run(tmp_path, events_source(events={"properties": ["KIND"]}))
    assert column(warehouse, "select user_id from events") == ["a"]


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ({"sql": "a + 1"}, "needs a `name`"),
        ({"value": 3}, "needs a `name`"),
        ({"column": "x", "name": "user_id"}, "give the attribute another `name`"),
        ({"column": "since_us"}, "give the attribute another `name`"),
        ({"column": "AGE"}, "give the attribute another `name`"),
    ],
)
def test_names_of_attributes(attribute: dict[str, Any], message: str) -> None:
    source = Source.model_validate(users_source(users={"attributes": ["age", attribute]}))
    with pytest.raises(ProjectError, match=message):
        columns.fields(source)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("price *", "is not SQL"),
        ("sum(price)", "over the columns of one row"),
        ("(select 1)", "over the columns of one row"),
        ("row_number() over ()", "over the columns of one row"),
        ("drop table events", "over the columns of one row"),
        ("nosuchfunction(kind)", "its mapping can't be read"),
        ("nosuch + 1", "has no column 'nosuch'"),
    ],
)
def test_wrong_expressions(tmp_path: Path, expression: str, message: str) -> None:
    write_csv(tmp_path / "events.csv", "user,at,kind", "a,2026-01-01,view")
    with pytest.raises(ProjectError, match=message):
        run(tmp_path, events_source(events={"value": {"sql": expression}}))


def test_a_wrong_format(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", "user,at,kind", "a,2026-01-01,view")
    with pytest.raises(ProjectError, match=r"its mapping can't be read.*%Q"):
        run(tmp_path, events_source(events={"at": {"column": "at", "format": "%Q"}}))


def test_a_known_timezone_is_understood(tmp_path: Path) -> None:
    write_csv(tmp_path / "events.csv", "user,at,kind", "a,2026-05-01 12:00,view")
    at = {"column": "at", "timezone": "Europe/Vienna"}
    warehouse, _ = run(tmp_path, events_source(events={"at": at}))
    assert column(warehouse, "select at_us from events") == [1777629600000000]
