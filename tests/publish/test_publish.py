from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

import pytest
from tests import small_shop
from tests.failing import Failing

from coterie import compared, run
from coterie.errors import DataError, UsageError, WarehouseError
from coterie.project import file as project_file
from coterie.publish import publish
from coterie.sources import connect, sql
from coterie.sources.around import Around

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse

TO = "shop_dashboards"
VIEWS = {
    "predictions",
    "profiles",
    "membership",
    "segments",
    "segment_summary",
    "segment_sizes",
    "runs",
    "data_dictionary",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder: Path = small_shop.make(tmp_path_factory.mktemp("shop"))
    found = project_file.read(folder)
    run.run(found)
    return found


@pytest.fixture
def warehouse(project: Project) -> Iterator[Warehouse]:
    """The shop after its first run; what a test does to it is undone."""
    with (
        contextlib.closing(connect.connect(project.warehouse, project.folder)) as found,
        contextlib.suppress(_Undone),
        found.transaction(),
    ):
        yield found
        raise _Undone


def copied(project: Project, folder: Path) -> Project:
    """The same shop after its first run, in a folder of its own."""
    shutil.copytree(project.folder, folder)
    return project_file.read(folder)


class _Undone(Exception):  # noqa: N818
    pass


def asked(warehouse: Warehouse, text: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = warehouse.query(sql.sql(text)).to_pylist()
    return rows


def views(warehouse: Warehouse) -> set[object]:
    found = asked(warehouse, f"select view_name from duckdb_views() where schema_name = '{TO}'")
    return {row["view_name"] for row in found}


def tables(warehouse: Warehouse) -> list[str]:
    found = asked(warehouse, f"select table_name from duckdb_tables() where schema_name = '{TO}'")
    return sorted(str(row["table_name"]) for row in found)


def another_run(warehouse: Warehouse, without: str = "u1") -> None:
    """What a later run does to the tables that are published: here one user fewer, and a new run."""
    warehouse.execute(
        sql.sql("delete from profiles where user_id = :user", user=without),
        sql.sql("update runs set run_id = :run where status = 'done'", run=f"3000{without}"),
    )


def test_views_show_the_tables_of_the_run(project: Project, warehouse: Warehouse) -> None:
    found = publish.publish(warehouse, project, TO)
    assert (found.schema, found.nothing_new) == (TO, False)
    assert views(warehouse) == set(found.tables) == VIEWS
    for name in ("profiles", "segment_summary"):
        here, there = (
            asked(warehouse, f"select * from {place}{name} order by all") for place in ("", f"{TO}.")
        )
        assert str(here) == str(there)
    assert asked(
        warehouse,
        f"""select count(*) as n, count(distinct user_id) as users from {TO}.membership as m
        join {TO}.segments as s on s.segmentation = m.segmentation and s.segment = m.segment
        where s.name = m.segment_name""",
    ) == [{"n": 2 * small_shop.USERS, "users": small_shop.USERS}]
    described = asked(warehouse, f"select description from {TO}.segments where segmentation = 'engagement'")
    assert all(row["description"] for row in described)


def test_every_table_and_column_has_its_meaning_as_a_comment_and_in_the_dictionary(
    project: Project, warehouse: Warehouse
) -> None:
    publish.publish(warehouse, project, TO)
    columns = asked(
        warehouse,
        f"""select table_name, column_name, comment from duckdb_columns() where schema_name = '{TO}'
        and table_name not like '%\\_\\_%' escape '\\' order by all""",
    )
    told = asked(
        warehouse,
        f"select table_name, column_name, meaning as comment from {TO}.data_dictionary order by all",
    )
    assert columns == told
    assert all(row["comment"] for row in columns)
    named = asked(
        warehouse,
        f"""select comment from duckdb_views() where schema_name = '{TO}'
        union all select comment from duckdb_tables() where schema_name = '{TO}'""",
    )
    assert len(named) == 2 * len(VIEWS)
    assert all(str(row["comment"]).startswith("One row for each") for row in named)


def test_the_same_again_does_nothing(project: Project, warehouse: Warehouse) -> None:
    publish.publish(warehouse, project, TO)
    before = asked(warehouse, "select * from publications order by all"), tables(warehouse)
    assert publish.publish(warehouse, project, TO).nothing_new
    assert (asked(warehouse, "select * from publications order by all"), tables(warehouse)) == before


def test_a_later_run_replaces_what_is_shown_and_what_was_shown_stays_for_its_readers(
    project: Project, warehouse: Warehouse
) -> None:
    count = f"select count(*) as n from {TO}.profiles"
    publish.publish(warehouse, project, TO)
    first = tables(warehouse)
    another_run(warehouse)
    assert asked(warehouse, count) == [{"n": small_shop.USERS}]
    publish.publish(warehouse, project, TO)
    assert asked(warehouse, count) == [{"n": small_shop.USERS - 1}]
    second = tables(warehouse)
    assert set(first) < set(second)
    assert len(second) == 2 * len(first)
    another_run(warehouse, without="u2")
    publish.publish(warehouse, project, TO)
    third = tables(warehouse)
    assert len(third) == 2 * len(first)
    assert not set(first) & set(third)
    assert views(warehouse) == VIEWS


def test_wherever_it_breaks_off_readers_see_the_last_publication_whole(
    project: Project, tmp_path: Path
) -> None:
    project = copied(project, tmp_path / "copy")
    with contextlib.closing(connect.connect(project.warehouse, project.folder)) as warehouse:
        publish.publish(warehouse, project, TO)
        shown = {name: asked(warehouse, f"select * from {TO}.{name} order by all") for name in VIEWS}
        kept = tables(warehouse)
        another_run(warehouse)
        statements = len(publish.planned(warehouse, project, TO))
        for at in {*range(1, statements, 41), statements - 1, statements, statements + 2}:
            with pytest.raises(WarehouseError, match="went away"):
                publish.publish(Failing(warehouse, at), project, TO)
            assert tables(warehouse) == kept
            now = {name: asked(warehouse, f"select * from {TO}.{name} order by all") for name in VIEWS}
            assert str(now) == str(shown)
        assert not publish.publish(warehouse, project, TO).nothing_new


def test_a_reader_beside_sees_the_old_or_the_new_and_never_a_mixture(
    project: Project, tmp_path: Path
) -> None:
    project = copied(project, tmp_path / "copy")
    both = f"""select (select count(*) from {TO}.profiles) as users,
        (select min(run_id) from {TO}.runs) as run_id, (select min(run_id) from {TO}.segments) as other"""
    with contextlib.closing(connect.connect(project.warehouse, project.folder)) as warehouse:
        publish.publish(warehouse, project, TO)
        another_run(warehouse)
        warehouse.execute(sql.sql("update segments set run_id = '3000u1'"))
        seen = set()
        with contextlib.closing(connect.connect(project.warehouse, project.folder)) as reader:

            def look() -> None:
                seen.add(str(asked(reader, both)))

            publish.publish(Failing(warehouse, None, before_each=look), project, TO)
            assert len(seen) == 1
            look()
        assert len(seen) == 2


def test_who_moved_is_published_once_two_runs_are_kept(project: Project, tmp_path: Path) -> None:
    project = copied(project, tmp_path / "copy")
    small_shop.add_events(project.folder)
    run.run(project)
    with contextlib.closing(connect.connect(project.warehouse, project.folder)) as warehouse:
        found = publish.publish(warehouse, project, TO)
        assert set(found.tables) == VIEWS | {"migration"}
        flows = asked(warehouse, f"select * from {TO}.migration where segmentation = 'habit'")
        (habit,) = compared.compare(warehouse, project, segmentation="habit", reasons=False).segmentations
        assert sorted(
            (row["before_segment"], row["after_segment"], row["users"]) for row in flows if row["users"]
        ) == sorted((one.before, one.after, one.users) for one in habit.migration.flows if one.users)
        assert len(asked(warehouse, f"select distinct run_id from {TO}.segment_sizes")) == 2


class _Busy(Around):
    """A warehouse into which a run is writing."""

    def alone(self, holder: str) -> contextlib.AbstractContextManager[None]:
        raise WarehouseError(f"{holder} can't begin: run 1 is writing")


def test_it_waits_for_a_run_that_is_writing(project: Project, warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="a publication can't begin: run 1 is writing"):
        publish.publish(_Busy(warehouse), project, TO)
    assert not views(warehouse)


def test_a_view_that_is_not_published_any_more_goes(project: Project, warehouse: Warehouse) -> None:
    warehouse.create("predictions", sql.sql("select 'u1' as user_id, 0.5 as score"))
    assert "predictions" in publish.publish(warehouse, project, TO).tables
    warehouse.drop("predictions")
    publish.publish(warehouse, project, TO)
    assert views(warehouse) == VIEWS - {"predictions"}


def test_what_somebody_else_made_is_never_replaced(project: Project, warehouse: Warehouse) -> None:
    warehouse.execute(
        sql.sql(f"create schema {TO}"), sql.sql(f"create table {TO}.segments as select 1 as mine")
    )
    with pytest.raises(WarehouseError, match="segments"):
        publish.publish(warehouse, project, TO)


@pytest.mark.parametrize("schema", ["coterie", "Coterie", "a b", "x'; drop table y", ""[:0] or "1a"])
def test_a_schema_that_can_not_be_is_refused(schema: str, project: Project, warehouse: Warehouse) -> None:
    with pytest.raises(UsageError, match="schema"):
        publish.publish(warehouse, project, schema)


def test_before_a_run_there_is_nothing_to_publish(project: Project) -> None:
    with (
        contextlib.closing(connect.connect("duckdb://")) as empty,
        pytest.raises(DataError, match="make them with `coterie run`"),
    ):
        publish.publish(empty, project)
