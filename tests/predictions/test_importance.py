from __future__ import annotations

import numpy as np
from tests.predictions.made import examples, settings, with_feature

from coterie.features.feature import Feature
from coterie.predictions.fit import fit

MADE = examples(users=150)


def test_what_decides_matters_and_noise_does_not() -> None:
    found = {each.feature: each for each in fit(MADE, settings("linear"), name="churn").importance}
    assert set(found) == {"x0", "x1", "noise", "country"}
    assert found["x0"].permutation > 0.05 > abs(found["noise"].permutation)
    assert found["x0"].linear > 0.3
    assert found["x1"].linear < -0.3
    assert abs(found["noise"].linear) < 0.3
    assert np.isclose(sum(each.forest for each in found.values()), 1.0)


def test_features_that_go_together_are_dealt_out_together() -> None:
    twin = Feature("twin", "activity", "number", "The same again.")
    noise = np.random.default_rng(1).normal(size=len(MADE)) / 20
    made = with_feature(MADE, twin, np.array(MADE.rows["x0"]) + noise)
    found = {each.feature: each for each in fit(made, settings("linear"), name="churn").importance}
    assert found["x0"].group == found["twin"].group
    assert found["x0"].permutation == found["twin"].permutation > 0.05
    assert len({each.group for each in found.values()}) == 4


def test_the_importance_of_counts_and_amounts() -> None:
    for made in (examples("count", users=100), examples("amount", users=100)):
        found = fit(made, settings("linear", made.kind), name="orders").importance
        assert {each.feature for each in found[:2]} == {"x0", "x1"}
