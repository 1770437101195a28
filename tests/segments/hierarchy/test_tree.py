from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.cluster.hierarchy import fcluster, linkage
from tests.segments.hierarchy.examples import drawn, points, same

from coterie.errors import UsageError
from coterie.segments.hierarchy import genie, ward
from coterie.segments.hierarchy.tree import Tree

if TYPE_CHECKING:
    from coterie.features.values import Floats

LONE = Tree((4,), (), (), (), ())


@settings(max_examples=40)
@given(points())
def test_a_cut_has_as_many_groups_as_asked_for(rows: Floats) -> None:
    for tree in (ward.tree(rows), genie.tree(rows)):
        distinct = len(np.unique(rows, axis=0))
        for k in range(1, distinct + 1):
            labels = tree.cut_k(k)
            assert set(labels.tolist()) == set(range(k))
            groups = len({(tuple(row), label) for row, label in zip(rows.tolist(), labels, strict=True)})
            assert groups == distinct


@settings(max_examples=40)
@given(points())
def test_cuts_are_nested_and_heights_rise(rows: Floats) -> None:
    for tree in (ward.tree(rows), genie.tree(rows)):
        assert list(tree.heights) == sorted(tree.heights)
        finer = tree.cut_k(tree.leaves)
        for k in range(tree.leaves - 1, 0, -1):
            coarser = tree.cut_k(k)
            assert len(set(zip(coarser.tolist(), finer.tolist(), strict=True))) == k + 1
            finer = coarser


def test_groups_are_numbered_by_their_first_leaf() -> None:
    labels = ward.tree(drawn(50)).cut_k(9)
    _, first = np.unique(labels, return_index=True)
    assert np.all(np.diff(first) > 0)


def test_cutting_at_a_height_is_what_scipy_does() -> None:
    rows = drawn(120)
    links, tree = linkage(rows, "ward"), ward.tree(rows)
    for height in (0.0, 0.5, 2.0, 7.0, 1e9):
        assert same(tree.cut_height(height), fcluster(links, height, "distance"))
        assert tree.groups_at(height) == tree.cut_height(height).max() + 1


@pytest.mark.parametrize("k", [0, 4])
def test_a_cut_into_too_many_is_refused(k: int) -> None:
    with pytest.raises(UsageError, match=rf"3 leaves can't be cut into {k} groups; ask for 1 to 3\."):
        ward.tree(np.array([[0.0], [1.0], [5.0]])).cut_k(k)


def test_the_largest_gap() -> None:
    rows = np.array([[0.0], [1.0], [20.0], [21.0], [40.0], [41.0]])
    gap = genie.tree(rows).largest_gap(5)
    assert (gap.k, gap.low, gap.high, gap.gap) == (3, 1.0, 19.0, 18.0)
    assert gap.sentence() == (
        "Cut into 3, the tree stays the same from height 1 to 19, a gap of 18; the next widest is 0, at 2."
    )


def test_the_largest_gap_of_little() -> None:
    assert LONE.largest_gap(10).k == 1
    pair = ward.tree(np.array([[0.0], [3.0]])).largest_gap(10)
    assert (pair.k, pair.low, pair.high) == (2, 0.0, 3.0)
    assert pair.sentence() == "Cut into 2, the tree stays the same from height 0 to 3, a gap of 3."


def test_the_top_cuts_as_the_whole() -> None:
    tree = ward.tree(drawn(300))
    top = tree.top(30)
    below = tree.cut_k(31)
    assert top.leaves == 31
    assert top.heights == tree.heights[-30:]
    assert top.weights == tuple(np.bincount(below).tolist())
    for k in range(1, 32):
        assert np.array_equal(top.cut_k(k)[below], tree.cut_k(k))
    assert top.top(30) is top
    assert tree.top(0).leaves == 1


def test_it_can_be_stored() -> None:
    tree = genie.tree(drawn(20))
    stored = json.loads(json.dumps(dataclasses.asdict(tree)))
    assert Tree(**{name: tuple(values) for name, values in stored.items()}) == tree
