from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.tables import of_matrix, table

from coterie.project.settings import SegmentSettings
from coterie.segments.prepare import measured
from coterie.segments.traits import MOST, strength, traits

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.features.values import Ints
    from coterie.segments.segmentation import Trait

RNG = np.random.default_rng(1)
LABELS = np.repeat([0, 1], 5_000)
NOISE = RNG.standard_normal(10_000)


def found(made: FeatureTable, labels: Ints = LABELS) -> tuple[tuple[Trait, ...], ...]:
    return traits(made, measured(made, made.features, SegmentSettings()), labels, int(labels.max()) + 1)


def test_what_sets_a_segment_apart_comes_strongest_first() -> None:
    made = table({"little": NOISE + LABELS, "much": RNG.standard_normal(10_000) - 3.0 * LABELS})
    low, high = found(made)
    assert [(trait.feature, trait.direction) for trait in high] == [("much", -1), ("little", 1)]
    assert [(trait.feature, trait.direction) for trait in low] == [("much", 1), ("little", -1)]
    assert [trait.strength for trait in high] == ["clearly", "slightly"]


def test_a_tiny_difference_is_no_trait_however_many_users() -> None:
    assert found(table({"x": NOISE + 0.2 * LABELS})) == ((), ())


def test_an_accident_of_a_small_segment_is_no_trait() -> None:
    labels = np.array([0] * 96 + [1] * 4)
    made = table({"x": np.concatenate([RNG.standard_normal(96), [0.7, 0.7, 0.7, 0.7]])})
    assert found(made, labels)[1] == ()


def test_of_features_that_say_the_same_the_strongest_is_kept() -> None:
    made = table(
        {"copy": NOISE + 2 * LABELS, "same": NOISE + 2.2 * LABELS + 0.1 * RNG.standard_normal(10_000)}
    )
    assert [len(each) for each in found(made)] == [1, 1]


def test_of_a_category_one_value_is_kept_if_its_share_differs() -> None:
    words = np.where(LABELS == 1, "news", np.where(NOISE > 0, "shoes", "hats"))
    (_, high) = found(table({"favourite": words.tolist()}))
    assert [(trait.feature, trait.category, trait.direction) for trait in high] == [("favourite", "news", 1)]
    rare = np.where((LABELS == 1) & (NOISE > 2.0), "rare", "usual")
    assert found(table({"favourite": rare.tolist()})) == ((), ())


def test_there_are_never_too_many() -> None:
    made = of_matrix(RNG.standard_normal((10_000, 12)) + 2 * LABELS[:, None] * RNG.choice([-1, 1], 12))
    assert all(len(each) <= MOST for each in found(made))


@pytest.mark.parametrize(("effect", "word"), [(0.3, "slightly"), (0.7, "clearly"), (1.3, "very")])
def test_strength_is_a_word(effect: float, word: str) -> None:
    assert strength(effect) == word
