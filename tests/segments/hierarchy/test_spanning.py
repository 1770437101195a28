from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import DisjointSet
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform
from tests.segments.hierarchy.examples import blobs, drawn, points

from coterie.segments.hierarchy import spanning
from coterie.segments.hierarchy.distinct import distinct
from coterie.segments.hierarchy.spanning import spanning_tree

if TYPE_CHECKING:
    from coterie.features.values import Floats


def reference(rows: Floats, rank: int) -> Floats:
    away = squareform(pdist(rows))
    core = np.sort(away, axis=1)[:, min(rank, len(rows)) - 1]
    raised = np.maximum(away, np.maximum(core[:, None], core))
    np.fill_diagonal(raised, 0.0)
    return np.sort(minimum_spanning_tree(raised).data)


def joins_all(edges: list[list[int]], count: int) -> bool:
    sets = DisjointSet(range(count))
    return all(sets.merge(*edge) for edge in edges) and sets.n_subsets == 1


@pytest.mark.parametrize("rank", [1, 2, 5, 20])
@pytest.mark.parametrize(
    "rows",
    [drawn(700, 2), drawn(900, 8), blobs(1_300, 5)[0], blobs(1_000, 2, 1)[0], np.exp(5 * drawn(900, 2))],
)
def test_it_is_as_short_as_on_all_distances(rows: Floats, rank: int) -> None:
    found = spanning_tree(rows, neighbours_to_core=rank)
    assert found.lengths == pytest.approx(reference(rows, rank), rel=1e-9)
    assert joins_all(found.edges.tolist(), len(rows))


@settings(max_examples=40)
@given(points(), st.integers(1, 6))
def test_small_and_tied(rows: Floats, rank: int) -> None:
    rows = distinct(rows).points
    found = spanning_tree(rows, neighbours_to_core=rank)
    assert found.lengths == pytest.approx(reference(rows, rank))
    assert joins_all(found.edges.tolist(), len(rows))


@pytest.mark.parametrize("known", [1, 2])
def test_few_known_neighbours_only_make_it_slower(known: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spanning, "_NEIGHBOURS", known)
    monkeypatch.setattr(spanning, "TILE", 512)
    rows = blobs(1_200, 6, 2)[0]
    assert spanning_tree(rows).lengths == pytest.approx(reference(rows, 1), rel=1e-9)


def test_equal_rows_are_neighbours_of_each_other() -> None:
    rows = np.array([[0.0], [1.0], [5.0]])
    found = spanning_tree(rows, neighbours_to_core=2, weights=np.array([2, 1, 1]))
    assert found.lengths.tolist() == [1.0, 4.0]
    assert spanning_tree(rows, neighbours_to_core=3, weights=np.array([1, 2, 1])).lengths.tolist() == [
        1.0,
        4.0,
    ]


def test_a_point_alone_has_no_edge() -> None:
    assert spanning_tree(np.array([[1.0]])).edges.shape == (0, 2)
