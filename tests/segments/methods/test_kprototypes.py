from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.tables import of_matrix, planted, table

from coterie.project.settings import Preparation, SegmentSettings
from coterie.segments.agreement import adjusted_rand
from coterie.segments.assign import assign
from coterie.segments.fit import fit
from coterie.segments.methods import kprototypes as module
from coterie.segments.methods.kmeans import kmeans
from coterie.segments.methods.kprototypes import GAMMA, Attribute, attributes, kprototypes
from coterie.segments.prepare import matrix, prepare

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.features.values import Floats, Ints


def mixed(users: int = 600, seed: int = 1) -> tuple[FeatureTable, Ints]:
    """Three groups that words tell apart, a little noise in them, and numbers that tell only one apart."""
    rng = np.random.default_rng(seed)
    groups = np.arange(users) % 3
    words = {}
    for name in ("plan", "device", "channel", "topic"):
        kept = rng.random(users) < 0.85
        found = np.where(kept, groups, rng.integers(3, size=users))
        words[name] = [f"{name}{group}" for group in found.tolist()]
    numbers = {f"x{place}": rng.normal(0, 1, users) + 2.0 * (groups == 0) for place in range(2)}
    return table(numbers | words), groups


def prepared(
    made: FeatureTable, settings: SegmentSettings | None = None
) -> tuple[Floats, tuple[Attribute, ...]]:
    steps = prepare(made, made.features, settings or SegmentSettings())
    return matrix(steps, made.rows), attributes(steps)


def cost_of(numbers: Floats, words: Ints, labels: Ints, gamma: float) -> float:
    """What Huang minimises: squares to the means, and gamma for each word unlike the group's."""
    total = 0.0
    for group in np.unique(labels):
        inside = labels == group
        total += float(np.square(numbers[inside] - numbers[inside].mean(axis=0)).sum())
        for column in words[inside].T:
            total += gamma * float(inside.sum() - np.bincount(column).max())
    return total


def plainly(numbers: Floats, words: Ints, k: int, gamma: float, rng: np.random.Generator) -> float:
    """k-prototypes in its plain form, from rows at random: the cost it comes to."""
    first = rng.choice(len(numbers), k, replace=False)
    means, modes = numbers[first], words[first]
    labels = np.full(len(numbers), -1)
    for _ in range(100):
        away = np.square(numbers[:, None] - means[None]).sum(axis=2)
        away = away + gamma * (words[:, None] != modes[None]).sum(axis=2)
        moved = away.argmin(axis=1)
        if np.array_equal(moved, labels):
            break
        labels = moved
        for group in np.unique(labels):
            inside = labels == group
            means[group] = numbers[inside].mean(axis=0)
            modes[group] = [np.bincount(column).argmax() for column in words[inside].T]
    return cost_of(numbers, words, labels, gamma)


def test_its_cost_is_that_of_a_plain_implementation() -> None:
    made, _ = mixed(300)
    rows, of_words = prepared(made)
    inside = [at for attribute in of_words for at in attribute.columns]
    numbers = np.delete(rows, inside, axis=1)
    words = np.stack([rows[:, attribute.columns].argmax(axis=1) for attribute in of_words], axis=1)
    gamma = GAMMA * float(numbers.std(axis=0).mean())
    rng = np.random.default_rng(1)
    best = min(plainly(numbers, words, 4, gamma, rng) for _ in range(20))
    found = kprototypes(rows, 4, seed=1, starts=10, thorough=True, attributes=of_words)
    assert found.agreement == 1.0
    assert cost_of(numbers, words, found.labels, gamma) <= best * 1.005


def test_planted_groups_that_words_tell_apart_are_found() -> None:
    made, groups = mixed()
    rows, of_words = prepared(made)
    found = kprototypes(rows, 3, seed=1, starts=10, thorough=True, attributes=of_words)
    assert adjusted_rand(found.labels, groups) > 0.75


def test_words_of_noise_mislead_it_less_than_k_means() -> None:
    rng = np.random.default_rng(2)
    groups = np.arange(450) % 3
    centres = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])
    numbers = {f"x{place}": centres[groups, place] + rng.normal(0, 0.5, 450) for place in range(2)}
    words = {name: rng.choice(np.array(["yes", "no"]), 450).tolist() for name in "abcdef"}
    rows, of_words = prepared(table(numbers | words))
    by_words = kprototypes(rows, 3, seed=1, starts=10, thorough=True, attributes=of_words)
    assert adjusted_rand(by_words.labels, groups) > 0.9
    assert adjusted_rand(kmeans(rows, 3, seed=1).labels, groups) < 0.6


def test_without_words_it_is_k_means() -> None:
    rows, _ = planted(4)
    found = kprototypes(rows, 4, seed=1, starts=5, thorough=True)
    assert adjusted_rand(found.labels, kmeans(rows, 4).labels) == 1.0


def test_words_alone_are_enough() -> None:
    made = table({"a": ["x", "x", "y", "y"] * 20, "b": ["p", "p", "q", "q"] * 20})
    rows, of_words = prepared(made)
    found = kprototypes(rows, 2, seed=1, starts=3, thorough=True, attributes=of_words)
    assert adjusted_rand(found.labels, np.array([0, 0, 1, 1] * 20)) == 1.0


def test_rare_words_without_a_coordinate_are_one_word() -> None:
    words = ["main"] * 300 + [f"rare{place}" for place in range(40)] * 3
    made = table({"topic": words, "x": np.zeros(420)})
    rows, of_words = prepared(made)
    assert len(of_words[0].columns) == 30
    found = kprototypes(rows, 2, seed=1, starts=20, thorough=True, attributes=of_words)
    assert len(set(found.labels[:300].tolist())) == 1
    assert found.agreement == 1.0
    without = np.isclose(rows[:, of_words[0].columns], of_words[0].lows).all(axis=1)
    assert without.sum() == 33
    assert set(found.labels[without].tolist()) == {1 - found.labels[0]}


def test_the_weight_of_a_feature_is_that_of_its_words() -> None:
    made, groups = mixed(300)
    weights = {name: Preparation(weight=5.0) for name in ("plan", "device", "channel", "topic")}
    rows, of_words = prepared(made, SegmentSettings(prepare=weights))
    assert {attribute.weight for attribute in of_words} == {5.0}
    found = kprototypes(rows, 3, seed=1, starts=5, thorough=True, attributes=of_words)
    assert adjusted_rand(found.labels, groups) > 0.85


def test_many_rows_start_on_a_sample_and_converge_on_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_FOR_STARTS", 200)
    made, groups = mixed()
    rows, of_words = prepared(made)
    found = kprototypes(rows, 3, seed=1, starts=5, thorough=True, attributes=of_words)
    assert adjusted_rand(found.labels, groups) > 0.75


@pytest.mark.parametrize("rows", [np.zeros((9, 2)), np.ones((1, 3)), np.repeat([[0.0], [1.0]], 4, axis=0)])
def test_prototypes_that_are_nobodys_nearest_are_left_out(rows: Floats) -> None:
    found = kprototypes(rows, 5, seed=1, starts=2, thorough=True)
    assert found.k == len(np.unique(rows, axis=0))
    assert found.notes == (f"Only {found.k} of 5 prototypes are the nearest of anybody.",)


def test_the_settings_name_it() -> None:
    made, groups = mixed(300)
    found = fit(made, SegmentSettings(method="kprototypes", k=3, k_max=3, starts=3))
    assert adjusted_rand(assign(found, made.rows), groups) > 0.7
    assert found.agreement == 1.0
    alone = fit(of_matrix(planted(2, users=100)[0]), SegmentSettings(method="kprototypes", k=2, k_max=2))
    assert [segment.users for segment in alone.segments] == [50, 50]
