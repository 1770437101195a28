"""Clicks, searches and article views: the example on every server, and on many data sets."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests import warehouses
from tests.events import loaded

from coterie import run, steps
from coterie.events import days, load
from coterie.events.synthetic.clickstream import make_clickstream
from coterie.project import file as project_file
from coterie.segments import assign
from coterie.sources import connect, sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from coterie.project.settings import Project

EXAMPLE = Path(__file__).parent.parent / "examples" / "clickstream"
NAMES = ["Low engagement", "Moderate engagement", "Highly engaged"]


def read(folder: Path, url: str, schema: str) -> Project:
    """The project of the example, on tables in a schema."""
    text = (EXAMPLE / "coterie.yaml").read_text(encoding="utf-8")
    for table in make_clickstream(100).tables:
        text = text.replace(f"table: {table}", f"table: {schema}.{table}\n    connection: warehouse")
    (folder / "coterie.yaml").write_text(text, encoding="utf-8")
    return project_file.read(folder, {"CLICKSTREAM": url})


def grouped(project: Project, tables: Mapping[str, pa.Table], k: int = 3) -> tuple[list[str], dict[str, int]]:
    """The names of the segments, and the segment of each user, by DuckDB in memory."""
    with contextlib.closing(connect.connect("duckdb://?threads=1")) as warehouse:
        for name, table in tables.items():
            warehouse.create(name, table)
        load.load(warehouse, project, run_id="r", now=loaded.NOW)
        days.refresh(warehouse)
        features = steps.build_features(warehouse, project.features, as_of=project.as_of)
        settings = project.segments["engagement"].model_copy(update={"k": k})
        named = steps.fit(features, settings, name="engagement")
        found = assign.assign(named.segmentation, features.rows).tolist()
        users = features.rows.column("user_id").to_pylist()
    return [named.names[one.id] for one in named.segmentation.segments], dict(zip(users, found, strict=True))


def assert_found(project: Project, seed: int, rows: int = 1000) -> None:
    made = make_clickstream(rows, seed)
    names, found = grouped(project, made.tables)
    assert names == NAMES
    planted = dict(zip(*made.planted.to_pydict().values(), strict=True))
    assert found.keys() == planted.keys()  # nobody is lost, whatever they never did
    right = sum(found[user] == group + 1 for user, group in planted.items())
    assert right >= 0.85 * len(planted), (seed, right, len(planted))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return read(tmp_path, "duckdb://", "coterie")


@pytest.mark.parametrize("seed", range(3))
def test_three_segments_in_the_right_order(seed: int, project: Project) -> None:
    assert_found(project, seed)


@pytest.mark.slow
def test_three_segments_in_the_right_order_on_100_of_100(project: Project) -> None:
    for seed in range(100):
        assert_found(project, seed)


@pytest.mark.parametrize("k", [5, 6, 7])
def test_more_segments_by_changing_one_number(k: int, project: Project) -> None:
    names, _ = grouped(project, make_clickstream(4000, 1).tables, k)
    assert len(set(names)) == k
    assert names[-1] in {"Very highly engaged", "Most highly engaged"}


def test_the_same_seed_gives_the_same_rows() -> None:
    one, other = make_clickstream(500, 3), make_clickstream(500, 3)
    assert dataclasses.astuple(one) == dataclasses.astuple(other)
    assert sum(table.num_rows for table in make_clickstream(20_000).tables.values()) > 15_000


@pytest.mark.parametrize("system", warehouses.DATABASES)
def test_the_example_on_a_server(system: str, tmp_path: Path) -> None:
    place = warehouses.url(system, tmp_path)
    made = make_clickstream(1000, 7)
    with warehouses.removed(place):
        with contextlib.closing(connect.connect(place)) as warehouse:
            schema = warehouse.schema
            for name, table in made.tables.items():
                warehouse.create(name, table)
        found = run.run(read(tmp_path, place, schema), now=loaded.NOW)
        assert list(found.segmentations[0].names.values()) == NAMES
        assert found.users == made.planted.num_rows
        with contextlib.closing(connect.connect(place)) as warehouse:
            rows: list[dict[str, Any]] = warehouse.query(
                sql.sql("select user_id, segment from membership order by user_id")
            ).to_pylist()
    shutil.rmtree(tmp_path / "duck", ignore_errors=True)
    (tmp_path / "duck").mkdir()
    _, expected = grouped(read(tmp_path / "duck", "duckdb://", "coterie"), made.tables)
    assert {row["user_id"]: row["segment"] for row in rows} == expected
