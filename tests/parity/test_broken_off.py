"""A run that is killed at any statement leaves whole tables, and the next one makes what it would have."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from tests import small_shop, warehouses
from tests.parity.alike import assert_alike

from coterie import run
from coterie.project import file as project_file
from coterie.sources import connect

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.project.settings import Project
    from coterie.sources.warehouse import Warehouse

TABLES = {"features": "user_id", "membership": "segmentation user_id", "profiles": "user_id"}
STATEMENTS = ("query", "execute", "create", "append", "drop", "stream")
SYSTEMS = (*warehouses.EMBEDDED, *warehouses.DATABASES)
FEW = (21, 95)
MANY = range(1, 120, 9)  # of 122 statements


class Killed(BaseException):
    """Stands for the end of the process."""


class Dying:
    """A warehouse whose process ends before a statement."""

    def __init__(self, whole: Warehouse, at: int) -> None:
        self._whole = whole
        self._left = at

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._whole, name)
        if name not in STATEMENTS:
            return found

        def counted(*given: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left <= 0:
                raise Killed
            return found(*given, **named)

        return counted


def shop(folder: Path, url: str) -> Project:
    folder.mkdir()
    small_shop.make(folder)
    yaml = folder / "coterie.yaml"
    yaml.write_text(yaml.read_text(encoding="utf-8") + "warehouse: ${PLACE}\n", encoding="utf-8")
    return project_file.read(folder, {"PLACE": url})


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = shop(tmp_path_factory.mktemp("whole") / "shop", "duckdb:///coterie.duckdb")
    run.run(project, now=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    return project


def killed_and_run_again(system: str, at: int, folder: Path, expected: Project) -> None:
    """Kill a run before a statement, look at what is left, run again, and compare."""
    place = warehouses.url(system, folder)
    with warehouses.removed(place), pytest.MonkeyPatch.context() as patch:
        project = shop(folder / system, place)
        opening = connect.connect

        def dying(url: str, *given: Any, **named: Any) -> Any:
            whole = opening(url, *given, **named)
            return Dying(whole, at) if whole.dialect != "duckdb" else whole

        patch.setattr(connect, "connect", dying)
        with pytest.raises(Killed):
            run.run(project, now=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
        patch.setattr(connect, "connect", opening)
        with run.opened(project) as warehouse:
            assert not warehouse.columns("profiles")  # what belongs together is not there in part
        run.run(project, now=dt.datetime(2026, 3, 1, 1, tzinfo=dt.UTC))
        with run.opened(project) as warehouse, run.opened(expected) as duck:
            for table, order in TABLES.items():
                assert_alike(duck, warehouse, table, order, but=["run_id"])


@pytest.mark.parametrize("at", FEW)
@pytest.mark.parametrize("system", [*SYSTEMS, *warehouses.YOUNGER])
def test_a_run_that_is_killed_starts_clean(system: str, at: int, tmp_path: Path, expected: Project) -> None:
    killed_and_run_again(system, at, tmp_path, expected)


@pytest.mark.slow
@pytest.mark.parametrize("at", MANY)
@pytest.mark.parametrize("system", SYSTEMS)
def test_wherever_it_is_killed(system: str, at: int, tmp_path: Path, expected: Project) -> None:
    killed_and_run_again(system, at, tmp_path, expected)
