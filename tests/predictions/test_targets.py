from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp
from tests.predictions import shops
from tests.predictions.shops import FIRST, FIRST_DAY, event

from coterie.predictions.targets import got_in, kind_of, outcomes
from coterie.project.predicting import PredictionSettings, Target
from coterie.sources import sql

if TYPE_CHECKING:
    from coterie.sources.duckdb import DuckDB

HORIZON = 7
DATES = [FIRST + dt.timedelta(days=20), FIRST + dt.timedelta(days=27)]

GOLDEN = Path(__file__).parent.parent / "golden" / "labels"
DIALECTS = ("duckdb", "postgres", "mysql", "bigquery", "sqlite", "spark")
LABELS = {
    "inactive": {"target": "inactive"},
    "inactive_of_a_kind": {"target": "inactive", "kind": "view"},
    "none": {"target": "none"},
    "first_time": {"target": "first_time"},
    "count": {"target": "count"},
    "value": {"target": "value"},
    "becomes": {},
}

EVENTS = [
    event("a", 12, "order", value=100.0),
    event("a", 13, "order", value=3.0),
    event("a", 19, "view"),
    event("a", 20, "order", value=10.0),
    event("a", 26, "order", value=5.0),
    event("a", 27, "order", value=7.0),
    event("b", 14, "view"),
    event("b", 33, "order", value=20.0),
    event("b", 33, "order", value=-30.0),
    event("b", 34, "order", value=99.0),
]


def found(warehouse: DuckDB, **settings: Any) -> list[tuple[float, float]]:
    """Outcome and the period before, of a and b as of the one date and then the other."""
    shops.fill(warehouse, EVENTS)
    rows = [
        {"number": number, "user_id": user, "as_of_day": FIRST_DAY + day}
        for number, (user, day) in enumerate([("a", 20), ("b", 20), ("a", 27), ("b", 27)])
    ]
    warehouse.create("asked", pa.Table.from_pylist(rows))
    rows = warehouse.query(outcomes(PredictionSettings(**settings), DATES, HORIZON, "asked")).to_pylist()
    return [(row["outcome"], row["naive"]) for row in sorted(rows, key=lambda row: row["number"])]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"target": "inactive"}, [(0, 0), (1, 0), (0, 0), (0, 1)]),
        ({"target": "inactive", "kind": "view"}, [(1, 0), (1, 0), (1, 1), (1, 1)]),
        ({"target": "none"}, [(0, 0), (1, 1), (0, 0), (0, 1)]),
        ({"target": "first_time"}, [(1, 1), (0, 0), (1, 1), (1, 0)]),
        ({"target": "count"}, [(2, 1), (0, 0), (1, 2), (1, 0)]),
        ({"target": "count", "kind": "any"}, [(2, 2), (0, 1), (1, 2), (2, 0)]),
        ({"target": "value"}, [(15, 3), (0, 0), (7, 15), (0, 0)]),
    ],
)
def test_the_horizon_begins_with_the_date_and_ends_before_its_end(
    warehouse: DuckDB, settings: dict[str, Any], expected: list[tuple[float, float]]
) -> None:
    assert found(warehouse, **settings) == expected


def test_what_was_given_back_is_told_apart(warehouse: DuckDB) -> None:
    found(warehouse, target="value")
    rows = warehouse.query(outcomes(PredictionSettings(target="value"), DATES, HORIZON, "asked"))
    assert sorted(rows["net"].to_pylist()) == [-10, 0, 7, 15]


def test_nobody_asked_for_gets_lost(warehouse: DuckDB) -> None:
    shops.fill(warehouse, [])
    warehouse.create("asked", pa.table({"number": [1], "user_id": ["never seen"], "as_of_day": [FIRST_DAY]}))
    rows = warehouse.query(outcomes(PredictionSettings(target="none"), DATES, HORIZON, "asked"))
    assert rows.to_pylist() == [{"number": 1, "outcome": 1, "naive": 1, "net": 0}]


def test_getting_into_a_segment_is_of_those_outside_it(warehouse: DuckDB) -> None:
    warehouse.create("asked", pa.table({"number": [1, 2, 3, 4]}))
    warehouse.create("here", pa.table({"user_id": [1, 2, 3], "segment": [1, 2, 1]}))
    warehouse.create("there", pa.table({"user_id": [1, 2, 4], "segment": [2, 2, 2]}))
    rows = warehouse.query(got_in(2, "here", "there", "asked")).sort_by("number").to_pylist()
    assert [(row["number"], row["outcome"]) for row in rows] == [(1, 1), (3, 0), (4, 1)]


@pytest.mark.parametrize(
    ("target", "kind"),
    [("none", "yes_or_no"), ("inactive", "yes_or_no"), ("first_time", "yes_or_no"), ("becomes", "yes_or_no"),
     ("count", "count"), ("value", "amount")],
)  # fmt: skip
def test_a_target_is_a_sort_of_number(target: Target, kind: str) -> None:
    assert kind_of(target) == kind


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", LABELS)
def test_the_sql_of_labels_is_as_reviewed(name: str, dialect: str) -> None:
    """Write it anew with ``UPDATE_GOLDEN=1 pytest``."""
    settings = LABELS[name]
    query = (
        outcomes(PredictionSettings.model_validate(settings), DATES, HORIZON, "asked")
        if settings
        else got_in(2, "before", "after", "asked")
    )
    written = sql.pretty(query, dialect) + "\n"
    file = GOLDEN / dialect / f"{name}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")
    assert sqlglot.parse_one(written, dialect=dialect, into=exp.Select).named_selects == [
        "number", "outcome", "naive", "net",
    ]  # fmt: skip
