"""The learners of uplift, by name: what they have in common, and which there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from coterie.predictions.uplift.dr_learner import fit_dr
from coterie.predictions.uplift.s_learner import fit_s
from coterie.predictions.uplift.t_learner import fit_t
from coterie.predictions.uplift.x_learner import fit_x

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.predictions.uplift.bases import Bases
    from coterie.predictions.uplift.trial import Trial

#: t: a model an arm. s: one model of both. x: crossed. dr: doubly robust, cross-fitted.
LearnerName = Literal["t", "s", "x", "dr"]
LEARNERS: tuple[LearnerName, ...] = ("t", "s", "x", "dr")


class Fitted(Protocol):
    """A learner that has learnt."""

    def effects(self, matrix: Floats) -> Floats:
        """Tell by how much treating each user is expected to change their outcome."""


def fit(name: LearnerName, trial: Trial, bases: Bases, *, seed: int = 42) -> Fitted:
    """Let a learner learn.

    Args:
        name: Which.
        trial: The users it learns from.
        bases: The models it is built from.
        seed: Makes folds repeatable.
    """
    if name == "t":
        return fit_t(trial, bases)
    if name == "s":
        return fit_s(trial, bases)
    if name == "x":
        return fit_x(trial, bases)
    return fit_dr(trial, bases, seed=seed)
