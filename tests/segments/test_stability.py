from __future__ import annotations

import numpy as np
from tests.segments.tables import planted

from coterie.segments.kmeans import kmeans
from coterie.segments.stability import stability


def test_planted_segments_come_back() -> None:
    matrix, _ = planted(4)
    found = stability(kmeans, matrix, kmeans(matrix, 4).centres, seed=1)
    assert found.agreement > 0.95
    assert found.lowest <= found.agreement
    assert len(found.overlaps) == 4
    assert min(found.overlaps) > 0.9


def test_cuts_through_noise_do_not() -> None:
    matrix = np.random.default_rng(1).standard_normal((400, 6))
    found = stability(kmeans, matrix, kmeans(matrix, 5).centres, seed=1)
    assert found.agreement < 0.6
    assert max(found.overlaps) < 0.8


def test_one_segment_always_comes_back() -> None:
    found = stability(kmeans, np.zeros((5, 1)), np.zeros((1, 1)), seed=1)
    assert (found.agreement, found.overlaps) == (1.0, (1.0,))


def test_as_many_segments_as_users_never_come_back() -> None:
    matrix = np.arange(9.0)[:, None]
    found = stability(kmeans, matrix, matrix, seed=1)
    assert (found.agreement, found.overlaps) == (0.0, (0.0,) * 9)
