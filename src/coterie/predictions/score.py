"""What a fitted prediction foretells users, and groups of users, with intervals."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import UsageError
from coterie.predictions.columns import matrix
from coterie.predictions.models.baseline import Baseline

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from coterie.features.values import Floats
    from coterie.predictions.calibrate import Calibrator
    from coterie.predictions.columns import Column
    from coterie.predictions.models.by_name import Learnt
    from coterie.predictions.prediction import Model, Prediction

#: Rows that are prepared at a time.
CHUNK = 100_000

_Z = 1.959963984540054


def score(prediction: Prediction, rows: pa.Table, naive: Floats | None = None) -> Floats:
    """Foretell each row.

    Args:
        prediction: A fitted prediction.
        rows: A table with the features it needs; other columns are ignored. Null, and words that were not
            there at the fit, are fine.
        naive: What happened to each in the period before, as in `Examples.naive`; the baseline rests on it,
            and foretells the mean without. Other models don't look at it.

    Returns:
        A probability, a count or an amount a row.

    Raises:
        UsageError: A column is missing or holds no numbers.
    """
    return foretold(prediction.model, prediction.columns, prediction.calibrator, rows, naive)


def foretold(
    model: Model,
    columns: Sequence[Column],
    calibrator: Calibrator | None,
    rows: pa.Table,
    naive: Floats | None,
) -> Floats:
    """Foretell rows by the parts of a prediction, preparing `CHUNK` rows at a time."""
    if isinstance(model, Baseline):
        return model.predicted(naive, rows.num_rows)
    parts = [
        mended(model, calibrator, matrix(columns, rows.slice(start, CHUNK)))
        for start in range(0, rows.num_rows, CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def mended(model: Learnt, calibrator: Calibrator | None, matrix: Floats) -> Floats:
    """Foretell prepared rows."""
    found = model.predicted(matrix)
    return found if calibrator is None else calibrator.mended(found)


@dataclasses.dataclass(frozen=True, slots=True)
class Expected:
    """What is foretold of a group of users together.

    Attributes:
        users: How many they are.
        total: To how many it happens, or what it comes to.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    users: int
    total: float
    low: float
    high: float


def expected(prediction: Prediction, scores: Floats) -> Expected:
    """Sum the predictions of a group of users up, with an interval.

    Two things make the sum uncertain: chance, which evens out in large groups, and how far the level of all
    predictions was off on the holdout beyond chance, which does not.

    Args:
        prediction: What foretold them.
        scores: One a user of the group.
    """
    total = float(scores.sum())
    if prediction.residuals is None:
        chance = float((scores * (1 - scores)).sum())
    else:
        chance = float(prediction.residuals.of_each(scores).sum())
    half = _Z * float(np.sqrt(chance + (total * _level_error(prediction)) ** 2))
    signed = prediction.residuals is not None and prediction.residuals.floor is None
    low = total - half if signed else max(total - half, 0.0)
    high = total + half if prediction.kind != "yes_or_no" else min(total + half, float(len(scores)))
    return Expected(len(scores), total, low, high)


def _level_error(prediction: Prediction) -> float:
    """Tell how far the predictions of the holdout were off together, beyond chance, as a share of them."""
    found = next((each for each in prediction.measures if each.name == "total"), None)
    return 0.0 if found is None else abs(found.value - 1)


def interval(prediction: Prediction, scores: Floats) -> tuple[Floats, Floats]:
    """Return between what nine of ten users' counts or amounts lie.

    Raises:
        UsageError: The prediction is of yes or no, where either happens to one user; see `expected`.
    """
    if prediction.residuals is None:
        raise UsageError(
            f"{prediction.name} foretells a probability, which has no interval for one user; ask for a group."
        )
    return prediction.residuals.around(scores)
