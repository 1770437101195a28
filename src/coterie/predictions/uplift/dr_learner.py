"""The doubly robust learner: outcomes corrected by models that have not seen them, then a model of those."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.predictions.uplift.bases import fitted, foretold
from coterie.predictions.uplift.folds import folds
from coterie.predictions.uplift.t_learner import fit_t

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.uplift.bases import Bases
    from coterie.predictions.uplift.trial import Trial

#: Parts that users are dealt into; what a user's outcome is corrected by comes from the other parts.
PARTS = 3


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class DRLearner:
    """A model of the effect.

    Attributes:
        model: Of the corrected differences.
    """

    model: Any

    def effects(self, matrix: Floats) -> Floats:
        """Tell by how much treating each user is expected to change their outcome."""
        return foretold(self.model, matrix)


def fit_dr(trial: Trial, bases: Bases, *, seed: int = 42) -> DRLearner:
    """Fit a model of the users' corrected differences.

    References:
        Kennedy (2023), Towards optimal doubly robust estimation of heterogeneous causal effects.
    """
    return DRLearner(fitted(bases.effect, trial.matrix, corrected(trial, bases, seed=seed)))


def corrected(trial: Trial, bases: Bases, *, seed: int = 42) -> Floats:
    """Work out a difference for each user whose mean is the average effect.

    It is what models of both arms, fitted on the other parts, say the difference is, plus how far the outcome
    was from what the model of the user's own arm said, weighted by how rare the arm is. Treatment was drawn
    at random, so its chance is the share of those treated in the other parts.
    """
    found = np.empty(len(trial))
    for held_out in folds(trial, PARTS, seed):
        rest, part = trial.of(~held_out), trial.of(held_out)
        both = fit_t(rest, bases)
        if_treated, if_not = foretold(both.treated, part.matrix), foretold(both.control, part.matrix)
        chance = rest.share_treated
        own = np.where(part.treated == 1, if_treated, if_not)
        weight = (part.treated - chance) / (chance * (1 - chance))
        found[held_out] = if_treated - if_not + weight * (part.outcomes - own)
    return found
