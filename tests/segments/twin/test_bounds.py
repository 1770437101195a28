from __future__ import annotations

import contextlib

import numpy as np
import pyarrow as pa
import pytest

from coterie.segments.twin.bounds import Bound, Test, columns, conjunction, taken, together
from coterie.sources import connect, sql

ROWS = pa.table(
    {
        "x": pa.array([1.0, 3.0, None, 5.0], pa.float64()),
        "word": pa.array(["a", "unknown", None, "b"], pa.string()),
    }
)
DATA = columns(ROWS, {"x": False, "word": True})
BOUNDS = [
    Bound("x", "above", 3.0), Bound("x", "at_most", 3.0), Bound("x", "above", 3.0, or_null=True),
    Bound("x", "null"), Bound("x", "known"), Bound("word", "null"), Bound("word", "known"),
    Bound("word", "one_of", values=("a",)), Bound("word", "none_of", values=("a",), or_null=True),
    Bound("word", "one_of", values=("a", "b", "z")), Bound("word", "none_of", values=("a", "b")),
]  # fmt: skip


def in_sql(bounds: list[Bound]) -> list[bool]:
    with contextlib.closing(connect.connect("duckdb://")) as warehouse:
        warehouse.create("t", ROWS.append_column("row", pa.array(range(4))))
        case = sql.sql("case when :holds then 1 else 0 end", holds=conjunction(bounds))
        query = sql.select(sql.column("row"), sql.named(case, "held")).from_(sql.table("t"))
        return [bool(held) for held in warehouse.query(query).sort_by("row").column("held").to_pylist()]


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.expression().sql())
def test_sql_says_what_python_says(bound: Bound) -> None:
    assert in_sql([bound]) == bound.holds(DATA).tolist()


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.expression().sql())
def test_the_opposite_holds_where_it_does_not(bound: Bound) -> None:
    assert (bound.opposite().holds(DATA) == ~bound.holds(DATA)).all()
    assert in_sql([bound.opposite()]) == [not held for held in in_sql([bound])]
    assert bound.opposite().opposite() == bound


def test_null_is_not_the_word_unknown() -> None:
    assert Bound("word", "one_of", values=("unknown",)).holds(DATA).tolist() == [False, True, False, False]


def test_several_must_all_hold() -> None:
    both = [Bound("x", "above", 1.0), Bound("word", "known")]
    assert together(both, DATA, 4).tolist() == in_sql(both) == [False, True, False, True]
    assert together([], DATA, 2).tolist() == [True, True]
    assert conjunction([]).sql() == "TRUE"


def test_numbers_are_written_as_people_do() -> None:
    tests: tuple[Test, Test] = "above", "at_most"
    assert [Bound("x", test, 3.0).expression().sql() for test in tests] == ['"x" > 3', '"x" <= 3']
    assert Bound("x", "above", -0.25).expression().sql() == '"x" > -0.25'


def test_rows_are_taken() -> None:
    at = np.array([3, 0])
    assert taken(DATA["x"], at).tolist() == [5.0, 1.0]  # type: ignore[union-attr]
    assert Bound("word", "one_of", values=("b",)).holds({"word": taken(DATA["word"], at)}).tolist() == [
        True,
        False,
    ]


def test_a_column_of_nulls_and_one_without_rows_are_fine() -> None:
    empty = pa.table({"word": pa.array([None, None], pa.string())})
    assert Bound("word", "null").holds(columns(empty, {"word": True})).all()
    assert len(Bound("word", "null").holds(columns(empty.slice(0, 0), {"word": True}))) == 0
