"""What every learner of uplift must pass; each check is found by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.tree import DecisionTreeRegressor

from coterie.predictions.evaluation.uplift import uplift
from coterie.predictions.uplift import bases, learner
from coterie.predictions.uplift.bases import Bases
from coterie.predictions.uplift.trial import Trial

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.uplift.bases import BaseName
    from coterie.predictions.uplift.learner import LearnerName


def _learnt(name: LearnerName, base: BaseName, trial: Trial) -> learner.Fitted:
    return learner.fit(name, trial, bases.by_name(base, yes_or_no=trial.yes_or_no))


def check_each_user_has_a_finite_effect(name: LearnerName, base: BaseName, trial: Trial, _: Floats) -> None:
    found = _learnt(name, base, trial).effects(trial.matrix)
    assert found.shape == (len(trial),)
    assert np.isfinite(found).all()


def check_the_same_seed_gives_the_same_effects(
    name: LearnerName, base: BaseName, trial: Trial, _: Floats
) -> None:
    one, other = (_learnt(name, base, trial).effects(trial.matrix) for _ in range(2))
    assert np.array_equal(one, other)


def check_nothing_that_was_given_is_changed(
    name: LearnerName, base: BaseName, trial: Trial, _: Floats
) -> None:
    copies = trial.matrix.copy(), trial.outcomes.copy(), trial.treated.copy()
    _learnt(name, base, trial).effects(trial.matrix)
    for copy, given in zip(copies, (trial.matrix, trial.outcomes, trial.treated), strict=True):
        assert np.array_equal(copy, given)


def check_users_are_scored_each_by_themselves(
    name: LearnerName, base: BaseName, trial: Trial, _: Floats
) -> None:
    learnt = _learnt(name, base, trial)
    whole = learnt.effects(trial.matrix)
    assert np.allclose(
        np.concatenate([learnt.effects(trial.matrix[at : at + 1]) for at in range(5)]), whole[:5]
    )
    assert np.allclose(learnt.effects(trial.matrix[::-1]), whole[::-1])


def check_planted_effects_are_found(name: LearnerName, base: BaseName, trial: Trial, effects: Floats) -> None:
    half = np.arange(len(trial)) % 2 == 0
    found = _learnt(name, base, trial.of(half)).effects(trial.matrix[~half])
    assert np.corrcoef(found, effects[~half])[0, 1] > 0.3
    assert abs(found.mean() - effects[~half].mean()) < 0.5 * np.ptp(effects)
    rest = trial.of(~half)
    assert uplift(found, rest.outcomes, rest.treated).qini_area > 0


def check_without_columns_everyone_has_the_average_effect(
    name: LearnerName, base: BaseName, trial: Trial, effects: Floats
) -> None:
    bare = Trial(np.ones((len(trial), 1)), trial.outcomes, trial.treated)
    found = _learnt(name, base, bare).effects(bare.matrix)
    assert np.ptp(found) < 1e-6
    assert abs(found[0] - effects.mean()) < 0.15 * max(1.0, np.ptp(effects))


def check_an_arm_to_which_nothing_happened_is_learnt_from(
    name: LearnerName, base: BaseName, trial: Trial, _: Floats
) -> None:
    silent = Trial(trial.matrix, np.where(trial.treated == 1, trial.outcomes, 0.0), trial.treated)
    found = _learnt(name, base, silent).effects(silent.matrix)
    assert np.isfinite(found).all()
    assert found.mean() > 0


def check_any_model_that_fits_and_predicts_will_do(
    name: LearnerName, _base: BaseName, trial: Trial, effects: Floats
) -> None:
    tree = Bases(*[lambda: DecisionTreeRegressor(max_depth=4, min_samples_leaf=50, random_state=1)] * 2)
    found = learner.fit(name, trial, tree).effects(trial.matrix)
    assert np.corrcoef(found, effects)[0, 1] > 0.3


CHECKS = [check for name, check in sorted(globals().items()) if name.startswith("check_")]
