from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests import two_loads

from coterie import run
from coterie.features import build, past
from coterie.project import file as project_file
from coterie.project.settings import FeatureSettings
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.sources.warehouse import Warehouse

NAMES = {"activity_events", "orders_spend", "attributes_country", "no_such_feature"}
DAY = dt.date(2026, 1, 20)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("past")
    two_loads.make(folder)
    with run.opened(project_file.read(folder)) as opened:
        yield opened


def rows(warehouse: Warehouse, table: str, names: tuple[str, ...]) -> list[dict[str, object]]:
    columns = [sql.column(name) for name in ("user_id", *names)]
    query = sql.select(*columns).from_(sql.table(table)).order_by(sql.column("user_id"))
    found: list[dict[str, object]] = warehouse.query(query).to_pylist()
    return found


def test_it_is_what_a_run_of_that_day_builds(warehouse: Warehouse) -> None:
    settings = FeatureSettings(weeks=4)
    past.write(warehouse, settings, DAY, NAMES, "features_then")
    names = tuple(sorted(NAMES - {"no_such_feature"}))
    assert set(warehouse.columns("features_then")) == {"user_id", *names, "as_of", "run_id"}
    found = rows(warehouse, "features_then", names)
    before = rows(warehouse, "features", names)
    build.build(warehouse, settings, DAY)
    assert rows(warehouse, "features", names) == found
    assert found != before


def test_nothing_else_is_computed(warehouse: Warehouse) -> None:
    planned = past.narrowed(build.plan(warehouse, FeatureSettings(), DAY), {"orders_spend"})
    assert [one.name for one in planned.catalogue.features] == ["orders_spend"]
    assert len(planned.blocks) == 1
