from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture
from tests.segments.everyone.examples import lying, plain
from tests.segments.tables import of_matrix, planted

from coterie.segments.borders.mixture import Mixture
from coterie.segments.everyone import mixture
from coterie.segments.everyone.users import prepared
from coterie.segments.methods import mixture as in_memory
from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.features.values import Floats


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDB]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened


def start(matrix: Floats, k: int) -> Mixture:
    borders = in_memory.mixture(matrix, seed=1, starts=2, thorough=True)(k).borders
    assert isinstance(borders, Mixture)
    return borders


def settled(warehouse: DuckDB, matrix: Floats, sample: Floats, first: Mixture, most: int) -> mixture.Settled:
    with prepared(lying(warehouse, of_matrix(matrix)), plain(matrix.shape[1])) as users:
        return mixture.settled(users, sample, first, seed=3, most=most)


def likelihood(borders: Mixture, matrix: Floats) -> float:
    return float(np.logaddexp.reduce(borders.log_densities(matrix), axis=1).mean())


@pytest.mark.parametrize("tilted", [True, False])
def test_with_a_group_for_each_user_it_is_the_plain_algorithm(warehouse: DuckDB, *, tilted: bool) -> None:
    users = 240
    matrix = planted(3, users=users, width=3)[0]
    if tilted:
        matrix[:, 2] += 3 * matrix[:, 0]
    first = start(matrix[: users // 2], 3)
    assert (first.factors is not None) == tilted
    found = settled(warehouse, matrix, matrix, first, most=users)
    assert found.groups == found.users == users
    expected = GaussianMixture(
        3,
        covariance_type="full" if first.factors is not None else "diag",
        means_init=np.array(first.means),
        reg_covar=0.0,
        tol=1e-8,
        max_iter=500,
    ).fit(matrix)
    order = np.argsort(expected.means_[:, 0])
    mine = np.argsort(np.array(found.borders.means)[:, 0])
    assert np.array(found.borders.means)[mine] == pytest.approx(expected.means_[order], abs=0.02)
    assert likelihood(found.borders, matrix) == pytest.approx(expected.score(matrix), abs=0.02)
    assert found.settled
    assert found.last >= found.first


def test_groups_of_many_users_keep_their_spread(warehouse: DuckDB) -> None:
    matrix = planted(3, users=4000, width=2)[0]
    first = start(matrix[:200], 3)
    found = settled(warehouse, matrix, matrix[:1000], first, most=150)
    assert found.users == 4000
    assert found.groups <= 150
    full = likelihood(start(matrix, 3), matrix)
    assert likelihood(found.borders, matrix) == pytest.approx(full, abs=0.01)
    assert likelihood(found.borders, matrix) > likelihood(first, matrix)
    assert found.last <= likelihood(found.borders, matrix) + 1e-6  # a bound from below


def test_coordinates_without_a_say_stay_out(warehouse: DuckDB) -> None:
    matrix = planted(2, users=200, width=3)[0]
    matrix[:, 1] = 4.0
    first = start(matrix, 2)
    found = settled(warehouse, matrix, matrix, first, most=200)
    assert found.borders.places(matrix).tolist() == first.places(matrix).tolist()
    assert [mean[1] for mean in found.borders.means] == [0.0, 0.0]
