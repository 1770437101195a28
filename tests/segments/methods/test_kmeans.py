from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn import datasets
from sklearn.metrics import silhouette_score
from tests.segments.tables import planted, real_data

from coterie.segments.agreement import adjusted_rand
from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.methods.kmeans import ROWS_FOR_STARTS, kmeans
from coterie.segments.partition import Partition, inertia

if TYPE_CHECKING:
    from coterie.features.values import Floats


def standardised(matrix: Floats) -> Floats:
    centred: Floats = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    return centred


def inertia_of(found: Partition, matrix: Floats) -> float:
    """Sum of squared distances to the centres that were found."""
    assert isinstance(found.borders, Prototypes)
    return inertia(matrix, found.labels, np.array(found.borders.points))


@pytest.mark.parametrize(
    ("name", "scaled", "k", "published", "silhouette"),
    [
        ("iris", False, 3, 78.851441, 0.552819),
        ("iris", True, 3, 139.820496, 0.459948),
        ("wine", True, 3, 1277.928489, 0.284859),
        ("breast_cancer", True, 2, 11595.461474, 0.344974),
        ("digits", False, 10, 1165154.0, 0.182431),
    ],
)
def test_reference_data(name: str, scaled: bool, k: int, published: float, silhouette: float) -> None:
    matrix = getattr(datasets, f"load_{name}")().data
    matrix = standardised(matrix) if scaled else matrix
    found = kmeans(matrix, k, seed=1)
    # Swaps find a partition of digits that is a little better than the best of 50 starts.
    assert published * (1 - 1e-4) < inertia_of(found, matrix) <= published * (1 + 1e-7)
    assert silhouette_score(matrix, found.labels) == pytest.approx(
        silhouette, abs=1e-3 if name == "digits" else 1e-6
    )


def learning_platform() -> Floats:
    """The published recipe: 14 columns, z-scored."""
    with real_data("learning_platform_customers.csv").open() as file:
        rows = list(csv.DictReader(file))
    minutes, value, region, channel = (np.array([float(row[name] or 0) for row in rows]) for name in rows[0])
    dummies = [region == each for each in range(3)] + [channel == each for each in range(1, 9)]
    return np.column_stack([minutes, value, region, *dummies]).astype(float)


def test_published_centroids_give_the_published_partition() -> None:
    expected = json.loads(real_data("learning_platform_expected.json").read_text())
    columns = learning_platform()
    table = np.array(list(expected["segments"].values()))
    initial = (table[:, :14] - columns.mean(axis=0)) / columns.std(axis=0)
    found = kmeans(standardised(columns), 8, initial=initial)
    sizes = np.bincount(found.labels)
    assert sizes.tolist() == [289, 391, 424, 939, 1055, 372, 58, 306]
    assert inertia_of(found, standardised(columns)) == pytest.approx(22653.658346, abs=1e-5)
    means = np.array([columns[found.labels == each].mean(axis=0) for each in range(8)])
    cells = np.column_stack([means, sizes, sizes / len(columns)])
    assert np.array_equal(cells.round(2), table.round(2))


def test_free_starts_reach_the_best_partition_known() -> None:
    # The budget: 40 starts and 320 swaps.
    matrix = standardised(learning_platform())
    found = kmeans(matrix, 8, seed=42, starts=40)
    assert inertia_of(found, matrix) <= 22288.45
    assert sorted(np.bincount(found.labels).tolist()) == [58, 288, 289, 306, 332, 424, 907, 1230]


def test_planted_groups_are_found() -> None:
    matrix, labels = planted(5)
    assert adjusted_rand(kmeans(matrix, 5).labels, labels) > 0.97


def test_the_same_seed_gives_the_same_groups() -> None:
    matrix, _ = planted(4)
    one, other = kmeans(matrix, 6, seed=3), kmeans(matrix, 6, seed=3)
    assert one.borders == other.borders


def test_swaps_never_make_it_worse() -> None:
    matrix = np.random.default_rng(5).random((300, 3))
    for seed in range(3):
        quick = kmeans(matrix, 7, seed=seed, starts=1, thorough=False)
        thorough = kmeans(matrix, 7, seed=seed, starts=1)
        assert inertia_of(thorough, matrix) <= inertia_of(quick, matrix)


def test_many_rows_start_on_a_sample_and_converge_on_all() -> None:
    matrix, labels = planted(3, users=ROWS_FOR_STARTS + 500, width=2)
    found = kmeans(matrix, 3, starts=2)
    assert len(found.labels) == len(matrix)
    assert adjusted_rand(found.labels, labels) > 0.97


def test_rows_on_their_centres_need_no_swaps() -> None:
    matrix = np.repeat([[0.0], [1.0]], 10, axis=0)
    assert inertia_of(kmeans(matrix, 2), matrix) == 0.0
