from __future__ import annotations

from typing import Any

import pytest
from tests.project.test_settings import PEOPLE, refusal

from coterie.project.sourcing import EventMapping, FieldMapping, Source, attributes


def test_a_plain_string_names_a_column() -> None:
    events = EventMapping.model_validate({"user_id": "visitor", "at": {"column": "ts", "unit": "ms"}})
    assert events.user_id == FieldMapping(column="visitor")
    assert events.at.unit == "ms"
    assert events.kind == FieldMapping(value="view")


@pytest.mark.parametrize("value", [{}, {"column": "a", "sql": "b"}, {"column": "a", "value": 0}])
def test_a_field_has_exactly_one_origin(value: dict[str, Any]) -> None:
    assert "give exactly one of column, sql or value" in refusal(FieldMapping, value)


def test_a_constant_may_be_zero_or_empty() -> None:
    assert FieldMapping.model_validate({"value": 0}).value == 0
    assert FieldMapping.model_validate({"value": ""}).value == ""


def test_a_time_zone_must_exist() -> None:
    assert (
        FieldMapping.model_validate({"column": "at", "timezone": "Africa/Lagos"}).timezone == "Africa/Lagos"
    )
    told = refusal(FieldMapping, {"column": "at", "timezone": "Africa/Lagoss"})
    assert "Did you mean 'Africa/Lagos'?" in told


def test_a_source_is_one_table_of_one_meaning() -> None:
    assert "either `table` or `query`" in refusal(Source, {"name": "a", "users": {}})
    assert "either `table` or `query`" in refusal(Source, {**PEOPLE, "query": "select 1"})
    assert "either `events` or `users`" in refusal(Source, {"name": "a", "table": "b"})


def test_attributes_have_the_name_that_is_given_or_that_of_the_column() -> None:
    given = {"users": {"attributes": ["age", {"column": "land", "name": "country", "as": "category"}]}}
    acts = {"name": "acts", "table": "a.csv", "events": {"user_id": "id", "at": "at"}}
    sources = [Source.model_validate(one) for one in (PEOPLE | given, acts)]
    assert [(name, one.as_) for name, one in attributes(sources)] == [("age", None), ("country", "category")]
