from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.segments.hierarchy.examples import drawn, points

from coterie.segments.hierarchy.blocks import blocks_of, near

if TYPE_CHECKING:
    from coterie.features.values import Floats


@given(points(), st.integers(1, 8))
def test_blocks_hold_every_point_once(rows: Floats, most: int) -> None:
    found = blocks_of(rows, most)
    assert sorted(found.order.tolist()) == list(range(len(rows)))
    assert np.diff(found.starts).min() >= 1
    assert np.diff(found.starts).max() <= most
    assert np.ptp(found.points, axis=0).max() <= 1
    assert np.array_equal(found.points * found.scale, rows[found.order])
    members = found.members(np.arange(len(found.starts) - 1)[::-1])
    assert sorted(members.tolist()) == list(range(len(rows)))


def test_boxes_bound_distances_from_below() -> None:
    found = blocks_of(drawn(200), most=16)
    here = np.arange(found.starts[3], found.starts[4])
    apart = found.apart(found.points[here].min(axis=0), found.points[here].max(axis=0))
    for block, bound in enumerate(apart):
        others = found.members(np.array([block]))
        gaps = found.points[here][:, None] - found.points[others]
        assert bound <= np.square(gaps).sum(axis=2).min() + 1e-15
    assert apart[3] == 0.0


def test_single_precision_is_wrong_by_no_more_than_the_slack() -> None:
    found = blocks_of(1e6 + drawn(500, 8), most=64)
    rows, others = np.arange(64), np.arange(500)
    here = near(found, rows)
    exact = np.square(found.points[rows][:, None] - found.points[others]).sum(axis=2)
    single = here.squared(others).astype(float)
    assert np.all(here.slack(exact.T) >= single.T)
    assert np.all(here.without_slack(single.T) <= exact.T)
