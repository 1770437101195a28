"""The S-learner: one model of both arms, which is asked twice."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.predictions.uplift.bases import fitted, foretold

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.uplift.bases import Bases
    from coterie.predictions.uplift.trial import Trial


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class SLearner:
    """One model that knows who was treated.

    Attributes:
        model: What happens to users, by what is known of them and by whether they are treated.
    """

    model: Any

    def effects(self, matrix: Floats) -> Floats:
        """Tell by how much treating each user is expected to change their outcome."""
        everyone, nobody = np.ones(len(matrix)), np.zeros(len(matrix))
        with_it = foretold(self.model, _beside(matrix, everyone))
        return with_it - foretold(self.model, _beside(matrix, nobody))


def fit_s(trial: Trial, bases: Bases) -> SLearner:
    """Fit one model on both arms.

    Beside the treatment it sees each column times the treatment, without which a linear model would find the
    same effect for everyone.

    References:
        Künzel, Sekhon, Bickel & Yu (2019), Metalearners for estimating heterogeneous treatment effects using
        machine learning.
    """
    return SLearner(fitted(bases.outcome, _beside(trial.matrix, trial.treated), trial.outcomes))


def _beside(matrix: Floats, treated: Floats) -> Floats:
    return np.hstack([matrix, treated[:, None], matrix * treated[:, None]])
