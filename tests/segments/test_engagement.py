from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.tables import behaviour, table

from coterie.project.settings import SegmentSettings
from coterie.segments.engagement import engagement
from coterie.segments.prepare import measured

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.features.values import Floats

VALUES = np.random.default_rng(1).normal(0, 1, 200)


def scored(made: FeatureTable, *names: str) -> Floats:
    fitted = tuple(feature for feature in made.features if feature.name in names)
    return engagement(made, fitted, measured(made, made.features, SegmentSettings()))


def test_higher_is_more_engaged_or_less_as_the_feature_says() -> None:
    up = scored(table({"x": VALUES}, x={"higher_is": 1}), "x")
    down = scored(table({"x": VALUES}, x={"higher_is": -1}), "x")
    assert np.all(np.diff(up[np.argsort(VALUES)]) >= 0)
    assert up == pytest.approx(-down)


def test_families_weigh_alike() -> None:
    columns = {"a": VALUES, "b": VALUES, "c": -VALUES}
    made = table(columns, a={"higher_is": 1}, b={"higher_is": 1}, c={"higher_is": 1, "family": "orders"})
    assert scored(made, "a", "b", "c") == pytest.approx(0, abs=1e-9)


def test_features_of_the_fit_speak_first_then_all_then_none() -> None:
    made = behaviour()
    assert not np.allclose(scored(made, "reads"), scored(made, "spend"))
    assert np.allclose(scored(made, "country"), scored(made, "reads", "spend", "silent"))
    assert not scored(table({"x": VALUES}), "x").any()


def test_a_constant_says_nothing() -> None:
    assert not scored(table({"x": np.ones(5)}, x={"higher_is": 1}), "x").any()
