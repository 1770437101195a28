from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.tables import of_matrix, planted

from coterie.errors import SegmentationError
from coterie.progress import quiet
from coterie.project.settings import SegmentSettings
from coterie.segments import assign
from coterie.segments.agreement import adjusted_rand
from coterie.segments.choice import auto
from coterie.segments.fit import fit
from coterie.segments.methods.by_name import METHODS
from coterie.threads import one_thread

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.choice.auto import Choice


def chosen(rows: Floats, most: int = 6, seed: int = 42) -> Choice:
    with one_thread():
        return auto.automatic(rows, range(2, most + 1), seed=seed, starts=3, progress=quiet)


def moons(users: int, jitter: float = 0.06) -> tuple[Floats, Ints]:
    """Two half moons, each reaching into the other."""
    rng = np.random.default_rng(1)
    half = users // 2
    angle = np.pi * rng.random(users)
    rows = np.column_stack([np.cos(angle), np.sin(angle)])
    rows[half:] = [1.0, 0.5] - rows[half:]
    return rows + rng.normal(0.0, jitter, rows.shape), np.repeat([0, 1], [half, users - half])


def cloud(name: str, users: int, width: int, seed: int) -> Floats:
    """Users without clusters."""
    rng = np.random.default_rng(seed)
    normal = rng.standard_normal((users, width))
    clouds = {
        "even": rng.random((users, width)),
        "normal": normal,
        "long": normal @ rng.standard_normal((width, width)),
        "skewed": np.exp(0.5 * normal),
        "heavy": rng.standard_t(3, (users, width)),
        "copies": normal[rng.integers(0, users // 4, users)],
        "counts": np.log1p(np.floor(np.exp(normal + 1))),
    }
    return clouds[name]


CLOUDS = ("even", "normal", "long", "skewed", "heavy", "copies", "counts")


@pytest.mark.parametrize(("name", "width"), [("even", 2), ("skewed", 3), ("copies", 2), ("normal", 8)])
def test_users_without_clusters_are_one_segment(name: str, width: int) -> None:
    choice = chosen(cloud(name, 150, width, seed=width), most=4)
    assert (choice.method, choice.k, choice.clustered) == ("kmeans", 1, False)
    assert choice.verdict.startswith("These users form no clusters")
    assert not any(candidate.chosen for candidate in choice.candidates)
    assert all(candidate.reason for candidate in choice.candidates)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("width", [2, 3, 5, 20])
@pytest.mark.parametrize("name", CLOUDS)
def test_users_without_clusters_are_one_segment_whatever_the_seed(name: str, width: int, seed: int) -> None:
    assert chosen(cloud(name, 400, width, 10 * width + seed), most=8).k == 1


def test_shapes_are_found_by_a_method_that_can() -> None:
    rows, labels = moons(240)
    choice = chosen(rows, most=4)
    assert choice.method == "genie"
    assert choice.k == 2
    assert choice.gini is not None
    assert choice.verdict.startswith("Genie with 2 segments won: at its faintest border the density is ")
    found = METHODS["genie"](rows, seed=1, starts=1, thorough=False)(2).labels
    assert adjusted_rand(found, labels) > 0.95


def test_every_candidate_has_its_evidence_and_its_reason() -> None:
    choice = chosen(planted(3, users=180, width=2)[0], most=4)
    assert choice.k == 3
    won = [candidate for candidate in choice.candidates if candidate.chosen]
    assert [(each.method, each.k, each.gini) for each in won] == [(choice.method, 3, choice.gini)]
    assert len({(each.method, each.k) for each in choice.candidates}) == len(choice.candidates)
    for each in choice.candidates:
        assert each.reason
        assert each.score is not None
        assert each.score <= (won[0].score or 0.0)
        assert 0.0 < each.valley <= 1.0
    assert {each.method for each in choice.candidates} == {"kmeans", "ward", "genie", "mixture"}


def test_in_many_dimensions_k_means_decides() -> None:
    choice = chosen(planted(3, users=200, width=12)[0], most=4)
    assert (choice.method, choice.k, choice.clustered) == ("kmeans", 3, True)
    assert "It decides alone, since these users differ in about" in choice.verdict
    others = [each for each in choice.candidates if each.method != "kmeans"]
    assert others
    assert all("equally far" in each.reason for each in others)


def test_the_same_seed_gives_the_same_choice() -> None:
    rows, _ = moons(120)
    assert chosen(rows, most=3) == chosen(rows, most=3)


@pytest.mark.parametrize("width", [2, 12])
def test_a_method_is_chosen_for_a_number(width: int) -> None:
    rows, labels = moons(160) if width == 2 else planted(2, users=160, width=width)
    with one_thread():
        choice = auto.asked(rows, 2, seed=1, progress=quiet)
    found = METHODS[choice.method](rows, seed=1, starts=3, thorough=False)(2).labels
    assert adjusted_rand(found, labels) > 0.95
    assert choice.verdict.startswith("2 segments were asked for. ")
    assert choice.clustered
    assert all(each.k == 2 for each in choice.candidates)


def test_groups_of_one_row_can_be_asked_for() -> None:
    rows = np.arange(6.0)[:, None]
    choice = auto.asked(rows, 6, seed=1, progress=quiet)
    assert (choice.method, choice.k, choice.candidates) == ("kmeans", 6, ())
    assert "too small to compare" in choice.verdict


def test_fewer_rows_need_more_to_speak_for_clusters() -> None:
    assert auto.needed(100) > auto.needed(1_000)
    assert auto.crowd_allowed(100) < auto.crowd_allowed(1_000)


def test_k_means_speaks_up_for_clusters_that_chance_might_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto, "needed", lambda rows: 99.0 + rows)
    choice = chosen(planted(3, users=180, width=2)[0], most=4)
    assert (choice.k, choice.clustered) == (3, True)
    assert {each.method for each in choice.candidates} == {"kmeans", "ward", "genie", "mixture"}


def test_a_segmentation_says_who_won() -> None:
    rows, labels = moons(200)
    segmentation = fit(of_matrix(rows), SegmentSettings(method="auto", k_max=3, starts=2, scale="none"))
    assert segmentation.method == "genie"
    assert len(segmentation.segments) == 2
    assert segmentation.verdict.startswith("Genie with 2 segments won")
    assert segmentation.clustered
    placed = assign.places(segmentation.steps, segmentation.borders, of_matrix(rows).rows)
    assert adjusted_rand(placed, labels) > 0.95


@pytest.mark.parametrize(
    ("rows", "k", "verdict"),
    [
        (np.ones((30, 2)), "auto", "All 30 users are alike"),
        (np.random.default_rng(1).random((19, 2)), "auto", "19 users are too few to find clusters in"),
        (np.random.default_rng(1).random((30, 2)), 1, "One segment was asked for."),
    ],
)
def test_one_segment_is_made_by_k_means(rows: Floats, k: int | str, verdict: str) -> None:
    settings = SegmentSettings.model_validate({"method": "auto", "k": k})
    segmentation = fit(of_matrix(rows), settings)
    assert segmentation.method == "kmeans"
    assert len(segmentation.segments) == 1
    assert segmentation.verdict.startswith(verdict)
    assert not segmentation.clustered


def test_more_segments_than_different_users_are_refused() -> None:
    with pytest.raises(SegmentationError, match="k is 5"):
        fit(of_matrix(np.repeat(np.eye(2), 9, axis=0)), SegmentSettings(method="auto", k=5))


def test_reasons_name_what_cost_most() -> None:
    rows, _ = planted(3, users=150, width=2)
    with one_thread():
        contest = auto.compared(rows, [2, 3, 4], seed=1, progress=quiet)
    at = len(contest.evidence) - 1
    told = set()
    for name in contest.parts[at]:
        parts = [dict.fromkeys(each, 0.0) for each in contest.parts]
        parts[0][name] = 1.0
        spoilt = dataclasses.replace(contest, parts=tuple(parts))
        told.add(auto.reason(spoilt, at, 0))
    assert len(told) == len(contest.parts[at])
    tied = dataclasses.replace(contest, parts=(contest.parts[0],) * len(contest.parts))
    assert auto.reason(tied, at, 0) == "as many points, but named later"
