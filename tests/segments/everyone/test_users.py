from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.everyone.examples import lying
from tests.segments.tables import behaviour

from coterie.project.settings import SegmentSettings
from coterie.segments.everyone.users import Everyone, coordinates, prepared
from coterie.segments.prepare import matrix, prepare
from coterie.sources.duckdb import DuckDB
from coterie.sources.relation import select

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def warehouse() -> Iterator[DuckDB]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened


def test_coordinates_are_those_of_python(warehouse: DuckDB) -> None:
    table = behaviour()
    steps = prepare(table, table.features, SegmentSettings())
    with prepared(lying(warehouse, table), steps) as users:
        found = warehouse.query(select("select * from prepared_users order by user_id"))
        by_hand = matrix(steps, table.rows)
        for at, name in enumerate(users.names):
            if name:
                assert found.column(name).to_numpy() == pytest.approx(by_hand[:, at], abs=1e-12)
            else:
                assert not by_hand[:, at].any()
    assert not warehouse.columns("prepared_users")


def test_only_those_who_are_meant(warehouse: DuckDB) -> None:
    table = behaviour()
    steps = prepare(table, table.features, SegmentSettings())
    lying(warehouse, table)
    some = select("select user_id from features where reads > 10")
    users = coordinates(Everyone(warehouse, only=some), steps)
    count = users.select(counted=select("select count(*) as n from prepared"))
    reads = np.array(table.rows.column("reads").to_pylist(), dtype=float)
    assert warehouse.query(count).to_pylist() == [{"n": int((reads > 10).sum())}]
