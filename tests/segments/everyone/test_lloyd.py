from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.segments.everyone.examples import lying, plain
from tests.segments.tables import of_matrix, planted

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.everyone import lloyd
from coterie.segments.everyone.users import prepared
from coterie.segments.methods import lloyd as in_memory
from coterie.sources.duckdb import DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.features.values import Floats


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDB]:
    with contextlib.closing(DuckDB()) as opened:
        yield opened


def rested(warehouse: DuckDB, matrix: Floats, centres: Floats) -> lloyd.Rested:
    everyone = lying(warehouse, of_matrix(matrix))
    with prepared(everyone, plain(matrix.shape[1])) as users:
        return lloyd.rested(users, centres)


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 6), st.integers(1, 4), st.integers(0, 10_000))
def test_the_rounds_are_those_in_memory(k: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(200, width)) * 3 + rng.integers(0, 3, size=(200, 1)) * 4
    start = matrix[rng.choice(200, k, replace=False)] + rng.normal(size=(k, width)) * 3
    with contextlib.closing(DuckDB()) as warehouse:
        found = rested(warehouse, matrix, start)
    expected = in_memory.rounds(matrix, start[None], lloyd.ROUNDS, rest=0.0)
    assert found.centres == pytest.approx(expected.centres[0], rel=1e-9, abs=1e-9)
    assert found.last == pytest.approx(expected.inertia[0], rel=1e-9)
    assert found.settled
    assert found.users == 200


def test_a_centre_of_nobody_goes_to_whoever_is_farthest(warehouse: DuckDB) -> None:
    matrix = np.array([[0.0], [1.0], [2.0], [50.0]])
    found = rested(warehouse, matrix, np.array([[1.0], [-900.0]]))
    assert found.centres.tolist() == [[1.0], [50.0]]
    assert found.last == pytest.approx(2.0)


def test_the_loss_before_and_after_a_round(warehouse: DuckDB) -> None:
    matrix = np.array([[0.0], [2.0], [10.0]])
    everyone = lying(warehouse, of_matrix(matrix))
    with prepared(everyone, plain(1)) as users:
        found = lloyd.one_round(users, np.array([[0.0], [9.0]]))
    assert found.sizes.tolist() == [2, 1]
    assert found.means.tolist() == [[1.0], [10.0]]
    assert found.loss == pytest.approx(5.0)
    assert found.after == pytest.approx(2.0)


def test_it_stops_after_so_many_rounds(warehouse: DuckDB) -> None:
    matrix = planted(3)[0]
    everyone = lying(warehouse, of_matrix(matrix))
    with prepared(everyone, plain(4)) as users:
        found = lloyd.rested(users, matrix[:3], most=1)
    assert (found.rounds, found.settled) == (1, False)


def test_a_step_without_a_say_stays_zero(warehouse: DuckDB) -> None:
    matrix = planted(2, width=3)[0]
    everyone = lying(warehouse, of_matrix(matrix))
    one, other, last = plain(3)
    with prepared(everyone, (one, dataclasses.replace(other, weight=0.0), last)) as users:
        found = lloyd.rested(users, np.where([True, False, True], matrix[:2], 0.0))
    assert found.centres[:, 1].tolist() == [0.0, 0.0]
    placed = Prototypes.around(found.centres[:, [0, 2]]).places(matrix[:, [0, 2]])
    for place in range(2):
        assert found.centres[place, [0, 2]] == pytest.approx(matrix[placed == place][:, [0, 2]].mean(axis=0))
