"""From examples to a prediction: compare models, fit the chosen one, measure it on a later date."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from coterie.errors import PredictionError
from coterie.predictions import findings, importance, measures
from coterie.predictions.calibrate import calibrate
from coterie.predictions.choose import choose, judge, learnt
from coterie.predictions.evaluation.profit import Worth
from coterie.predictions.models import baseline
from coterie.predictions.models.baseline import Baseline
from coterie.predictions.origins import origins
from coterie.predictions.prediction import Prediction
from coterie.predictions.residuals import residuals
from coterie.predictions.score import foretold
from coterie.progress import Progress, quiet

if TYPE_CHECKING:
    from coterie.features.values import Ints
    from coterie.predictions.calibrate import Calibrator
    from coterie.predictions.choose import Judged
    from coterie.predictions.columns import Column
    from coterie.predictions.examples import Examples
    from coterie.predictions.origins import Origins
    from coterie.predictions.prediction import Model
    from coterie.predictions.residuals import Residuals
    from coterie.project.predicting import PredictionSettings

#: Examples below which nothing is fitted.
LEAST = 50

#: Numbers that the columns of all examples may hold together: 2 GB of them.
MOST_NUMBERS = 250_000_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """What foretells.

    Attributes:
        model: The model itself.
        columns: How features become its columns.
        calibrator: What mends its probabilities.
        residuals: How far outcomes lie from predictions.
    """

    model: Model
    columns: tuple[Column, ...]
    calibrator: Calibrator | None
    residuals: Residuals | None


def fit(
    examples: Examples, settings: PredictionSettings, *, name: str, progress: Progress = quiet
) -> Prediction:
    """Fit a prediction.

    Models are compared on dates before the holdout, each fitted on examples whose outcome was known by then.
    The chosen one is fitted again on everything that was known by the holdout, mended by what it foretold
    users whom it was not fitted on, and measured once on the holdout.

    Args:
        examples: Users as of past dates, with what happened to them.
        settings: What coterie.yaml says of the prediction.
        name: Of the prediction.
        progress: Told how far it is.

    Raises:
        PredictionError: There is too little to learn from, or nothing to tell apart.
        UsageError: The settings name a model whose library is not installed.
    """
    examples = _ordered(examples)
    found = origins(examples, seed=settings.seed)
    _refuse(examples, found.known, name)
    judged = judge(examples, found, settings.model, seed=settings.seed, progress=progress)
    method, candidates = choose(judged, settings.model)
    progress(f"fit {method}", 0, 1)
    own = next(each for each in judged if each.method == method)
    fitted = _fitted(examples, method, own, found.known, settings.seed)
    worth = Worth(**settings.worth.model_dump()) if settings.worth is not None else None
    made = _measured(examples, fitted, found, worth, settings.seed)
    prediction = dataclasses.replace(made, name=name, method=method, candidates=candidates)
    prediction = dataclasses.replace(
        prediction,
        importance=importance.importance(examples, prediction, found.known, progress=progress),
    )
    told = findings.findings(examples, prediction, found)
    progress(f"fit {method}", 1, 1)
    return dataclasses.replace(prediction, findings=told, not_for=findings.not_for(prediction, told))


def _ordered(examples: Examples) -> Examples:
    """Put examples in order of date and user, so that the order they came in decides nothing."""
    users = pc.cast(examples.rows.column("user_id"), pa.string())
    table = pa.table({"date": pa.array(examples.date_of), "user": users})
    order = pc.sort_indices(table, [("date", "ascending"), ("user", "ascending")]).to_numpy()
    if np.array_equal(order, np.arange(len(order))):
        return examples
    return dataclasses.replace(
        examples,
        rows=examples.rows.take(order),
        date_of=examples.date_of[order],
        outcomes=examples.outcomes[order],
        naive=examples.naive[order],
    )


def _refuse(examples: Examples, known: Ints, name: str) -> None:
    if not (np.isfinite(examples.outcomes).all() and np.isfinite(examples.naive).all()):
        raise PredictionError(f"{name}: some outcomes are no finite numbers; leave these users out.")
    if len(known) < LEAST:
        raise PredictionError(
            f"{name}: {len(known)} examples before the last date are too few to learn from; at least {LEAST} "
            "are needed. Give more dates, a shorter horizon or a wider population."
        )
    numbers = len(examples) * max(len(examples.features), 1)
    if numbers > MOST_NUMBERS:
        raise PredictionError(
            f"{name}: {len(examples):,} examples of {len(examples.features)} features are {numbers:,} "
            f"numbers, and at most {MOST_NUMBERS:,} are held in memory; name fewer `features` or `dates`."
        )
    for where, rows in (("before", known), ("as of", np.flatnonzero(examples.held_out))):
        _refuse_alike(examples, rows, f"{name}: {where} the last date, {examples.dates[-1]},")


def _refuse_alike(examples: Examples, rows: Ints, where: str) -> None:
    outcomes = examples.outcomes[rows]
    if not rows.size:
        raise PredictionError(f"{where} there are no users; choose a wider population.")
    if np.ptp(outcomes) == 0:
        everyone = {0.0: "it happened to none", 1.0: "it happened to all"}
        what = everyone.get(float(outcomes[0])) if examples.kind == "yes_or_no" else None
        what = what or f"it came to {outcomes[0]:g} for each"
        raise PredictionError(
            f"{where} {what} of {len(rows):,} users, so there is nothing to tell apart; choose another "
            "horizon, kind of event or population."
        )


def _fitted(examples: Examples, method: str, own: Judged, known: Ints, seed: int) -> _Fitted:
    columns: tuple[Column, ...] = ()
    model: Model
    if method == "baseline":
        model = baseline.fit(examples.naive[known], examples.outcomes[known])
    else:
        columns, model = learnt(examples, method, known, seed=seed)
    yes_or_no = examples.kind == "yes_or_no"
    mendable = yes_or_no and not isinstance(model, Baseline) and np.ptp(own.happened) > 0
    calibrator = calibrate(own.predicted, own.happened) if mendable else None
    floor = None if (examples.outcomes < 0).any() else 0.0
    offsets = None if yes_or_no else residuals(own.predicted, own.happened, floor=floor)
    return _Fitted(model, columns, calibrator, offsets)


def _measured(
    examples: Examples, fitted: _Fitted, found: Origins, worth: Worth | None, seed: int
) -> Prediction:
    """Measure a model on the holdout; what is not known yet is left empty."""
    held_out = np.flatnonzero(examples.held_out)
    happened, naive = examples.outcomes[held_out], examples.naive[held_out]
    without = baseline.fit(examples.naive[found.known], examples.outcomes[found.known])
    beside = measures.Told(naive, without.predicted(naive, len(held_out)), without.rate)
    predicted = foretold(
        fitted.model,
        fitted.columns,
        fitted.calibrator,
        examples.rows.take(held_out),
        naive,
    )
    curves = measures.curves("model", predicted, happened, worth, seed)
    dates = sorted({examples.dates[place] for place in np.unique(examples.date_of[found.known]).tolist()})
    return Prediction(
        name="",
        kind=examples.kind,
        horizon_days=examples.horizon_days,
        method="",
        dates=tuple(dates),
        holdout=examples.dates[-1],
        users=len(found.known),
        held_out=len(held_out),
        rate=without.rate,
        seed=seed,
        columns=fitted.columns,
        model=fitted.model,
        calibrator=fitted.calibrator,
        residuals=fitted.residuals,
        measures=measures.measure(predicted, beside, happened, examples.kind, curves),
        evaluated=curves,
        naive=measures.curves(
            "naive", beside.level if examples.kind == "yes_or_no" else naive, happened, worth, seed
        ),
        levels=() if examples.kind == "yes_or_no" else measures.levels(predicted, happened),
        importance=(),
        candidates=(),
        findings=(),
        not_for=(),
    )
