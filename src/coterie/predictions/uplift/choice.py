"""Which learner finds those whom a treatment moves, and whether any does: by Qini on users held out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.predictions.evaluation.uplift import Uplift, redrawn, uplift
from coterie.predictions.uplift import bases, learner
from coterie.predictions.uplift.bases import BaseName  # noqa: TC001 - read when a stored result is checked
from coterie.predictions.uplift.folds import folds
from coterie.predictions.uplift.learner import LearnerName  # noqa: TC001 - read when a stored result is checked
from coterie.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coterie.features.values import Floats
    from coterie.predictions.uplift.trial import Trial

#: Parts that users are dealt into; each is scored by a learner that has learnt from the others.
PARTS = 5
#: Users that learners are chosen on, at most.
MOST = 100_000
#: The chance of taking a learner for one that ranks although none does.
LEVEL = 0.05
_DRAWS = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A learner that was tried.

    Attributes:
        learner: t, s, x or dr.
        base: The models it was built from.
        qini: The area between its Qini curve and the straight line, on users held out.
        low: Lower end of the 95 % bootstrap interval of `qini`.
        high: Upper end.
        area: The same area of the uplift curve.
        p: The chance of an area as large of a score that says nothing, times the learners tried.
    """

    learner: LearnerName
    base: BaseName
    qini: float
    low: float
    high: float
    area: float
    p: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The learners that were tried, and what the best of them does.

    Attributes:
        candidates: All, the largest Qini area first; the first is chosen.
        measured: The curves of the chosen one, on users held out, with bands.
        scores: What the chosen one said of each user, as ranks 0..1 within the part held out.
        rows: Which users that is.
    """

    candidates: tuple[Candidate, ...]
    measured: Uplift
    scores: Floats
    rows: NDArray[np.intp]

    @property
    def ranks(self) -> bool:
        """Whether the chosen learner ranks users better than chance does."""
        return self.candidates[0].p < LEVEL


def choose(
    trial: Trial, learners: Sequence[LearnerName], names: Sequence[BaseName], *, seed: int = 42
) -> Choice:
    """Try learners on users that they have not learnt from.

    Scores of different parts come from different models, so each part is ranked by itself before they are
    put together.

    Args:
        trial: The users; of more than a hundred thousand some are drawn by chance.
        learners: Those to try.
        names: The models to build them from.
        seed: Makes parts and intervals repeatable.
    """
    rows = np.arange(len(trial))
    if len(trial) > MOST:
        rows = np.sort(np.random.default_rng(seed).choice(len(trial), MOST, replace=False))
    some = trial.of(rows)
    tried = len(learners) * len(names)
    found: list[tuple[Candidate, Floats]] = []
    for name in learners:
        for base in names:
            scores = held_out(some, name, base, seed=seed)
            found.append((_candidate(some, scores, (name, base), tried, seed), scores))
    found.sort(key=lambda pair: -pair[0].qini)
    best = found[0][1]
    measured = uplift(best, some.outcomes, some.treated, band=True, seed=seed)
    return Choice(tuple(candidate for candidate, _ in found), measured, best, rows)


def held_out(trial: Trial, name: LearnerName, base: BaseName, *, seed: int = 42) -> Floats:
    """Score users by learners that have not seen them, as ranks from 0 to 1 within each part."""
    found = np.empty(len(trial))
    made = bases.by_name(base, yes_or_no=trial.yes_or_no, seed=seed)
    with one_thread():
        for part in folds(trial, PARTS, seed):
            learnt = learner.fit(name, trial.of(~part), made, seed=seed)
            found[part] = ranks(learnt.effects(trial.matrix[part]))
    return found


def ranks(scores: Floats) -> Floats:
    """Rank scores from 0 to 1; equal scores share the middle of their ranks.

    Examples:
        >>> ranks(np.array([5.0, 9.0, 5.0, -1.0])).tolist()
        [0.5, 0.875, 0.5, 0.125]
    """
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    found: Floats = middle[place] / len(scores)
    return found


def _candidate(
    trial: Trial, scores: Floats, called: tuple[LearnerName, BaseName], tried: int, seed: int
) -> Candidate:
    from scipy.stats import norm

    found = uplift(scores, trial.outcomes, trial.treated)
    again = redrawn(scores, trial.outcomes, trial.treated, seed, _DRAWS)
    drawn = np.array([one.qini_area for one in again])
    spread = float(drawn.std())
    p = float(norm.sf(found.qini_area / spread)) * tried if spread > 0 else 1.0
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Candidate(*called, found.qini_area, float(low), float(high), found.area, min(p, 1.0))
