from __future__ import annotations

import numpy as np
import pytest

from coterie.errors import UsageError
from coterie.predictions.models.by_name import BUILT_IN, MODELS, learn, loss
from coterie.predictions.models.hurdle import Hurdle

RNG = np.random.default_rng(1)
MATRIX = RNG.normal(size=(200, 2))
SOME = (RNG.random(200) < 0.5) * RNG.gamma(2, np.exp(MATRIX[:, 0] / 2))


def test_auto_chooses_from_what_comes_with_coterie() -> None:
    assert set(BUILT_IN) == set(MODELS) - {"xgboost", "lightgbm"}


def test_what_is_made_small_follows_from_the_outcomes() -> None:
    assert loss(np.array([0.0, 1.0]), "yes_or_no") == "logistic"
    assert loss(np.array([0.0, 3.0]), "count") == "poisson"
    assert loss(np.array([-1.0, 3.0]), "amount") == "squared"
    assert loss(np.array([0.5, 3.0]), "amount") == "gamma"
    assert loss(np.array([0.0, 3.0, 2.0]), "amount") == "poisson"
    assert loss(SOME, "amount") is None


def test_amounts_with_many_zeros_are_foretold_in_two_parts() -> None:
    found = learn("linear", MATRIX, SOME, "amount", seed=1)
    assert isinstance(found, Hurdle)
    assert found.predicted(MATRIX).mean() == pytest.approx(SOME.mean(), rel=0.15)


def test_a_model_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match=r"There is no model 'linaer'\. Did you mean 'linear'"):
        learn("linaer", MATRIX, SOME, "amount", seed=1)
