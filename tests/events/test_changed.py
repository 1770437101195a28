"""Who is noted as changed, and that the note leads to the same tables as computing everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.events.loaded import column, events_source, run, users_source

from coterie.events import changed, days
from coterie.features import build
from coterie.project.settings import FeatureSettings

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.features.feature import FeatureTable
    from coterie.sources.warehouse import Warehouse

HEAD = "user,at,kind\n"
SETTINGS = FeatureSettings()


def noted(warehouse: Warehouse) -> set[str]:
    return set(column(warehouse, "select user_id from changed_users"))


def built(warehouse: Warehouse) -> FeatureTable:
    days.refresh(warehouse)
    return build.build(warehouse, SETTINGS, "latest")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "day-1.csv").write_text(HEAD + "a,2026-01-01T10:00:00,view\nb,2026-01-01T11:00:00,click\n")
    (tmp_path / "users.csv").write_text("id,age\nc,30\n")
    return tmp_path


def load(folder: Path, warehouse: Warehouse | None = None) -> Warehouse:
    source = users_source(users={"attributes": ["age"]})
    return run(folder, events_source("day-*.csv"), source, warehouse=warehouse)[0]


def test_nobody_is_noted_before_the_first_build(folder: Path) -> None:
    assert noted(load(folder)) == set()


def test_new_events_note_their_users_until_the_features_are_built(folder: Path) -> None:
    warehouse = load(folder)
    built(warehouse)
    (folder / "day-2.csv").write_text(HEAD + "b,2026-01-01T12:00:00,view\nd,2026-01-01T12:00:00,view\n")
    load(folder, warehouse)
    assert noted(warehouse) == {"b", "d"}
    assert changed.are_noted(warehouse)
    table = built(warehouse)
    assert noted(warehouse) == set()
    assert table.rows.equals(built(load(folder)).rows)


def test_a_changed_file_notes_those_who_were_in_it_and_those_who_are(folder: Path) -> None:
    warehouse = load(folder)
    built(warehouse)
    (folder / "day-1.csv").write_text(HEAD + "a,2026-01-01T10:00:00,view\ne,2026-01-01T11:00:00,click\n")
    load(folder, warehouse)
    assert noted(warehouse) == {"a", "b", "e"}
    assert built(warehouse).rows.equals(built(load(folder)).rows)


def test_a_changed_table_of_users_notes_them(folder: Path) -> None:
    warehouse = load(folder)
    built(warehouse)
    (folder / "users.csv").write_text("id,age\nf,41\n")
    load(folder, warehouse)
    assert noted(warehouse) == {"c", "f"}
    assert built(warehouse).rows.equals(built(load(folder)).rows)


def test_a_source_that_left_the_project_notes_its_users(folder: Path) -> None:
    warehouse = load(folder)
    built(warehouse)
    run(folder, users_source(users={"attributes": ["age"]}), warehouse=warehouse)
    assert noted(warehouse) == {"a", "b"}
    assert built(warehouse).rows.column("user_id").to_pylist() == ["c"]
