from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.tables import planted

from coterie.progress import quiet
from coterie.segments.choice.choose import (
    candidates,
    choose,
    crowd_allowed,
    drawn,
    spread_ties,
    without_clusters,
)
from coterie.segments.methods.by_name import METHODS
from coterie.segments.methods.kmeans import kmeans
from coterie.segments.partition import inertia, middles
from coterie.segments.segmentation import Candidate

if TYPE_CHECKING:
    from coterie.features.values import Floats


def chosen(matrix: Floats, seed: int = 42, most: int = 9) -> int:
    rows = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    found = candidates(METHODS["kmeans"], rows, range(2, most), seed=seed, starts=3, progress=quiet)
    return choose(found, len(rows))[1]


def cloud(name: str, width: int, seed: int) -> Floats:
    """400 users without clusters."""
    rng = np.random.default_rng(seed)
    shape = (400, width)
    if name == "noise":
        return rng.random(shape)
    normal = rng.standard_normal(shape)
    if name == "long":
        return normal @ rng.standard_normal((width, width))
    if name == "skewed":
        return np.exp(normal)
    if name == "counts":
        return np.log1p(np.floor(np.exp(normal + 1)))
    if name == "copies":
        return normal[rng.integers(0, 100, 400)]
    return normal


@pytest.mark.parametrize("width", [2, 10])
@pytest.mark.parametrize("name", ["noise", "normal", "long", "skewed", "counts", "copies"])
def test_users_without_clusters_form_none(name: str, width: int) -> None:
    assert chosen(cloud(name, width, seed=width), most=6) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("width", [2, 5, 20])
@pytest.mark.parametrize("name", ["noise", "normal", "long", "skewed", "counts", "copies"])
def test_users_without_clusters_form_none_whatever_the_seed(name: str, width: int, seed: int) -> None:
    assert chosen(cloud(name, width, seed), seed) == 1


@pytest.mark.parametrize("groups", [3, 4, 5, 6, 7])
def test_planted_clusters_are_found(groups: int) -> None:
    assert chosen(planted(groups, seed=groups)[0]) == groups


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("width", [2, 4, 12])
@pytest.mark.parametrize("groups", [3, 5, 7])
def test_planted_clusters_are_found_whatever_the_seed(groups: int, width: int, seed: int) -> None:
    assert chosen(planted(groups, users=900, width=width, seed=seed)[0], seed) == groups


GOOD = Candidate(3, 1.0, 0.9, 0.8, 0.5, 0.2, 0.1, chosen=False, reason="", valley=0.2)


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"valley": 0.9}, "cuts through a crowd: at one border the density is 90%"),
        ({"stability": 0.5}, "unstable: fits on halves agree by 0.50 only"),
        ({"separation": -0.1}, r"no better separated than users without clusters \(-0.10\)"),
        ({"smallest": 0.001}, "splits off a segment of 0.1% of the users"),
    ],
)
def test_each_objection_has_its_reason(spoilt: dict[str, float], reason: str) -> None:
    (candidate,), k = choose((dataclasses.replace(GOOD, **spoilt),), 1_000)  # type: ignore[arg-type]
    assert k == 1
    assert not candidate.chosen
    assert re.match(reason, candidate.reason)


def test_the_most_segments_that_hold_together_win() -> None:
    found, k = choose((GOOD, dataclasses.replace(GOOD, k=5)), 1_000)
    assert k == 5
    assert [candidate.chosen for candidate in found] == [False, True]
    assert found[0].reason == "holds together, as 5 do"
    assert found[1].reason == "the most segments that hold together"


def test_few_users_must_show_a_deeper_valley() -> None:
    assert crowd_allowed(100) < crowd_allowed(1_000) < crowd_allowed(1_000_000) < 0.7


def test_every_k_has_its_evidence_and_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    found = candidates(
        METHODS["kmeans"],
        planted(3)[0],
        [4, 2, 3],
        seed=1,
        starts=2,
        progress=lambda _, done, of: told.append((done, of)),
    )
    assert [candidate.k for candidate in found] == [2, 3, 4]
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert found[1].stability > found[2].stability
    assert all(candidate.stability_low <= candidate.stability for candidate in found)


def test_inertia_of_a_sample_speaks_for_all() -> None:
    matrix, _ = planted(3, users=4_500, width=2)
    fit = kmeans(matrix, 3)
    whole = inertia(matrix, fit.labels, middles(matrix, fit.labels, 3))
    (found,) = candidates(METHODS["kmeans"], matrix, [3], seed=1, starts=2, progress=quiet)
    assert found.inertia == pytest.approx(whole, rel=0.1)


def test_drawn_rows_keep_their_order() -> None:
    rows = np.arange(10.0)[:, None]
    assert drawn(rows, 20, np.random.default_rng(1)) is rows
    some = drawn(rows, 4, np.random.default_rng(1))[:, 0].tolist()
    assert some == sorted(some)
    assert len(some) == 4


def test_only_repeated_values_are_spread() -> None:
    rows = np.column_stack([np.arange(4.0), np.ones(4), [0.0, 0.0, 1.0, 3.0]])
    spread = spread_ties(rows, np.random.default_rng(1))
    assert np.array_equal(spread[:, :2], rows[:, :2])
    assert np.all(np.abs(spread[:, 2] - rows[:, 2]) <= 1.0)
    assert len(np.unique(spread[:, 2])) == 4


def test_data_without_clusters_has_the_same_covariance() -> None:
    matrix = planted(3, users=5_000, width=3)[0]
    for null in without_clusters(matrix, np.random.default_rng(1)):
        assert np.cov(null.T) == pytest.approx(np.cov(matrix.T), rel=0.15, abs=1.0)
