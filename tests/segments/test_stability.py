from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from tests.segments.tables import planted

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.methods.by_name import METHODS
from coterie.segments.stability import Stability, stability

if TYPE_CHECKING:
    from coterie.features.values import Floats

KMEANS = METHODS["kmeans"]


def held(matrix: Floats, k: int) -> Stability:
    """How well k-means segments withstand drawing again."""
    fitted = KMEANS(matrix, seed=42, starts=10, thorough=True)(k)
    return stability(KMEANS, matrix, fitted.borders, k, seed=1)


def test_planted_segments_come_back() -> None:
    matrix, _ = planted(4)
    found = held(matrix, 4)
    assert found.agreement > 0.95
    assert found.lowest <= found.agreement
    assert len(found.overlaps) == 4
    assert min(found.overlaps) > 0.9


def test_cuts_through_noise_do_not() -> None:
    matrix = np.random.default_rng(1).standard_normal((400, 6))
    found = held(matrix, 5)
    assert found.agreement < 0.6
    assert max(found.overlaps) < 0.8


def test_one_segment_always_comes_back() -> None:
    found = stability(KMEANS, np.zeros((5, 1)), Prototypes.around(np.zeros((1, 1))), 1, seed=1)
    assert (found.agreement, found.overlaps) == (1.0, (1.0,))


def test_as_many_segments_as_users_never_come_back() -> None:
    matrix = np.arange(9.0)[:, None]
    found = stability(KMEANS, matrix, Prototypes.around(matrix), 9, seed=1)
    assert (found.agreement, found.overlaps) == (0.0, (0.0,) * 9)
