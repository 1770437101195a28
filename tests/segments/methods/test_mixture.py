from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets
from tests.segments.tables import of_matrix, planted

from coterie.errors import SegmentationError
from coterie.project.settings import SegmentSettings
from coterie.segments.agreement import adjusted_rand
from coterie.segments.borders.mixture import Mixture
from coterie.segments.fit import fit
from coterie.segments.methods import mixture as module
from coterie.segments.methods.mixture import mixture


def standardised(name: str) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], list[int]]:
    found = getattr(datasets, f"load_{name}")()
    return (found.data - found.data.mean(axis=0)) / found.data.std(axis=0), found.target


@pytest.mark.parametrize(("name", "at_least", "full"), [("iris", 0.90, True), ("wine", 0.89, False)])
def test_reference_data(name: str, at_least: float, full: bool) -> None:
    rows, labels = standardised(name)
    found = mixture(rows, seed=1, starts=10, thorough=True)(3)
    assert isinstance(found.borders, Mixture)
    assert (found.borders.factors is not None) == full
    assert adjusted_rand(found.labels, np.array(labels)) > at_least
    assert (found.agreement, found.notes) == (1.0, ())


@pytest.mark.parametrize("thorough", [True, False])
def test_tilted_groups_that_k_means_cuts_are_found(thorough: bool) -> None:
    rows, labels = datasets.make_blobs(600, random_state=170)
    rows = rows @ np.array([[0.6, -0.6], [-0.4, 0.8]])
    found = mixture(rows, seed=1, starts=4, thorough=thorough)(3)
    assert adjusted_rand(found.labels, labels) > 0.98


def test_the_number_of_components_is_found_by_bic() -> None:
    rows, labels = planted(3, users=300, width=2)
    found = mixture(rows, seed=1, starts=2, thorough=True)(None)
    assert found.k == 3
    assert adjusted_rand(found.labels, labels) > 0.95


def test_one_cloud_is_one_component() -> None:
    rows = np.random.default_rng(1).normal(size=(300, 3)) @ np.array([[1, 0.9, 0], [0, 1, 0.4], [0, 0, 1]])
    assert mixture(rows, seed=1, starts=2, thorough=True)(None).k == 1


def test_many_dimensions_and_few_rows_have_diagonal_covariances() -> None:
    rng = np.random.default_rng(1)
    wide = mixture(rng.normal(size=(200, module.FULL_DIMENSIONS + 1)), seed=1, starts=1, thorough=False)(2)
    few = mixture(rng.normal(size=(30, 4)), seed=1, starts=1, thorough=False)(2)
    for found in (wide, few):
        assert isinstance(found.borders, Mixture)
        assert found.borders.factors is None


def test_constant_coordinates_have_no_say() -> None:
    rows, labels = planted(2, users=200, width=2)
    padded = np.column_stack([np.zeros(200), rows[:, 0], np.full(200, 3.5), rows[:, 1]])
    found = mixture(padded, seed=1, starts=2, thorough=True)(2)
    assert adjusted_rand(found.labels, labels) > 0.95
    moved = padded + np.array([9.0, 0.0, -9.0, 0.0])
    assert np.array_equal(found.borders.places(moved), found.labels)


def test_many_rows_are_fitted_on_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 300)
    rows, labels = planted(3, users=1000, width=2)
    found = mixture(rows, seed=1, starts=2, thorough=True)(3)
    assert found.notes == ("The mixture was fitted on 300 of 1,000 users, drawn at random.",)
    assert adjusted_rand(found.labels, labels) > 0.95


def test_it_is_told_if_it_did_not_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROUNDS", 2)
    rows = np.random.default_rng(1).random((200, 2))
    found = mixture(rows, seed=1, starts=1, thorough=True)(4)
    assert "The mixture had not settled after 2 rounds." in found.notes


@pytest.mark.parametrize("rows", [np.zeros((9, 2)), np.ones((1, 3)), np.repeat([[0.0], [1.0]], 4, axis=0)])
def test_components_that_are_nobodys_are_left_out(
    rows: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    found = mixture(rows, seed=1, starts=2, thorough=True)(5)
    assert found.k == len(np.unique(rows, axis=0))
    assert sorted(set(found.labels.tolist())) == list(range(found.k))


def test_more_components_than_different_users_are_refused() -> None:
    with pytest.raises(SegmentationError, match="k is 3, but 6 users differ in only 2 ways"):
        fit(of_matrix(np.repeat([[0.0], [1.0]], 3, axis=0)), SegmentSettings(method="mixture", k=3))
