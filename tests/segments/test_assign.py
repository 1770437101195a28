from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets
from tests.segments.tables import AS_OF, behaviour, of_matrix

from coterie.errors import UsageError
from coterie.project.settings import SegmentSettings
from coterie.segments import assign as assigning
from coterie.segments.assign import assign, assignment
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.fit import fit
from coterie.segments.segmentation import Segment, Segmentation, Step
from coterie.segments.stored import from_json, to_json
from coterie.sources import sql

GOLDEN = Path(__file__).parents[1] / "golden" / "assignment"
DIALECTS = ("bigquery", "duckdb", "mysql", "postgres", "spark", "sqlite")


def by_sql(segmentation: Segmentation, rows: pa.Table) -> list[int]:
    """The segments that DuckDB assigns, in the order of the rows."""
    with duckdb.connect() as connection:
        connection.register("features", rows)
        query = assignment(segmentation).sql(dialect="duckdb", identify=True)
        found = dict(connection.execute(query).fetchall())
    assert len(found) == rows.num_rows
    return [found[user] for user in rows["user_id"].to_pylist()]


def made(steps: tuple[Step, ...], centres: list[list[float]]) -> Segmentation:
    """A segmentation with these centres and nothing else."""
    segments = tuple(
        Segment(place, 1, 0.5, float(place), (), 1.0, tuple(centre), ())
        for place, centre in enumerate(centres, start=1)
    )
    borders = Prototypes.around(np.array(centres))
    return Segmentation("made", "kmeans", AS_OF, 1, steps, borders, segments, (), True, "", 0.0, ())


STEPS = (
    Step("clicks", None, 0.0, True, 1.0, 0.5, 0.7, 2.0, "counts"),
    Step("country", 'it\'s "AT" 🦘; drop table users', 0.0, False, 0.25, 0.5, 1.0, None, "indicator"),
    Step("ignored", None, 0.0, False, 0.0, 1.0, 0.0, None, "left out"),
    Step('spend "net"', None, -3.5, False, 10.0, 4.0, 1.0, None, "money"),
)
CENTRES = [[0.0, 0.0, 0.0, 0.0], [1.0, 1.5, 0.0, -1.0], [-1.0, 0.0, 0.0, 2.0]]

NUMBERS = st.none() | st.integers(-5, 5).map(float) | st.floats(allow_nan=True, allow_infinity=True, width=64)
WORDS = (
    st.none()
    | st.sampled_from(['it\'s "AT" 🦘; drop table users', "BR", "unknown", ""])
    | st.text(max_size=3)
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(NUMBERS, WORDS, NUMBERS), min_size=1, max_size=30))
def test_sql_gives_the_segments_of_python(found: list[tuple[Any, Any, Any]]) -> None:
    clicks, country, spend = zip(*found, strict=True)
    rows = pa.table(
        {
            "user_id": [f"u{row}" for row in range(len(found))],
            "clicks": pa.array(clicks, pa.float64()),
            "country": pa.array([word and word.replace("\0", "") for word in country], pa.string()),
            'spend "net"': pa.array(spend, pa.float64()),
        }
    )
    segmentation = made(STEPS, CENTRES)
    assert by_sql(segmentation, rows) == assign(segmentation, rows).tolist()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=2, max_size=6),
    st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=1, max_size=30),
)
def test_ties_go_to_the_lowest_id_in_both(centres: list[list[int]], points: list[list[int]]) -> None:
    steps = tuple(Step(f"x{place}", None, 0.0, False, 0.1, 0.3, 1.0, None, "") for place in range(3))
    segmentation = made(steps, [[float(value) for value in centre] for centre in centres])
    rows = of_matrix(np.array(points, dtype=float) * 0.15 + 0.1).rows
    assert by_sql(segmentation, rows) == assign(segmentation, rows).tolist()


@pytest.mark.parametrize("name", ["iris", "wine", "digits"])
def test_reference_data_is_assigned_alike(name: str) -> None:
    matrix = getattr(datasets, f"load_{name}")().data
    table = of_matrix(matrix)
    segmentation = fit(table, SegmentSettings(k=3, k_max=2, starts=1))
    labels = assign(segmentation, table.rows)
    assert by_sql(segmentation, table.rows) == labels.tolist()
    assert assign(from_json(to_json(segmentation)), table.rows).tolist() == labels.tolist()
    assert np.bincount(labels)[1:].tolist() == [segment.users for segment in segmentation.segments]


def test_rows_are_prepared_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    table = behaviour()
    segmentation = fit(table, SegmentSettings(k=3, k_max=2, starts=1))
    whole = assign(segmentation, table.rows)
    monkeypatch.setattr(assigning, "CHUNK", 7)
    assert assign(segmentation, table.rows).tolist() == whole.tolist()


def test_no_rows_have_no_segments() -> None:
    rows = behaviour().rows
    segmentation = fit(behaviour(), SegmentSettings(k=2, k_max=2, starts=1))
    assert assign(segmentation, rows.slice(0, 0)).tolist() == []


def test_a_missing_column_is_named() -> None:
    segmentation = fit(behaviour(), SegmentSettings(k=2, k_max=2, starts=1))
    with pytest.raises(UsageError, match="no column 'spend'"):
        assign(segmentation, behaviour().rows.drop_columns("spend"))


def test_one_segment_asks_no_feature() -> None:
    query = assignment(made(STEPS, CENTRES[:1]), "people")
    assert query.sql(dialect="duckdb", identify=True) == 'SELECT "user_id", 1 AS "segment" FROM "people"'


def test_many_steps_are_no_burden() -> None:
    steps = tuple(Step(f"x{place}", None, 0.0, False, 0.0, 1.0, 1.0, None, "") for place in range(400))
    segmentation = made(steps, [[float(place) for place in range(400)], [0.0] * 400])
    rows = of_matrix(np.random.default_rng(1).standard_normal((20, 400))).rows
    assert by_sql(segmentation, rows) == assign(segmentation, rows).tolist()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_golden(dialect: str) -> None:
    """The SQL of each dialect is kept as a file; COTERIE_UPDATE_GOLDEN=1 writes it anew."""
    query = sql.pretty(assignment(made(STEPS, CENTRES)), dialect) + "\n"
    file = GOLDEN / f"{dialect}.sql"
    if os.environ.get("COTERIE_UPDATE_GOLDEN") == "1":
        file.write_text(query, encoding="utf-8")
    assert query == file.read_text(encoding="utf-8")
    assert sqlglot.parse_one(query, dialect=dialect) is not None
