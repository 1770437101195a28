from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.everyone.examples import lying, plain
from tests.segments.tables import of_matrix, planted

from coterie.segments.everyone import micro
from coterie.segments.everyone.users import prepared
from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.features.values import Floats


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDB]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened


def weighed(warehouse: DuckDB, matrix: Floats, sample: Floats, most: int) -> micro.Weighed:
    pairs = micro.all_pairs(np.arange(matrix.shape[1]))
    with prepared(lying(warehouse, of_matrix(matrix)), plain(matrix.shape[1])) as users:
        found = micro.weighed(users, sample, most, seed=7, pairs=pairs)
    assert not warehouse.columns("micro_centres")
    return found


def test_nobody_is_lost_and_sums_are_those_of_everyone(warehouse: DuckDB) -> None:
    matrix = planted(4, users=3000, width=3)[0]
    found = weighed(warehouse, matrix, matrix[::5], most=120)
    small = found.small
    assert found.users == 3000
    assert 60 < len(small.weights) <= 120
    assert small.weights @ small.centres == pytest.approx(matrix.sum(axis=0))
    whole = matrix.T @ matrix
    for column, (one, other) in zip(found.products.T, found.pairs, strict=True):
        assert small.weights @ column == pytest.approx(whole[one, other])
    assert len(small.labels) == 600


def test_groups_are_small(warehouse: DuckDB) -> None:
    matrix = planted(4, users=3000, width=3)[0]
    found = weighed(warehouse, matrix, matrix[::5], most=120)
    spread = found.products[:, [found.pairs.index((at, at)) for at in range(3)]] - np.square(
        found.small.centres
    )
    inside = float(found.small.weights @ spread.sum(axis=1))
    assert inside < 0.05 * float(np.square(matrix - matrix.mean(axis=0)).sum())
    away = np.square(matrix[::5] - found.small.centres[found.small.labels]).sum()
    assert away < 0.3 * inside


def test_with_few_different_users_each_is_a_group(warehouse: DuckDB) -> None:
    matrix = np.repeat([[0.0, 1.0], [5.0, 5.0], [9.0, 0.0]], [3, 2, 7], axis=0)
    found = weighed(warehouse, matrix, matrix, most=10)
    by_centre = dict(zip(map(tuple, found.small.centres.tolist()), found.small.weights.tolist(), strict=True))
    assert by_centre == {(0.0, 1.0): 3, (5.0, 5.0): 2, (9.0, 0.0): 7}
    assert np.array_equal(found.small.centres[found.small.labels], matrix)
