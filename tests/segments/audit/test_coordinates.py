from __future__ import annotations

import numpy as np
import pytest
from tests.segments.audit.materials import material
from tests.segments.tables import table

from coterie.project.settings import Preparation, SegmentSettings
from coterie.segments.audit.coordinates import correlated, variance, variance_shares

RNG = np.random.default_rng(1)
X, Y = RNG.standard_normal((2, 300))
LABELS = np.repeat([0, 1], 150)


@pytest.mark.parametrize(("scale", "level"), [("robust", "note"), ("zscore", "warning")])
def test_numbers_that_say_the_same_are_told(scale: str, level: str) -> None:
    made = table({"x": X, "other": Y, "again": X + 0.01 * Y})
    (found,) = correlated(material(made, LABELS, SegmentSettings.model_validate({"scale": scale})))
    assert (found.level, found.feature, found.number > 0.99) == (level, "again", True)
    assert found.sentence.startswith("{feature:again}, {feature:x} say the same (correlation up to 1.00)")


def test_a_number_that_repeats_a_category_is_told() -> None:
    code = RNG.integers(0, 3, 300)
    made = table({"code": code.astype(float), "word": [f"w{each}" for each in code]})
    (found,) = correlated(material(made, LABELS))
    assert "{feature:code} repeats {feature:word}, which explains 100% of it" in found.sentence


def test_numbers_that_differ_are_good() -> None:
    assert correlated(material(table({"x": X, "y": Y}), LABELS))[0].level == "good"
    assert correlated(material(table({"w": ["a", "b"] * 150}), LABELS))[0].level == "good"


def test_a_feature_that_decides_alone_is_told() -> None:
    settings = SegmentSettings(prepare={"x": Preparation(weight=9)})
    (found,) = variance(material(table({"x": X, "y": Y}), LABELS, settings))
    assert (found.level, found.feature) == ("warning", "x")
    assert found.number > 0.9


def test_behaviour_without_a_say_is_told() -> None:
    made = table({"acts": X, "a": Y, "b": RNG.permutation(X)}, a={"behaviour": False}, b={"behaviour": False})
    settings = SegmentSettings(prepare={"acts": Preparation(weight=0.1)})
    found = variance(material(made, LABELS, settings))[-1]
    assert found.sentence.startswith("Behaviour has only")


def test_variance_that_is_shared_is_good_and_sums_to_all() -> None:
    made = material(table({"x": X, "y": Y, "z": RNG.permutation(X), "w": ["a", "b"] * 150}), LABELS)
    assert variance(made)[0].level == "good"
    assert sum(variance_shares(made).values()) == pytest.approx(1.0)


def test_users_who_are_alike_have_no_variance() -> None:
    assert variance(material(table({"x": np.ones(5)}), np.array([0, 0, 0, 1, 1]))) == ()
