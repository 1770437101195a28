"""How good predictions were, in numbers, with the naive baseline and the mean beside them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError
from coterie.predictions.evaluation.calibration import Bin
from coterie.predictions.evaluation.comparison import Scored
from coterie.predictions.evaluation.evaluated import Evaluated, evaluate
from coterie.predictions.prediction import Measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.features.values import Floats
    from coterie.predictions.evaluation.profit import Worth
    from coterie.predictions.evaluation.resampling import Interval
    from coterie.predictions.examples import Kind

#: Probabilities and means are kept this far from where a logarithm ends.
_LEAST = 1e-6
_Z = 1.959963984540054
_BINS = 10


def losses(predicted: Floats, happened: Floats, kind: Kind, *, signed: bool = False) -> Floats:
    """Measure how wrong each prediction was: what models are chosen by.

    Args:
        predicted: One a user.
        happened: The same.
        kind: Of the outcome.
        signed: Whether outcomes of this prediction may be below 0.

    Returns:
        For yes or no the square of the error (Brier's score); for counts and amounts from 0 on the Poisson
        deviance, which takes an error of 10 among 10 for more than one among 1,000; else the square.
    """
    if kind == "yes_or_no" or signed:
        return np.square(predicted - happened)
    mean = np.maximum(predicted, _LEAST)
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = np.where(happened > 0, happened * np.log(happened / mean), 0.0)
    found: Floats = 2 * (surprise - happened + mean)
    return found


def curves(
    name: str, predicted: Floats, happened: Floats, worth: Worth | None, seed: int
) -> Evaluated | None:
    """Measure the curves of a ranking; ``None`` where outcomes leave none."""
    if (happened < 0).any() or not happened.any():
        return None
    return evaluate(Scored(name, predicted, happened), worth=worth, seed=seed)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What is said of users beside a model's predictions.

    Attributes:
        naive: What happened to each in the period before: what users are ranked by without a model.
        level: The mean outcome of users with about as much in the period before: what each is told to expect
            without a model.
        mean: The mean outcome of everyone a model is fitted on.
    """

    naive: Floats
    level: Floats
    mean: float


def measure(
    predicted: Floats, beside: Told, happened: Floats, kind: Kind, found: Evaluated | None
) -> tuple[Measure, ...]:
    """Measure predictions of users whom no model was fitted on.

    Args:
        predicted: What the model says.
        beside: What is said without a model.
        happened: What happened.
        kind: Of the outcome.
        found: The curves of the predictions, for their intervals.
    """
    of_kind = _OF_YES_OR_NO if kind == "yes_or_no" else _OF_NUMBERS
    everyone = np.full(len(happened), beside.mean)
    result = []
    for name, work_out in of_kind.items():
        naive = beside.naive if name in _OF_RANKS else beside.level
        told = {"value": predicted, "naive": naive, "mean": everyone}
        values = {who: _or_none(work_out, each, happened) for who, each in told.items()}
        if values["value"] is None:
            continue
        low, high = _interval(name, predicted, happened, found, values["value"])
        result.append(Measure(name, values["value"], low, high, values["naive"], values["mean"]))
    return tuple(result)


def _or_none(work_out: Callable[[Floats, Floats], float], told: Floats, happened: Floats) -> float | None:
    try:
        value = work_out(told, happened)
    except DataError:
        return None  # such as a share of a whole of nothing; the other measures stand
    return value if np.isfinite(value) else None


def _auc(predicted: Floats, happened: Floats) -> float:
    from coterie.predictions.evaluation.roc import roc

    return roc(predicted, happened).area


def _precision(predicted: Floats, happened: Floats) -> float:
    from coterie.predictions.evaluation.precision import precision

    return precision(predicted, happened).average


def _lift(predicted: Floats, happened: Floats) -> float:
    from coterie.predictions.evaluation.ranking import gains

    return gains(predicted, happened).top_decile_lift


def _gini(predicted: Floats, happened: Floats) -> float:
    from coterie.predictions.evaluation.ranking import gains

    return gains(predicted, happened).gini


def _brier(predicted: Floats, happened: Floats) -> float:
    return float(np.square(predicted - happened).mean())


def _log_losses(predicted: Floats, happened: Floats) -> Floats:
    bound = np.clip(predicted, _LEAST, 1 - _LEAST)
    found: Floats = -(happened * np.log(bound) + (1 - happened) * np.log(1 - bound))
    return found


def _log_loss(predicted: Floats, happened: Floats) -> float:
    return float(_log_losses(predicted, happened).mean())


def _spearman(predicted: Floats, happened: Floats) -> float:
    from scipy.stats import rankdata

    ranks = np.column_stack([rankdata(predicted), rankdata(happened)])
    offsets = ranks - ranks.mean(axis=0)
    lengths = np.sqrt(np.square(offsets).sum(axis=0))
    return float(offsets[:, 0] @ offsets[:, 1] / lengths.prod()) if lengths.all() else 0.0


def _deviance(predicted: Floats, happened: Floats) -> float:
    if (happened < 0).any():
        raise DataError("The Poisson deviance is of outcomes from 0 on.")
    return float(losses(predicted, happened, "amount").mean())


def _absolute(predicted: Floats, happened: Floats) -> float:
    return float(np.abs(predicted - happened).mean())


def _squared(predicted: Floats, happened: Floats) -> float:
    return float(np.sqrt(np.square(predicted - happened).mean()))


def _total(predicted: Floats, happened: Floats) -> float:
    return float(predicted.sum() / happened.sum()) if happened.sum() else float("nan")


_OF_YES_OR_NO: dict[str, Callable[[Floats, Floats], float]] = {
    "auc": _auc,
    "precision": _precision,
    "lift": _lift,
    "brier": _brier,
    "log_loss": _log_loss,
    "total": _total,
}
#: Measures that look at the order of users alone.
_OF_RANKS = frozenset({"auc", "precision", "lift", "gini", "spearman"})

_OF_NUMBERS: dict[str, Callable[[Floats, Floats], float]] = {
    "gini": _gini,
    "spearman": _spearman,
    "absolute_error": _absolute,
    "squared_error": _squared,
    "deviance": _deviance,
    "total": _total,
}


def _interval(
    name: str, predicted: Floats, happened: Floats, found: Evaluated | None, value: float
) -> tuple[float | None, float | None]:
    """Take the interval of a curve as it was drawn again, and that of a mean from its standard error."""
    of_curve = _of_curves(found).get(name)
    if of_curve is not None:
        return of_curve.low, of_curve.high
    each: dict[str, Callable[[], Floats]] = {
        "brier": lambda: np.square(predicted - happened),
        "log_loss": lambda: _log_losses(predicted, happened),
        "deviance": lambda: losses(predicted, happened, "amount"),
        "absolute_error": lambda: np.abs(predicted - happened),
    }
    if name not in each or len(happened) < 2:  # noqa: PLR2004 - one user has no spread
        return None, None
    half = _Z * float(each[name]().std(ddof=1)) / np.sqrt(len(happened))
    return max(value - half, 0.0), value + half


def _of_curves(found: Evaluated | None) -> dict[str, Interval | None]:
    if found is None:
        return {}
    return {
        "gini": found.gains.gini_interval,
        "lift": found.gains.tenths[0] if found.gains.tenths else None,
        "auc": found.roc.area_interval if found.roc else None,
        "precision": found.precision.average_interval if found.precision else None,
    }


def levels(predicted: Floats, happened: Floats, bins: int = _BINS) -> tuple[Bin, ...]:
    """Compare foretold numbers with what happened, in groups of about equally many users."""
    signed = bool((happened < 0).any())
    edges = np.unique(np.quantile(predicted, np.arange(1, bins) / bins))
    group = np.searchsorted(edges, predicted)
    result = []
    for at in np.unique(group).tolist():
        own, told = happened[group == at], predicted[group == at]
        mean = float(own.mean())
        half = _Z * float(own.std(ddof=1)) / np.sqrt(len(own)) if len(own) > 1 else 0.0
        low = mean - half if signed else max(mean - half, 0.0)
        result.append(Bin(len(own), float(told.mean()), mean, low, mean + half))
    return tuple(result)
