"""The models by their names, and what each learns to make small."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from coterie.errors import UsageError, did_you_mean
from coterie.predictions.models import boosting, forest, lightgbm, linear, xgboost
from coterie.predictions.models.hurdle import Hurdle
from coterie.predictions.models.linear import Linear
from coterie.predictions.models.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.features.values import Floats
    from coterie.predictions.examples import Kind
    from coterie.predictions.models.link import Loss

Learnt: TypeAlias = Linear | Trees | Hurdle

#: The simplest first: of two that are about as good the simpler one is chosen.
MODELS: dict[str, Callable[..., Linear | Trees]] = {
    "linear": linear.fit,
    "boosting": boosting.fit,
    "forest": forest.fit,
    "xgboost": xgboost.fit,
    "lightgbm": lightgbm.fit,
}

#: Those that come with coterie, which `auto` chooses from.
BUILT_IN = ("linear", "boosting", "forest")

#: Amounts of 0 among all from which on amounts are foretold in two parts, and how many of either part.
_MANY_ZEROS = 0.05
_OF_EACH = 20


def scaled(method: str) -> bool:
    """Whether a model weighs its columns, and needs them alike in spread."""
    return method == "linear"


def learn(method: str, matrix: Floats, outcomes: Floats, kind: Kind, *, seed: int) -> Learnt:
    """Fit a model.

    Args:
        method: One of `MODELS`.
        matrix: Prepared rows.
        outcomes: What happened to each.
        kind: What is foretold.
        seed: Makes it repeatable.

    Raises:
        UsageError: There is no such model, or its library is not installed.
    """
    if method not in MODELS:
        raise UsageError(f"There is no model {method!r}. {did_you_mean(method, MODELS)}")
    fit = MODELS[method]
    found = loss(outcomes, kind)
    if found is not None:
        return fit(matrix, outcomes, found, seed=seed)
    some = outcomes > 0
    return Hurdle(
        fit(matrix, some.astype(float), "logistic", seed=seed),
        fit(matrix[some], outcomes[some], "gamma", seed=seed),
    )


def loss(outcomes: Floats, kind: Kind) -> Loss | None:
    """Tell what is made small; ``None`` for amounts in two parts."""
    if kind == "yes_or_no":
        return "logistic"
    if outcomes.min() < 0:
        return "squared"
    if kind == "count":
        return "poisson"
    zeros = int((outcomes == 0).sum())
    if zeros == 0:
        return "gamma"
    many = zeros >= max(_OF_EACH, _MANY_ZEROS * len(outcomes)) and len(outcomes) - zeros >= _OF_EACH
    return None if many else "poisson"
