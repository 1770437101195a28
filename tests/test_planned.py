from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from tests import small_shop, warehouses

from coterie import planned, run
from coterie.project import file as project_file
from coterie.sources import connect
from coterie.sources.around import Around

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from sqlglot import exp

    from coterie.project.settings import Project


def content(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


class Listening(Around):
    """Takes down the SELECTs that make or fill tables, and runs everything."""

    made: list[tuple[str, str]] = []  # noqa: RUF012

    def create(self, table: str, rows: exp.Expression | pa.Table, *, temporary: bool = False) -> None:
        self._take_down(table, rows)
        super().create(table, rows, temporary=temporary)

    def append(self, table: str, rows: exp.Expression | pa.Table | pa.RecordBatchReader) -> None:
        self._take_down(table, rows)
        super().append(table, rows)

    def _take_down(self, table: str, rows: object) -> None:
        if hasattr(rows, "sql"):
            self.made.append((table, rows.sql(dialect="duckdb")))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return project_file.read(small_shop.make(tmp_path))


def timeless(text: str) -> str:
    """A statement without the moment at which it was written."""
    return re.sub(r"\d{12,}", "NOW", text)


def selects(plan: planned.Plan, step: str) -> list[tuple[str, str]]:
    return [
        (one.table, one.tree.expression.sql(dialect="duckdb"))
        for one in plan.noted
        if one.writes and one.step == step and one.tree.expression and "?" not in one.tree.sql()
    ]


def test_before_a_first_run_loading_is_told_and_nothing_is_written(project: Project) -> None:
    before = content(project.folder)
    found = planned.plan(project)
    assert content(project.folder) == before
    assert not found.nothing_new
    assert [one.table for one in found.noted if one.tree.key == "insert"] == [
        "events_from_clicks",
        "users_from_people",
    ]
    assert dict(found.open)["features"].startswith("it depends on what is loaded")
    assert found.caption().endswith("Nothing was written.")
    assert found.to_arrow().num_rows == len(found.noted)


def test_what_is_planned_is_what_a_run_does(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    run.run(project)
    small_shop.add_events(project.folder)
    before = content(project.folder)
    found = planned.plan(project)
    assert content(project.folder) == before
    real = connect.connect
    monkeypatch.setattr(connect, "connect", lambda *given: Listening(real(*given)))
    monkeypatch.setattr(Listening, "made", [])
    run.run(project)
    ran = {(table, timeless(text)) for table, text in Listening.made}
    tables = {table for table, _ in ran}
    assert selects(found, "load clicks")
    for step in ("load clicks", "days", "features", "membership", "profiles"):
        for table, _ in selects(found, step):
            assert table in tables, (step, table)
    loaded = [text for table, text in selects(found, "load clicks") if table == "events_from_clicks"]
    assert ("events_from_clicks", timeless(loaded[0])) in ran
    assert {"days", "features", "membership", "profiles"} <= set(found.unsure)
    assert "it is fitted anew" in dict(found.open)["segments habit"]
    events = [one for one in found.noted if one.table == "events" and not one.writes]
    assert events
    assert any((one.reads.rows or 0) > 100 for one in events)


def test_with_nothing_new_a_run_would_do_nothing(project: Project) -> None:
    run.run(project)
    found = planned.plan(project)
    assert found.nothing_new
    assert found.caption() == "A run would find nothing new and do nothing."
    assert not [one for one in found.noted if one.writes]


def test_other_settings_alone_load_nothing(project: Project) -> None:
    run.run(project)
    path = project.folder / "coterie.yaml"
    text = small_shop.YAML.replace(
        "habit: {",
        "plan: {method: rules, rules: [{name: Big, where: activity_events > 9}]}\n  habit: {update: freeze, ",
    )
    path.write_text(text, encoding="utf-8")
    found = planned.plan(project_file.read(project.folder))
    assert not [one for one in found.noted if one.step.startswith("load")]
    assert dict(found.open)["segments plan"] == "it was not fitted yet"
    assert "segments habit" not in dict(found.open)
    assert "features" not in found.unsure


@pytest.mark.parametrize("system", [*warehouses.EMBEDDED, *warehouses.DATABASES, *warehouses.YOUNGER])
def test_other_systems_tell_the_rows_that_are_read_of_their_tables(system: str, tmp_path: Path) -> None:
    place = warehouses.url(system, tmp_path)
    with warehouses.removed(place):
        path = small_shop.make(tmp_path / "shop") / "coterie.yaml"
        path.write_text(f"{small_shop.YAML}warehouse: ${{PLACE}}\n", encoding="utf-8")
        project = project_file.read(path.parent, {"PLACE": place})
        assert "insert" in {one.tree.key for one in planned.plan(project).noted}
        run.run(project)
        small_shop.add_events(project.folder)
        found = planned.plan(project)
    if system == "bigquery":  # it tells bytes, which are none on an emulator
        told = {one.table for one in found.noted if one.reads.bytes is not None}
        assert {"membership", "profiles"} <= told
    else:
        rows = {one.table: one.reads.rows for one in found.noted if one.reads.rows}
        assert rows["profiles"] >= small_shop.USERS
    unknown = [one for one in found.noted if one.table == "events_from_clicks" and one.tree.key == "insert"]
    assert [one.reads.rows for one in unknown] == [None]  # of a CSV file nobody can tell
