from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.hierarchy.examples import blobs, drawn

from coterie.segments.hierarchy import neighbours as module
from coterie.segments.hierarchy.blocks import TILE, blocks_of
from coterie.segments.hierarchy.neighbours import neighbours

if TYPE_CHECKING:
    from coterie.features.values import Floats


@pytest.mark.parametrize(
    "rows", [drawn(2), drawn(700, 2), blobs(1_200, 4)[0], np.arange(600.0)[:, None], 1e-9 * drawn(300) + 1.0]
)
@pytest.mark.parametrize("tile", [TILE, 256])
def test_they_are_the_nearest(rows: Floats, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TILE", tile)
    blocks = blocks_of(rows)
    found = neighbours(blocks, 5)
    away = np.square(blocks.points[:, None, 0] - blocks.points[None, :, 0])
    for column in range(1, rows.shape[1]):
        away += np.square(blocks.points[:, None, column] - blocks.points[None, :, column])
    np.fill_diagonal(away, np.inf)
    expected = np.sort(away, axis=1)[:, : found.squared.shape[1]]
    assert found.squared == pytest.approx(expected, rel=1e-12, abs=1e-300)
    assert not np.any(found.places == np.arange(len(rows))[:, None])


def test_there_are_no_more_than_other_points() -> None:
    assert neighbours(blocks_of(drawn(3)), 10).places.shape == (3, 2)
