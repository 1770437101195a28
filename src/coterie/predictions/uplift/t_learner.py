"""The T-learner: two models, one of each arm; the effect is the difference of what they foretell."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coterie.predictions.uplift.bases import fitted, foretold

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.uplift.bases import Bases
    from coterie.predictions.uplift.trial import Trial


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class TLearner:
    """Two models, one of each arm.

    Attributes:
        treated: What happens to treated users.
        control: What happens to the others.
    """

    treated: Any
    control: Any

    def effects(self, matrix: Floats) -> Floats:
        """Tell by how much treating each user is expected to change their outcome."""
        return foretold(self.treated, matrix) - foretold(self.control, matrix)


def fit_t(trial: Trial, bases: Bases) -> TLearner:
    """Fit a model on each arm.

    References:
        Künzel, Sekhon, Bickel & Yu (2019), Metalearners for estimating heterogeneous treatment effects using
        machine learning.
    """
    arms = [trial.of(trial.treated == arm) for arm in (1, 0)]
    return TLearner(*(fitted(bases.outcome, one.matrix, one.outcomes) for one in arms))
