from __future__ import annotations

import numpy as np
import pytest
from tests.predictions.uplift import trials

from coterie.predictions.uplift import bases
from coterie.predictions.uplift.dr_learner import corrected
from coterie.predictions.uplift.effect import effect
from coterie.predictions.uplift.folds import folds


def test_corrected_differences_have_the_average_effect_for_their_mean() -> None:
    trial, effects = trials.amounts(6_000)
    found = corrected(trial, bases.by_name("linear", yes_or_no=False))
    error = found.std() / np.sqrt(len(found))
    assert abs(found.mean() - effects.mean()) < 3 * error
    assert error < effect(trial).error  # what is known of users takes out noise
    assert np.corrcoef(found, effects)[0, 1] > 0.3


def test_folds_hold_their_share_of_everything_once() -> None:
    trial, _ = trials.planted(1_003)
    parts = list(folds(trial, 5, 1))
    assert np.sum(parts, axis=0).tolist() == [1] * 1_003
    assert {int(part.sum()) for part in parts} <= {200, 201}
    for part in parts:
        assert trial.treated[part].mean() == pytest.approx(trial.share_treated, abs=0.01)
        assert trial.outcomes[part].mean() == pytest.approx(trial.outcomes.mean(), abs=0.01)
    again = list(folds(trial, 5, 1))
    assert all(np.array_equal(one, other) for one, other in zip(parts, again, strict=True))
