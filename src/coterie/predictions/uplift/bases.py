"""The models that learners of uplift are built from: anything that fits and predicts as scikit-learn does."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.features.values import Floats

#: linear: logistic or ridge regression. boosting: small boosted trees.
BaseName = Literal["linear", "boosting"]
BASES: tuple[BaseName, ...] = ("linear", "boosting")


@dataclasses.dataclass(frozen=True, slots=True)
class Bases:
    """Makers of unfitted models.

    Attributes:
        outcome: Makes a model of the outcome; where it can tell probabilities, those are used.
        effect: Makes a model of differences of outcomes, which are any numbers.
    """

    outcome: Callable[[], Any]
    effect: Callable[[], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Constant:
    """Foretells the same of everyone: what is learnt where everybody had the same outcome.

    Attributes:
        value: What is foretold.
    """

    value: float


def by_name(name: BaseName, *, yes_or_no: bool, seed: int = 42) -> Bases:
    """Make the models of a name.

    Args:
        name: Which.
        yes_or_no: Whether the outcome is 0 or 1.
        seed: Makes them repeatable.
    """
    if name == "linear":
        return Bases(_logistic if yes_or_no else _ridge, _ridge)
    return Bases(lambda: _boosted(yes_or_no, seed), lambda: _boosted(False, seed))


def fitted(make: Callable[[], Any], matrix: Floats, outcomes: Floats) -> Any:
    """Fit a model; a `Constant` where there is nothing to tell apart."""
    if np.ptp(outcomes) == 0 or matrix.shape[1] == 0:
        return Constant(float(outcomes.mean()))
    return make().fit(matrix, outcomes)


def foretold(model: Any, matrix: Floats) -> Floats:
    """Foretell the mean outcome of users: a probability, where the model tells one."""
    if isinstance(model, Constant):
        return np.full(len(matrix), model.value)
    if hasattr(model, "predict_proba"):
        found: Floats = model.predict_proba(matrix)[:, 1]
        return found
    return np.asarray(model.predict(matrix), dtype=np.float64)


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def _ridge() -> Any:
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), Ridge())


def _boosted(yes_or_no: bool, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if yes_or_no else HistGradientBoostingRegressor
    return kind(
        max_iter=60, max_depth=3, min_samples_leaf=50, l2_regularization=1.0, early_stopping=False,
        random_state=seed,
    )  # fmt: skip
