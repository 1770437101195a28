from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import dendrogram as scipy_dendrogram
from scipy.cluster.hierarchy import ward as scipy_ward
from tests.segments.hierarchy.examples import drawn, points

from coterie.segments.hierarchy import ward
from coterie.segments.hierarchy.dendrogram import dendrogram
from coterie.segments.hierarchy.tree import Tree

if TYPE_CHECKING:
    from coterie.features.values import Floats


@settings(max_examples=40)
@given(points(), st.integers(1, 10))
def test_branches_never_cross(rows: Floats, most: int) -> None:
    tree = ward.tree(rows)
    drawn_up = dendrogram(tree, most)
    count = min(most, len(rows))
    assert sorted(drawn_up.leaves) == list(range(count))
    assert sum(drawn_up.sizes) == len(rows)
    assert len(drawn_up.brackets) == count - 1
    for bracket in drawn_up.brackets:
        assert bracket.leaves[0] <= bracket.left < bracket.right <= bracket.leaves[1]
        assert bracket.height >= max(bracket.left_from, bracket.right_from)
        assert bracket.size == sum(drawn_up.sizes[bracket.leaves[0] : bracket.leaves[1] + 1])


def test_the_heights_are_those_that_scipy_draws() -> None:
    rows = drawn(200)
    expected = scipy_dendrogram(scipy_ward(rows), 30, "lastp", no_plot=True)
    heights = sorted(corner[1] for corner in expected["dcoord"])
    assert np.allclose([bracket.height for bracket in dendrogram(ward.tree(rows), 30).brackets], heights)


def test_the_larger_branch_is_on_the_left() -> None:
    rows = np.array([[50.0], [0.0], [1.0], [2.0]])
    assert dendrogram(ward.tree(rows)).leaves[-1] == 0


def test_groups_stand_side_by_side() -> None:
    tree = ward.tree(drawn(500))
    drawn_up = dendrogram(tree, 40)
    groups = drawn_up.groups(tree, 6)
    assert len(set(groups)) == 1 + int(np.count_nonzero(np.diff(groups))) == 6
    sizes = np.bincount(groups, drawn_up.sizes)
    assert sizes.tolist() == np.bincount(tree.cut_k(6)).tolist()
    # A stored tree, which holds the top only, is drawn the same.
    assert dendrogram(tree.top(), 40) == drawn_up


def test_a_tree_of_one() -> None:
    drawn_up = dendrogram(Tree((7,), (), (), (), ()))
    assert (drawn_up.leaves, drawn_up.sizes, drawn_up.brackets) == ((0,), (7,), ())
