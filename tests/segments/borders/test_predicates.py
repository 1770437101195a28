from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from pydantic import TypeAdapter
from tests.segments import tables

from coterie.errors import SegmentationError, UsageError
from coterie.segments.borders.predicates import Predicates, expression, kinds, predicates
from coterie.sources import connect, sql

if TYPE_CHECKING:
    from coterie.segments.borders.conditions import Kind

KINDS: dict[str, Kind] = {"spend": "number", "visits": "number", "country": "word"}
CONDITIONS = [
    ("spend > 500 and country = 'x'", 0),
    ("visits / spend between 1 and 2 or ln(spend) > 6", 2),
    ("not (visits > 3) or country is null", 1),
    ("least(spend, visits) > 2 and country like 'y%'", 0),
]
ODD = [None, float("nan"), float("inf"), float("-inf"), 0.0, -1.0, 2.5, 700.0, 1e301]


def rows() -> pa.Table:
    rng = np.random.default_rng(4)
    count = 3000
    return pa.table(
        {
            "user_id": [f"u{row:04d}" for row in range(count)],
            "spend": pa.array([ODD[at] for at in rng.integers(0, len(ODD), count)], pa.float64()),
            "visits": pa.array([ODD[at] for at in rng.integers(0, len(ODD), count)], pa.float64()),
            "country": pa.array([["x", "yes", None][at] for at in rng.integers(0, 3, count)], pa.string()),
        }
    )


def in_sql(borders: Predicates, table: pa.Table, ids: list[int]) -> list[int]:
    steps = borders.query("features", ids)
    query = steps.pop("placed")
    for name, step in steps.items():
        query = query.with_(name, as_=step)
    with contextlib.closing(connect.connect("duckdb://")) as warehouse:
        warehouse.create("features", table)
        found = warehouse.query(query).sort_by("user_id")
    return [int(segment) for segment in found.column("segment").to_pylist()]


def test_sql_and_python_agree_on_nulls_nan_and_infinities() -> None:
    borders = predicates(CONDITIONS, 3, KINDS)
    places = borders.places(rows())
    assert borders.k == 4
    assert set(places.tolist()) == {0, 1, 2, 3}
    assert in_sql(borders, rows(), [10, 20, 30, 40]) == [10 * (place + 1) for place in places.tolist()]


def test_what_is_no_number_is_null_and_null_does_not_hold() -> None:
    borders = predicates([("spend > 0", 0), ("not (spend > 0)", 1)], 2, KINDS)
    table = pa.table({"spend": pa.array([None, float("nan"), float("inf"), 1.0, -1.0], pa.float64())})
    assert borders.places(table).tolist() == [2, 2, 2, 0, 1]


def test_the_first_that_holds_wins_and_order_of_rows_is_no_matter() -> None:
    borders = predicates([("spend > 1", 1), ("spend > 0", 0)], 2, KINDS)
    table = pa.table({"spend": [3.0, 0.5, 0.0] * 5000})
    assert borders.places(table).tolist() == [1, 0, 2] * 5000
    assert borders.places(table.slice(0, 0)).tolist() == []


def test_without_conditions_all_are_the_rest() -> None:
    assert predicates([], 0, KINDS).places(pa.table({"x": [1, 2]})).tolist() == [0, 0]


def test_groups_get_new_places() -> None:
    borders = predicates([("spend > 1", 0), ("spend > 0", 1)], 2, KINDS).renumbered([2, 0, 1])
    assert (borders.groups, borders.otherwise) == ((2, 0), 1)


def test_it_is_stored_as_json() -> None:
    borders = predicates(CONDITIONS, 3, KINDS)
    adapter = TypeAdapter(Predicates)
    assert adapter.validate_json(adapter.dump_json(borders)) == borders
    assert (borders.numbers, borders.words) == (("spend", "visits"), ("country",))


def test_a_stored_condition_that_was_tampered_with_is_refused() -> None:
    borders = predicates([("spend > 1", 0)], 1, KINDS)
    wrong = dataclasses.replace(borders, conditions=("spend > (select 1)",))
    with pytest.raises(SegmentationError, match=r"can't be used: .* Run `coterie run`"):
        expression(wrong)


def test_a_missing_column_is_told() -> None:
    borders = predicates(CONDITIONS, 3, KINDS)
    with pytest.raises(UsageError, match="no column 'spend'"):
        borders.places(rows().drop_columns(["spend"]))
    with pytest.raises(UsageError, match="no column 'country'"):
        borders.places(rows().drop_columns(["country"]))


@pytest.mark.parametrize("dialect", ["duckdb", "bigquery", "mysql", "postgres", "spark", "sqlite"])
def test_every_dialect_reads_what_it_is_given(dialect: str) -> None:
    for step in predicates(CONDITIONS, 3, KINDS).query("features", [1, 2, 3, 4]).values():
        assert "spend" in step.sql(dialect) or "known" in step.sql(dialect)
        assert step.sql(dialect)


def test_kinds_are_those_of_features() -> None:
    table = tables.behaviour()
    assert kinds(table.features)["favourite"] == "word"
    assert kinds(table.features)["spend"] == "number"


def test_ids_stand_for_places() -> None:
    case = expression(predicates([("spend > 1", 0)], 1, KINDS), [7, 9])
    assert case.sql(sql.WRITTEN_IN) == 'CASE WHEN "spend" > 1 THEN 7 ELSE 9 END'
