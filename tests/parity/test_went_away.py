"""A server that ends a session in the middle of a run: tried again, then told, nothing half published."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest
from tests import small_shop, warehouses
from tests.own_server import OwnServer
from tests.parity.alike import assert_alike, rows
from tests.parity.test_broken_off import STATEMENTS, TABLES, shop
from tests.sources.parts_on_duckdb import OnDuckDB

from coterie import run, urls
from coterie.cli import publishing
from coterie.errors import WarehouseStaysAwayError
from coterie.sources import bigquery, connect, parts, retrying, sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse

FIRST = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
NEXT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
FEW = (95,)
MANY = (5, 30, 60, 130, 170, 200)


class Ended:
    """A warehouse whose session ends before a statement."""

    def __init__(self, whole: Warehouse, at: int, end: Callable[[Warehouse], None]) -> None:
        self._whole = whole
        self._left = at
        self._end = end

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._whole, name)
        if name not in STATEMENTS:
            return found

        def counted(*given: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self._end(self._whole)
            return found(*given, **named)

        return counted


@contextlib.contextmanager
def ended(
    place: str, at: int, times: int, end: Callable[[Warehouse], None] | None = None
) -> Iterator[list[Warehouse]]:
    """Let the first connections to a place lose their session before a statement; those are given."""
    opening = connect.connect
    lost: list[Warehouse] = []
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        if end is None:
            by = stack.enter_context(contextlib.closing(opening(place)))
            end = functools.partial(warehouses.end_session, by=by)
        ends = end

        def opens(url: str, *given: Any, **named: Any) -> Any:
            whole = opening(url, *given, **named)
            if urls.revealed(url) != place or len(lost) >= times:
                return whole
            lost.append(whole)
            return Ended(whole, at, ends)

        patch.setattr(connect, "connect", opens)
        yield lost


@pytest.fixture(params=warehouses.DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    url = warehouses.url(request.param, tmp_path)
    with warehouses.removed(url), warehouses.removed(url.replace("schema=t_", "schema=pub_")):
        yield url


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The shop run on DuckDB, and again after a day."""
    project = shop(tmp_path_factory.mktemp("whole") / "shop", "duckdb:///coterie.duckdb")
    run.run(project, now=FIRST)
    small_shop.add_events(project.folder)
    run.run(project, now=NEXT)
    return project


def loses_and_runs(at: int, place: str, folder: Path, expected: Project) -> None:
    project = shop(folder / "shop", place)
    run.run(project, now=FIRST)
    small_shop.add_events(project.folder)
    with ended(place, at, times=1) as lost:
        run.run(project, now=NEXT)
    assert len(lost) == 1
    with run.opened(project) as warehouse, run.opened(expected) as duck:
        for table, order in TABLES.items():
            assert_alike(duck, warehouse, table, order, but=["run_id"])
        done = sql.sql("select count(*) as n from runs where status = 'done'")
        assert warehouse.query(done)["n"].to_pylist() == [2]


@pytest.mark.parametrize("at", FEW)
def test_a_run_whose_session_is_ended_ends_as_if_it_had_not(
    at: int, place: str, tmp_path: Path, expected: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    loses_and_runs(at, place, tmp_path, expected)
    assert "broke off: the server went away" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("at", MANY)
def test_wherever_it_is_ended(at: int, place: str, tmp_path: Path, expected: Project) -> None:
    loses_and_runs(at, place, tmp_path, expected)


@pytest.mark.slow
def test_what_goes_away_each_time_is_reported_and_nothing_of_it_is_seen(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = shop(tmp_path / "shop", place)
    run.run(project, now=FIRST)
    with run.opened(project) as warehouse:
        before = {table: rows(warehouse, table, order) for table, order in TABLES.items()}
    small_shop.add_events(project.folder)
    with (
        ended(place, 95, times=9) as lost,
        pytest.raises(WarehouseStaysAwayError, match=r"the server went away .* It was tried 5 times\.$"),
    ):
        run.run(project, now=NEXT)
    assert len(lost) == 5
    assert capsys.readouterr().err.count("Trying again in") == 4
    with run.opened(project) as warehouse:
        assert {table: rows(warehouse, table, order) for table, order in TABLES.items()} == before
    assert not run.run(project, now=NEXT).nothing_new


@pytest.mark.parametrize("at", [30])
def test_publishing_is_tried_again(at: int, place: str, tmp_path: Path) -> None:
    project = shop(tmp_path / "shop", place)
    run.run(project, now=FIRST)
    target = project_schema(place)
    with ended(place, at, times=1) as lost, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLACE", place)
        publishing.publish(to=target, project=project.folder)
    assert len(lost) == 1
    with run.opened(project) as warehouse:
        shown = sql.sql("select count(*) as n from :seen", seen=sql.table("profiles", target))
        kept = sql.sql("select count(*) as n from profiles")
        assert warehouse.query(shown) == warehouse.query(kept)


@pytest.fixture(params=warehouses.YOUNGER)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnServer]:
    """A server that keeps its tables and may be killed."""
    warehouses.url(request.param, tmp_path)  # skips, or fails, where there is none
    home = tmp_path / "server"
    home.mkdir()
    server = OwnServer(request.param, home)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def test_a_server_that_is_killed_and_comes_back(
    own: OwnServer, tmp_path: Path, expected: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bigquery, "_PATIENCE_S", 2.0)
    project = shop(tmp_path / "shop", own.url)
    run.run(project, now=FIRST)
    with run.opened(project) as warehouse:
        before = {table: rows(warehouse, table, order) for table, order in TABLES.items()}
    small_shop.add_events(project.folder)
    told: list[str] = []
    stays_away = functools.partial(retrying.Backoff, tell=told.append, sleep=lambda _: None)
    monkeypatch.setattr(retrying, "Backoff", stays_away)
    with (
        ended(own.url, 95, times=1, end=lambda _: own.kill()) as lost,
        pytest.raises(WarehouseStaysAwayError, match=r" broke off: .* It was tried 5 times\.$") as reported,
    ):
        run.run(project, now=NEXT)
    assert len(lost) == 1
    assert "\n" not in str(reported.value)
    assert len(told) == 4
    own.start()
    with run.opened(project) as warehouse:
        assert {table: rows(warehouse, table, order) for table, order in TABLES.items()} == before
    comes_back = functools.partial(retrying.Backoff, tell=told.append, sleep=lambda _: own.start())
    monkeypatch.setattr(retrying, "Backoff", comes_back)
    with ended(own.url, 95, times=1, end=lambda _: own.kill()) as lost:
        run.run(project, now=NEXT)
    assert len(lost) == 1
    assert len(told) == 5
    with run.opened(project) as warehouse, run.opened(expected) as duck:
        for table, order in TABLES.items():
            assert_alike(duck, warehouse, table, order, but=["run_id"])


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("system", ["spark", "bigquery"])
def test_two_tables_of_which_one_was_shown_are_shown_by_the_next(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = warehouses.url(system, tmp_path)
    with (
        warehouses.removed(place),
        contextlib.closing(connect.connect(place)) as one,
        contextlib.closing(connect.connect(place)) as next_one,
    ):
        runs = warehouses.adapter(one)._run

        def dying(text: str, what: str) -> None:
            if what == "the view 'second'":
                raise Killed
            runs(text, what)

        def written() -> None:
            with one.transaction():
                for table in ("first", "second"):
                    one.create(table, pa.table({"word": [f"it's {table}"]}))

        monkeypatch.setattr(warehouses.adapter(one), "_run", dying)
        with pytest.raises(Killed):
            written()
        assert next_one.columns("second") == {}
        with next_one.alone("run 2"):
            for table in ("first", "second"):
                query = sql.sql("select word from :table", table=sql.table(table))
                assert next_one.query(query)["word"].to_pylist() == [f"it's {table}"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "what", ["the view 'events_from_clicks'", "the view 'membership'", "the view 'runs'"]
)
def test_a_run_that_ends_between_two_views_is_finished_by_the_next(
    what: str, tmp_path: Path, expected: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shop(tmp_path / "shop", "spark://parts")
    database = duckdb.connect()
    opening = connect.connect
    doomed: list[str] = []

    class Dying(OnDuckDB):
        def _run(self, text: str, told: str) -> None:
            if told in doomed and self._definition(parts.UNFINISHED) is not None:
                raise Killed
            super()._run(text, told)

    def opens(url: str, *given: Any, **named: Any) -> Any:
        return Dying(database.cursor()) if url == project.warehouse else opening(url, *given, **named)

    monkeypatch.setattr(connect, "connect", opens)
    run.run(project, now=FIRST)
    small_shop.add_events(project.folder)
    doomed.append(what)
    with pytest.raises(Killed):
        run.run(project, now=NEXT)
    doomed.clear()
    run.run(project, now=NEXT + dt.timedelta(hours=1))
    with run.opened(project) as warehouse, run.opened(expected) as duck:
        for table, order in TABLES.items():
            assert_alike(duck, warehouse, table, order, but=["run_id"])


def project_schema(place: str) -> str:
    """The schema that a place is published to."""
    return place.partition("schema=")[2].replace("t_", "pub_")
