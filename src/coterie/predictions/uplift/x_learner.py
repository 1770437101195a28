"""The X-learner: each arm's outcomes are compared with what the other arm's model foretells of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coterie.predictions.uplift.bases import fitted, foretold
from coterie.predictions.uplift.t_learner import fit_t

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.uplift.bases import Bases
    from coterie.predictions.uplift.trial import Trial


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class XLearner:
    """Two models of the effect, one learnt from each arm.

    Attributes:
        of_treated: The effect as the treated show it.
        of_control: The effect as the others show it.
        share_treated: How much the others' model counts: the more users are treated, the better known is
            what happens to treated ones, which the others are compared with.
    """

    of_treated: Any
    of_control: Any
    share_treated: float

    def effects(self, matrix: Floats) -> Floats:
        """Tell by how much treating each user is expected to change their outcome."""
        weight = self.share_treated
        return weight * foretold(self.of_control, matrix) + (1 - weight) * foretold(self.of_treated, matrix)


def fit_x(trial: Trial, bases: Bases) -> XLearner:
    """Fit the two arms, then the effects that each arm shows against the model of the other.

    References:
        Künzel, Sekhon, Bickel & Yu (2019), Metalearners for estimating heterogeneous treatment effects using
        machine learning.
    """
    both = fit_t(trial, bases)
    treated, control = trial.of(trial.treated == 1), trial.of(trial.treated == 0)
    gained = treated.outcomes - foretold(both.control, treated.matrix)
    missed = foretold(both.treated, control.matrix) - control.outcomes
    return XLearner(
        fitted(bases.effect, treated.matrix, gained),
        fitted(bases.effect, control.matrix, missed),
        trial.share_treated,
    )
