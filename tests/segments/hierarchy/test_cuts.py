from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.hierarchy.examples import blobs, drawn

from coterie.errors import SegmentationError, UsageError
from coterie.segments.agreement import adjusted_rand
from coterie.segments.hierarchy.cuts import Cuts, Way
from coterie.segments.methods import genie, ward

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.segments.partition import Cut, Method

SMALL = [dataclasses.replace(way, exact=500, micro=200, sample=400) for way in (ward.WAY, genie.WAY)]


@pytest.mark.parametrize("method", [ward.ward, genie.genie])
def test_planted_groups_are_found(method: Method) -> None:
    labels = np.arange(900) % 4
    matrix = drawn(900, 4) + 30.0 * np.eye(4)[labels]
    cut = method(matrix, seed=1, starts=1, thorough=True)
    for k in (4, None):
        found = cut(k)
        assert found.k == 4
        assert adjusted_rand(found.labels, labels) == 1.0
        assert found.agreement == np.mean(found.borders.places(matrix) == found.labels) > 0.99
        assert ("a gap of" in "".join(found.notes)) == (k is None)


@pytest.mark.parametrize("way", SMALL)
def test_many_rows_go_by_micro_clusters_and_it_is_said(way: Way) -> None:
    matrix, labels = blobs(3_000, 5)
    cuts = Cuts(matrix, way, seed=1, thorough=True)
    found = cuts(5)
    assert adjusted_rand(found.labels, labels) == 1.0
    (note,) = found.notes
    assert note == (
        f"{way.name} was run on 200 micro-clusters of 3,000 users; cut into 5, it agrees with the exact "
        "method on 400 of them by 1.00 (adjusted Rand index: 1 is the same, 0 is chance)."
    )
    assert cuts(3).notes[0].startswith(f"{way.name} was run on")
    assert Cuts(matrix, way, seed=1, thorough=False)(5).notes == ()


def test_the_tree_that_is_handed_on_is_small() -> None:
    found = Cuts(drawn(400), ward.WAY, seed=1, thorough=False)(3)
    assert found.tree is not None
    assert len(found.tree.heights) == 200
    assert np.bincount(found.tree.cut_k(3), found.tree.weights).tolist() == np.bincount(found.labels).tolist()


def test_the_order_of_rows_has_no_say() -> None:
    matrix = drawn(700)
    for way in SMALL:
        found, turned = (Cuts(rows, way, seed=1, thorough=True)(4) for rows in (matrix, matrix[::-1]))
        assert np.array_equal(found.labels, turned.labels[::-1])
        assert found.notes == turned.notes
        assert np.array_equal(found.borders.places(matrix), turned.borders.places(matrix))


def test_equal_rows_are_one_group() -> None:
    found = Cuts(np.ones((300, 2)), ward.WAY, seed=1, thorough=True)(None)
    assert (found.k, found.agreement) == (1, 1.0)
    with pytest.raises(UsageError, match="1 leaves can't be cut into 2"):
        Cuts(np.ones((300, 2)), ward.WAY, seed=1, thorough=True)(2)


@pytest.mark.parametrize("method", [ward.ward, genie.genie])
def test_a_height_says_how_many(method: Callable[..., Cut]) -> None:
    labels = np.arange(90) % 3
    matrix = drawn(90, 4) + 30.0 * np.eye(4)[labels]
    found = method(matrix, seed=1, starts=1, thorough=True, height=25.0)(None)
    assert found.k == 3
    assert found.notes == ("Cut at height 25, the tree has 3 groups.",)


def test_too_low_a_height_names_one_that_is_not() -> None:
    matrix = drawn(90, 4)
    with pytest.raises(SegmentationError, match=r"has 90 groups; .* give a `height` from") as refused:
        ward.ward(matrix, seed=1, starts=1, thorough=True, height=1e-9)(None)
    least = float(str(refused.value).split("from ")[1].rstrip(".").split(" ")[0])
    assert ward.ward(matrix, seed=1, starts=1, thorough=True, height=least * 1.001)(None).k <= 50
