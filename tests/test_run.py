from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from tests import small_shop
from tests.sources.parts_on_duckdb import OnDuckDB

from coterie import making, run
from coterie.errors import DataError, SourceError, WarehouseError
from coterie.project import file as project_file
from coterie.sources import connect, parts, sql

if TYPE_CHECKING:
    from coterie.run_result import RunResult

TABLES = (
    "segments",
    "membership",
    "features",
    "profiles",
    "runs",
    "catalogue",
    "set_aside",
    "events",
    "users",
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    folder = small_shop.make(tmp_path_factory.mktemp("shop"))
    return folder, run.run(project_file.read(folder))


def rows(folder: Path, query: str) -> list[dict[str, object]]:
    with run.opened(project_file.read(folder)) as warehouse:
        found: list[dict[str, object]] = warehouse.query(sql.sql(query)).to_pylist()
    return found


def tables_of(folder: Path) -> dict[str, list[dict[str, object]]]:
    """What must not depend on how a run came to its end: all but what marks the run.

    Sums of money may differ in their last digit, since the order of a sum is up to the warehouse.
    """
    names = {
        "segments": "segmentation, segment",
        "membership": "segmentation, user_id",
        "profiles": "user_id",
    }
    found = {}
    with run.opened(project_file.read(folder)) as warehouse:
        for name, order in names.items():
            table = warehouse.query(sql.sql(f"select * from {name} order by {order}"))
            rows = table.drop_columns(
                [c for c in ("run_id", "traits") if c in table.column_names]
            ).to_pylist()
            found[name] = [{key: _rounded(value) for key, value in row.items()} for row in rows]
    return found


def _rounded(value: object) -> object:
    return round(value, 9) if isinstance(value, float) else value


def test_a_run_fills_every_table_and_writes_the_report(finished: tuple[Path, RunResult]) -> None:
    folder, result = finished
    with run.opened(project_file.read(folder)) as warehouse:
        for table in TABLES:
            assert warehouse.columns(table), table
    assert result.report == folder / "report.html"
    assert "The &lt;small&gt; shop" in result.report.read_text(encoding="utf-8")
    assert result.report.stat().st_size > 10_000
    assert not list(folder.glob(".*.part"))


def test_sizes_sum_to_users_and_names_are_unique(finished: tuple[Path, RunResult]) -> None:
    folder, result = finished
    assert result.users == small_shop.USERS
    for named in result.segmentations:
        assert sum(segment.users for segment in named.segmentation.segments) == small_shop.USERS
        assert len(set(named.names.values())) == len(named.segmentation.segments)
    sizes = rows(folder, "select segmentation, sum(users) as n from segments group by 1 order by 1")
    assert sizes == [{"segmentation": name, "n": small_shop.USERS} for name in ("engagement", "habit")]
    members = rows(folder, "select count(*) as n, count(distinct user_id) as u from membership")
    assert members == [{"n": 2 * small_shop.USERS, "u": small_shop.USERS}]


def test_sizes_are_those_of_the_membership(finished: tuple[Path, RunResult]) -> None:
    folder, _ = finished
    differing = """
        select s.segmentation, s.segment from segments as s left join (
            select segmentation, segment, count(*) as n from membership group by 1, 2) as m
        on m.segmentation = s.segmentation and m.segment = s.segment where m.n is null or m.n <> s.users"""
    assert rows(folder, differing) == []


def test_the_ledger_says_what_was_made_of_how_many_rows(finished: tuple[Path, RunResult]) -> None:
    folder, result = finished
    (row,) = rows(folder, "select * from runs")
    assert (row["run_id"], row["status"], row["as_of"]) == (result.run_id, "done", result.as_of)
    assert row["rows_set_aside"] == 1
    assert row["rows_read"] == sum(unit.read for unit in result.loading.units)
    assert row["users"] == small_shop.USERS


def test_a_result_shows_itself(finished: tuple[Path, RunResult]) -> None:
    _, result = finished
    assert result.to_arrow().num_rows == sum(len(one.segmentation.segments) for one in result.segmentations)
    assert str(result).startswith(f"Run {result.run_id} as of {result.as_of}")
    assert [what for what, _ in result.timings] == [
        "load",
        "days",
        "features",
        "segments",
        "membership",
        "predictions",
        "outlook",
        "uplift",
        "profiles",
        "report",
    ]


def test_a_second_run_with_nothing_new_does_nothing(tmp_path: Path) -> None:
    project = project_file.read(small_shop.make(tmp_path))
    first = run.run(project)
    report = first.report.stat()
    second = run.run(project)
    assert second.nothing_new
    assert not first.nothing_new
    assert (second.run_id, second.as_of) == (first.run_id, first.as_of)
    assert second.segmentations == first.segmentations
    assert second.features == first.features
    assert second.report.stat().st_mtime_ns == report.st_mtime_ns
    assert "Nothing new" in second.caption()
    assert len(rows(tmp_path, "select * from runs")) == 1


def test_a_lost_report_is_written_again(tmp_path: Path) -> None:
    project = project_file.read(small_shop.make(tmp_path))
    run.run(project).report.unlink()
    again = run.run(project)
    assert not again.nothing_new
    assert again.report.is_file()


def test_new_events_make_a_new_run(tmp_path: Path) -> None:
    project = project_file.read(small_shop.make(tmp_path))
    first = run.run(project)
    small_shop.add_events(tmp_path)
    second = run.run(project)
    assert not second.nothing_new
    assert second.loading.events == first.loading.events + 5
    assert second.as_of > first.as_of
    assert [row["status"] for row in rows(tmp_path, "select status from runs")] == ["done", "done"]


def test_a_segmentation_made_from_the_same_is_taken_from_the_last_run(tmp_path: Path) -> None:
    folder = small_shop.make(tmp_path)
    first = run.run(project_file.read(folder))
    changed = small_shop.YAML.replace("seed: 7", "seed: 8")
    (folder / "coterie.yaml").write_text(changed, encoding="utf-8")
    second = run.run(project_file.read(folder))
    assert second.segmentations[0] == first.segmentations[0]
    assert second.segmentations[1].segmentation.seed == 8
    assert second.segmentations[1].made_from != first.segmentations[1].made_from


def test_events_after_the_date_change_nothing(tmp_path: Path) -> None:
    folder = small_shop.make(tmp_path)
    dated = small_shop.YAML.replace("name: shop\n", "name: shop\nas_of: 2026-01-20\n")
    (folder / "coterie.yaml").write_text(dated, encoding="utf-8")
    run.run(project_file.read(folder))
    before = tables_of(folder)
    small_shop.add_events(folder)
    assert not run.run(project_file.read(folder)).nothing_new
    assert tables_of(folder) == before


def test_progress_is_told(tmp_path: Path) -> None:
    told = []
    project = project_file.read(small_shop.make(tmp_path))
    run.run(project, progress=lambda what, done, of: told.append((what, done, of)))
    assert {"features", "days"} <= {what for what, _, _ in told}
    assert all(0 <= done <= of for _, done, of in told)


def test_without_any_user_there_is_nothing_to_group(tmp_path: Path) -> None:
    folder = small_shop.make(tmp_path)
    (folder / "people.csv").write_text("id,country\n,at\n")
    (folder / "clicks.csv").write_text("user,at,kind,item,price\n,2026-01-01,view,,\n")
    with pytest.raises(DataError):
        run.run(project_file.read(folder))
    assert not (folder / "report.html").exists()


def test_a_run_that_fails_leaves_the_last_one_standing(tmp_path: Path) -> None:
    folder = small_shop.make(tmp_path)
    first = run.run(project_file.read(folder))
    before = tables_of(folder)
    broken = small_shop.YAML.replace(
        "features: [activity_events, activity_active_days], seed", "features: [no_such_feature], seed"
    )
    (folder / "coterie.yaml").write_text(broken, encoding="utf-8")
    with pytest.raises((DataError, Exception), match="no_such_feature"):
        run.run(project_file.read(folder))
    assert tables_of(folder) == before
    assert [row["status"] for row in rows(folder, "select status from runs order by started")] == [
        "done",
        "started",
    ]
    (folder / "coterie.yaml").write_text(small_shop.YAML, encoding="utf-8")
    assert run.run(project_file.read(folder)).run_id == first.run_id


def test_a_second_process_is_told_that_the_warehouse_is_in_use(tmp_path: Path) -> None:
    project = project_file.read(small_shop.make(tmp_path))
    hold = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(tmp_path / "coterie.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(WarehouseError, match="is in use by another process"):
            run.run(project)
        other.communicate()
    run.run(project)


def test_reading_before_a_run_makes_no_file(tmp_path: Path) -> None:
    project = project_file.read(small_shop.make(tmp_path))
    with pytest.raises(DataError, match="make them with `coterie run`"), run.finished(project):
        pass
    assert not (tmp_path / "coterie.duckdb").exists()
    with run.opened(project):
        pass
    with pytest.raises(DataError, match="make them with `coterie run`"), run.finished(project):
        pass
    in_memory = project.model_copy(update={"warehouse": "duckdb://"})
    with pytest.raises(DataError, match="is in memory"), run.finished(in_memory):
        pass


def test_a_run_in_memory_leaves_the_report_alone(tmp_path: Path) -> None:
    project = project_file.read(small_shop.make(tmp_path)).model_copy(update={"warehouse": "duckdb://"})
    run.run(project)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "clicks.csv",
        "coterie.yaml",
        "people.csv",
        "report.html",
    ]


def test_the_report_is_written_again_from_what_is_stored(tmp_path: Path) -> None:
    project = project_file.read(small_shop.make(tmp_path))
    first = run.run(project)
    first.report.unlink()
    with run.finished(project) as warehouse:
        (path,) = making.report_again(warehouse, project)
    assert path == first.report
    html = path.read_text(encoding="utf-8")
    assert all(name in html for named in first.segmentations for name in named.names.values())


STOPS = [0.3, 0.8, 1.3, 1.8, 2.3, 3.0]


@pytest.mark.slow
@pytest.mark.parametrize("seconds", STOPS)
def test_the_run_after_a_killed_one_is_clean(tmp_path: Path, seconds: float) -> None:
    killed, straight = small_shop.make(tmp_path / "killed"), small_shop.make(tmp_path / "straight")
    command = [sys.executable, "-m", "coterie", "run", "--project", str(killed)]
    source = Path(run.__file__).parents[1]
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(source)}, stdout=subprocess.DEVNULL
    ) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
    after = run.run(project_file.read(killed))
    whole = run.run(project_file.read(straight))
    assert tables_of(killed) == tables_of(straight)
    assert after.loading.events == whole.loading.events
    assert not list(killed.glob(".*.part"))
    statuses = {row["status"] for row in rows(killed, "select status from runs")}
    assert statuses <= {"done", "broken_off"}


def test_what_earlier_runs_left_goes_when_a_run_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_file.read(small_shop.make(tmp_path))
    database = duckdb.connect()
    monkeypatch.setattr(connect, "connect", lambda *_: OnDuckDB(database.cursor()))
    old = parts.part_of("features", dt.datetime.now(dt.UTC) - 2 * parts.KEPT)

    database.execute(f"create table {old} as select 1 as n")
    with run.opened(project) as warehouse, warehouse.alone("a publication"):
        assert old in OnDuckDB(database.cursor())._tables()
    (tmp_path / "clicks.csv").unlink()
    with pytest.raises(SourceError, match=r"clicks\.csv"):
        run.run(project)
    assert OnDuckDB(database.cursor())._tables() != []
    assert old not in OnDuckDB(database.cursor())._tables()
