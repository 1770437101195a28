from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets
from tests.segments.hierarchy.examples import blobs, drawn, points

from coterie.segments.borders.chosen import MOST, _share, prototypes_for
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.hierarchy import ward

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints


def agreement(matrix: Floats, labels: Ints, chosen: tuple[Floats, Ints]) -> float:
    return float(np.mean(Prototypes.around(*chosen).places(matrix) == labels))


def rings() -> tuple[Floats, Ints]:
    rng = np.random.default_rng(0)
    labels = np.arange(3_000) % 3
    angles = rng.uniform(0, 2 * np.pi, len(labels))
    round_ones = np.column_stack([np.cos(angles), np.sin(angles)]) * (labels + 1)[:, None]
    return round_ones + rng.normal(size=round_ones.shape) * 0.08, labels


def spirals() -> tuple[Floats, Ints]:
    rng = np.random.default_rng(0)
    labels = np.arange(3_000) % 2
    angles = rng.uniform(0, 3 * np.pi, len(labels))
    turned = angles + labels * np.pi
    found = np.column_stack([np.cos(turned), np.sin(turned)]) * (angles + 1.5)[:, None]
    return found + rng.normal(size=found.shape) * 0.15, labels


@pytest.mark.parametrize(
    ("matrix", "labels"),
    [
        datasets.make_moons(3_000, noise=0.08, random_state=0),
        datasets.make_circles(3_000, noise=0.04, factor=0.5, random_state=0),
        rings(),
        spirals(),
    ],
)
def test_shapes_are_reproduced(matrix: Floats, labels: Ints) -> None:
    chosen = prototypes_for(matrix, labels, int(labels.max()) + 1)
    assert len(chosen[0]) <= 64
    assert agreement(matrix, labels, chosen) >= 0.98


def test_groups_around_their_means_have_one_each() -> None:
    matrix, labels = blobs(1_000, 5)
    means, groups = prototypes_for(matrix, labels, 5)
    assert groups.tolist() == [0, 1, 2, 3, 4]
    assert np.allclose(means[2], matrix[labels == 2].mean(axis=0))


def test_groups_that_touch_get_more() -> None:
    matrix = drawn(3_000)
    labels = ward.tree(matrix).cut_k(6)
    chosen = prototypes_for(matrix, labels, 6)
    assert 6 < len(chosen[0]) <= MOST
    assert agreement(matrix, labels, chosen) >= 0.98
    few = prototypes_for(matrix, labels, 6, most=20)
    assert len(few[0]) <= 20
    assert 0.8 < agreement(matrix, labels, few) < 1.0


def test_a_small_group_is_not_forgotten() -> None:
    matrix = np.concatenate([drawn(20_000, 2), 0.05 * drawn(15, 2) + [2.0, 2.0]])
    labels = np.repeat([0, 1], [20_000, 15])
    chosen = prototypes_for(matrix, labels, 2, rows=2_000)
    assert set(Prototypes.around(*chosen).places(matrix[-15:]).tolist()) == {1}


@settings(max_examples=20)
@given(points(20), st.integers(1, 4))
def test_every_group_has_a_prototype(matrix: Floats, k: int) -> None:
    labels = np.arange(len(matrix)) % min(k, len(matrix))
    chosen, groups = prototypes_for(matrix, labels, min(k, len(matrix)), most=12)
    assert set(groups.tolist()) == set(labels.tolist())
    assert np.all(np.diff(groups) >= 0)
    assert len(groups) <= 12
    assert np.isfinite(chosen).all()


def test_it_is_repeatable_and_the_order_of_rows_has_no_say() -> None:
    matrix = drawn(500, 2)
    labels = ward.tree(matrix).cut_k(5)
    found, turned = prototypes_for(matrix, labels, 5), prototypes_for(matrix[::-1], labels[::-1], 5)
    assert np.allclose(found[0], turned[0])


@pytest.mark.parametrize(
    ("sizes", "most", "each"), [([5, 5], 100, 5), ([2, 50, 60], 22, 10), ([9, 9], 1, 1), ([1, 9], 2, 1)]
)
def test_what_groups_share(sizes: list[int], most: int, each: int) -> None:
    assert _share(np.array(sizes), most) == each
