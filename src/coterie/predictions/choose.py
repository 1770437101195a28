"""Which model foretells: each learns from earlier dates, is judged by later ones, and the simplest wins.

References:
    Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees: of models within one
    standard error of the best, the simplest.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import PredictionError
from coterie.predictions import columns
from coterie.predictions.measures import losses
from coterie.predictions.models import baseline
from coterie.predictions.models.by_name import BUILT_IN, learn, scaled
from coterie.predictions.prediction import Candidate

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.predictions.examples import Examples
    from coterie.predictions.models.by_name import Learnt
    from coterie.predictions.origins import Origin, Origins
    from coterie.progress import Progress


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a model foretold users whom it was not fitted on.

    Attributes:
        method: The model.
        predicted: What it foretold, over all parts.
        happened: What happened to them.
        losses: How wrong each prediction was.
    """

    method: str
    predicted: Floats
    happened: Floats
    losses: Floats


def methods(asked: str) -> tuple[str, ...]:
    """List the models to try, the simplest first; the baseline is always judged."""
    return ("baseline", *BUILT_IN) if asked == "auto" else tuple(dict.fromkeys(("baseline", asked)))


def judge(
    examples: Examples, parts: Origins, asked: str, *, seed: int, progress: Progress
) -> tuple[Judged, ...]:
    """Fit every model on the earlier examples of each part, and let it foretell the later ones.

    Args:
        examples: In an order of their own.
        parts: What is learnt from and judged by what.
        asked: The model that the settings name, or ``auto``.
        seed: Makes it repeatable.
        progress: Told of every fit.
    """
    tried = methods(asked)
    told: dict[str, list[Floats]] = {method: [] for method in tried}
    steps = len(tried) * len(parts.parts)
    for at, part in enumerate(parts.parts):
        for place, method in enumerate(tried):
            progress(f"try {method}", at * len(tried) + place, steps)
            told[method].append(_foretold(examples, method, part, seed))
    judged_rows = np.concatenate([part.judged for part in parts.parts])
    happened = examples.outcomes[judged_rows]
    signed = bool((examples.outcomes < 0).any())
    return tuple(
        Judged(method, predicted, happened, losses(predicted, happened, examples.kind, signed=signed))
        for method, predicted in ((method, np.concatenate(found)) for method, found in told.items())
    )


def _foretold(examples: Examples, method: str, part: Origin, seed: int) -> Floats:
    if method == "baseline":
        found = baseline.fit(examples.naive[part.learnt], examples.outcomes[part.learnt])
        return found.predicted(examples.naive[part.judged], len(part.judged))
    made, model = learnt(examples, method, part.learnt, seed=seed)
    return model.predicted(columns.matrix(made, examples.rows.take(part.judged)))


def learnt(
    examples: Examples, method: str, rows: Ints, *, seed: int
) -> tuple[tuple[columns.Column, ...], Learnt]:
    """Fit a model on some of the examples.

    Returns:
        How features become columns, and the model.

    Raises:
        PredictionError: No feature differs between users.
    """
    some = examples.rows.take(rows) if len(rows) < len(examples) else examples.rows
    made = columns.prepare(some, examples.features, scaled=scaled(method))
    if not made:
        raise PredictionError(
            "Every feature is the same for all users, so no model can tell them apart; build other features, "
            "or choose `model: baseline`."
        )
    matrix = columns.matrix(made, some)
    return made, learn(method, matrix, examples.outcomes[rows], examples.kind, seed=seed)


def choose(judged: tuple[Judged, ...], asked: str) -> tuple[str, tuple[Candidate, ...]]:
    """Choose the simplest model whose loss is within one standard error of the least.

    Args:
        judged: The simplest first.
        asked: The model that the settings name, which wins whatever the evidence, or ``auto``.

    Returns:
        The model, and all of them with the best first.
    """
    best = min(judged, key=lambda each: float(each.losses.mean()))
    excess = {each.method: each.losses - best.losses for each in judged}
    errors = {
        method: float(more.std(ddof=1) / np.sqrt(len(more))) if len(more) > 1 else 0.0
        for method, more in excess.items()
    }
    close = [each.method for each in judged if excess[each.method].mean() <= errors[each.method]]
    method = close[0] if asked == "auto" else asked
    found = [
        Candidate(
            each.method,
            float(each.losses.mean()),
            float(excess[each.method].mean()),
            errors[each.method],
            each.method == method,
        )
        for each in judged
    ]
    return method, tuple(sorted(found, key=lambda each: each.loss))
