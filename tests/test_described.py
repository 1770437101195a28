from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from tests import small_shop

from coterie import described, export, run
from coterie.project import file as project_file
from coterie.publish import publish
from coterie.sources import connect, sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.sources.warehouse import Warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = small_shop.make(tmp_path_factory.mktemp("shop"))
    project = project_file.read(folder)
    run.run(project)
    with run.opened(project) as made:
        publish.publish(made, project)
    with contextlib.closing(connect.connect(project.warehouse, folder)) as found:
        yield found


@pytest.mark.parametrize("name", export.TABLES)
def test_every_column_of_every_table_that_is_handed_out_is_described(warehouse: Warehouse, name: str) -> None:
    found = described.table(warehouse, name)
    assert name in described.TABLES
    assert [one.name for one in found.columns] == list(warehouse.columns(name))
    assert [one.name for one in found.columns if not one.sentence.endswith((".", "..."))] == []


def test_what_is_described_can_be_handed_out() -> None:
    assert set(described.TABLES) == set(export.TABLES)


def test_features_say_themselves_what_they_are(warehouse: Warehouse) -> None:
    found = {one.name: one for one in described.table(warehouse, "profiles").columns}
    assert found["orders_spend"].unit == "money"
    assert found["orders_spend"].sentence.startswith("Money spent on orders")
    assert found["attributes_country"].sentence.endswith("Null: unknown.")
    assert found["engagement_segment_name"].sentence.startswith("The name of the user's segment in")
    assert found["habit_segment"].sentence.startswith("The id of the user's segment in segmentation habit")


def test_a_table_that_is_not_there_has_no_columns() -> None:
    with contextlib.closing(connect.connect("duckdb://")) as empty:
        assert described.table(empty, "profiles").columns == ()
        empty.create("odd", sql.sql("select 1 as user_id"))
        assert described.table(empty, "odd").columns[0].sentence == "Who it is about."
