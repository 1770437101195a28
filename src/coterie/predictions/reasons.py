"""Why a user's score is what it is: which features push it up or down, against a typical user.

A linear model is a sum, so each feature's part is its weight times how far the user is from the mean of
those the model was fitted on; these parts add up to the whole difference, exactly. Of trees and of products
of two models, a feature's part is how far the sum falls when the feature alone is put to what is typical
(occlusion); such parts need not add up, as features that work together are each missed. A score's
calibration keeps the order of users and is left out of account.

References:
    Zeiler & Fergus (2014), Visualizing and Understanding Convolutional Networks: occlusion. Robnik-Šikonja &
    Kononenko (2008), Explaining Classifications For Individual Instances.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from coterie.predictions.columns import matrix
from coterie.predictions.models.baseline import Baseline
from coterie.predictions.models.hurdle import Hurdle
from coterie.predictions.models.linear import Linear
from coterie.shown import Shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats
    from coterie.predictions.models.by_name import Learnt
    from coterie.predictions.prediction import Prediction

    Bools = NDArray[np.bool_]

#: weights: the exact parts of a weighted sum. occlusion: what each feature alone changes.
Way = Literal["weights", "occlusion"]

_LEAST = 1e-12


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """What one feature does to the score of one user.

    Attributes:
        feature: Its name.
        value: The user's own, for people; empty if not known.
        push: How far it moves the score's logit (probabilities), logarithm (counts and amounts) or the score
            itself (amounts that may be below 0): above 0 up, below 0 down.
    """

    feature: str
    value: str
    push: float


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Reasons(Shown):
    """Why the score of a user is what it is.

    Attributes:
        user: Whose.
        prediction: Of what.
        way: How the parts were found.
        score: As foretold, calibrated.
        reasons: Those that push most, the strongest first.
    """

    user: str
    prediction: str
    way: Way
    score: float
    reasons: tuple[Reason, ...]

    def caption(self) -> str:
        """Say what is foretold, and by what most."""
        if not self.reasons:
            return f"{self.prediction} of {self.user} is {self.score:.3g}, as of everyone like them"
        first = self.reasons[0]
        way = "up" if first.push > 0 else "down"
        return f"{self.prediction} of {self.user} is {self.score:.3g}, pushed {way} most by {first.feature}"

    def to_arrow(self) -> pa.Table:
        """Return one row a feature."""
        rows = [dataclasses.asdict(each) for each in self.reasons]
        schema = pa.schema([("feature", pa.string()), ("value", pa.string()), ("push", pa.float64())])
        return pa.Table.from_pylist(rows, schema=schema)


def reasons(
    prediction: Prediction, rows: pa.Table, typical: pa.Table, scores: Floats, most: int = 5
) -> tuple[Reasons, ...]:
    """Say for each row why its score is what it is.

    Args:
        prediction: A fitted prediction.
        rows: ``user_id`` and the features that it needs; some thousands at most, as a reason costs as much as
            scoring once for each feature.
        typical: The users to compare with, such as all of them: trees are compared with their medians.
        scores: Of `rows`, as `coterie.predictions.score.score` gives them.
        most: Reasons a user, at most.

    Returns:
        One entry a row, in order; without reasons for the baseline, which looks at no feature.

    Raises:
        UsageError: A column is missing or holds no numbers.
    """
    model = prediction.model
    way: Way = "weights" if isinstance(model, Linear) else "occlusion"
    pushes = np.zeros((rows.num_rows, len(prediction.features)))
    if not isinstance(model, Baseline):
        own, others = matrix(prediction.columns, rows), matrix(prediction.columns, typical)
        names = [column.feature for column in prediction.columns]
        groups = [np.array([name == each for name in names]) for each in prediction.features]
        if isinstance(model, Linear):
            pushes = _weights(model, own, groups)
        else:
            pushes = _occluded(model, own, others, groups)
    users, values = rows.column("user_id").to_pylist(), _values(prediction, rows)
    return tuple(
        Reasons(
            str(users[at]),
            prediction.name,
            way,
            float(scores[at]),
            _strongest(prediction.features, [found[at] for found in values], pushes[at], most),
        )
        for at in range(rows.num_rows)
    )


def _weights(model: Linear, own: Floats, groups: list[Bools]) -> Floats:
    # Columns are standardised: the mean user is at 0.
    parts = own * np.array(model.weights)
    return np.column_stack([parts[:, group].sum(axis=1) for group in groups])


def _occluded(model: Learnt, own: Floats, others: Floats, groups: list[Bools]) -> Floats:
    middle = np.median(others, axis=0)
    whole = _sums(model, own)
    result = np.empty((len(own), len(groups)))
    for at, group in enumerate(groups):
        without = own.copy()
        without[:, group] = middle[group]
        result[:, at] = whole - _sums(model, without)
    return result


def _sums(model: Learnt, own: Floats) -> Floats:
    """Return scores where parts add up best: as logits or logarithms."""
    predicted = model.predicted(own)
    if isinstance(model, Hurdle):
        return np.asarray(np.log(np.maximum(predicted, _LEAST)))
    if model.link == "identity" and (model.low, model.high) == (0.0, 1.0):
        bound = np.clip(predicted, 1e-3, 1 - 1e-3)  # the share of a forest's trees, which may be all of them
        return np.asarray(np.log(bound / (1 - bound)))
    return model.sums(own)


def _values(prediction: Prediction, rows: pa.Table) -> list[list[str]]:
    return [[_written(value) for value in rows.column(name).to_pylist()] for name in prediction.features]


def _written(value: float | str | None) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _strongest(names: tuple[str, ...], values: list[str], pushes: Floats, most: int) -> tuple[Reason, ...]:
    order = np.lexsort((np.arange(len(names)), -np.abs(pushes)))[:most]
    told = (Reason(names[at], values[at], float(pushes[at])) for at in order.tolist())
    return tuple(reason for reason in told if abs(reason.push) > _LEAST)
