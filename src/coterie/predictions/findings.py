"""What to know before a prediction is used: does it beat saying what was, does one feature give it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie.features.values import numbers, words
from coterie.intervals import wilson
from coterie.predictions.evaluation.roc import roc
from coterie.predictions.models.baseline import Baseline
from coterie.predictions.prediction import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints
    from coterie.predictions.examples import Examples
    from coterie.predictions.origins import Origins
    from coterie.predictions.prediction import Level, Measure, Prediction

#: How well one feature may foretell by itself: the area below its ROC curve, or its rank correlation.
LEAK = 0.98

#: Examples of the rarer outcome below which a prediction rests on few, and on next to none.
FEW, VERY_FEW = 100, 20

#: How far what was foretold of all may be from what happened, as a share.
OFF = 0.2

#: How many times as much may happen as of the holdout as before.
CHANGED = 1.5

_ROWS = 20_000
_NO_RANKING = {"auc": 0.5, "gini": 0.0}
_SAID = {
    "auc": "area below the ROC curve",
    "gini": "normalised Gini coefficient",
    "brier": "Brier score",
    "deviance": "deviance",
    "squared_error": "root mean square error",
}


def findings(examples: Examples, prediction: Prediction, parts: Origins) -> tuple[Finding, ...]:
    """Look for what should be known, the most pressing first.

    Args:
        examples: In an order of their own.
        prediction: As it was fitted and measured.
        parts: What was learnt from and judged by what.
    """
    found = [
        *_leaks(examples, parts.known, prediction.seed),
        *_of_chance(prediction),
        *_beside_the_baseline(prediction),
        *_of_level(examples, prediction),
        *_of_rarity(examples, parts.known),
        *_of_time(prediction, parts),
    ]
    order = {"warning": 0, "note": 1, "good": 2}
    return tuple(sorted(found, key=lambda finding: order[finding.level]))


def _leaks(examples: Examples, known: Ints, seed: int) -> Iterator[Finding]:
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.choice(known, _ROWS, replace=False)) if len(known) > _ROWS else known
    table, outcomes = examples.rows.take(rows), examples.outcomes[rows]
    half = rng.permutation(len(rows)) < len(rows) // 2  # drawn: what every other row is may be no chance
    for feature in examples.features:
        if feature.categorical:
            values, judged = _means(words(table, feature.name).codes, outcomes, half)
        else:
            values, judged = numbers(table, feature.name), outcomes
            values = np.where(np.isnan(values), np.nanmin(values, initial=0.0) - 1, values)
        strength = _alone(values, judged, yes_or_no=examples.kind == "yes_or_no")
        if strength >= LEAK:
            sentence = (
                f"{{feature:{feature.name}}} alone foretells almost perfectly ({strength:.3f} of 1). It may "
                "hold what is to be foretold: check that it was known by the date."
            )
            yield Finding("leak", "warning", sentence, strength, feature.name)


def _means(codes: Ints, outcomes: Floats, half: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Give one half of the users the mean outcome that their word had in the other half."""
    users = np.bincount(codes[half], minlength=codes.max(initial=0) + 1)
    sums = np.bincount(codes[half], weights=outcomes[half], minlength=len(users))
    means = np.where(users > 0, sums / np.maximum(users, 1), outcomes.mean())
    return means[codes[~half]], outcomes[~half]


def _alone(values: Floats, outcomes: Floats, *, yes_or_no: bool) -> float:
    if not len(values) or np.ptp(outcomes) == 0 or np.ptp(values) == 0:
        return 0.0
    if yes_or_no:
        area = roc(values, outcomes).area
        return max(area, 1 - area)
    from scipy.stats import rankdata

    return abs(float(np.corrcoef(rankdata(values), rankdata(outcomes))[0, 1]))


def _of_chance(prediction: Prediction) -> Iterator[Finding]:
    measure = prediction.measures[0]
    by_chance = _NO_RANKING.get(measure.name)
    if by_chance is None or measure.low is None or measure.low > by_chance:
        return
    sentence = (
        f"The ranking is no better than chance: {_SAID[measure.name]} {measure.value:.3f} "
        f"({measure.low:.3f} to {measure.high or measure.value:.3f}), and {by_chance:g} is chance."
    )
    yield Finding("chance", "warning", sentence, measure.value)


def _beside_the_baseline(prediction: Prediction) -> Iterator[Finding]:
    by = {measure.name: measure for measure in prediction.measures}
    error = next(by[name] for name in ("brier", "deviance", "squared_error") if name in by)
    if isinstance(prediction.model, Baseline):
        sentence = (
            "No model foretold better on earlier dates than saying what happened in the period before, so "
            "that is what the scores are."
        )
        yield Finding("naive", "warning", sentence, error.value)
        return
    ranking = by.get("auc") or by.get("gini")
    lost = [measure for measure in (error, ranking) if measure is not None and measure.beaten]
    yield from (_lost(measure) for measure in lost)
    if not lost and error.naive:
        less = 1 - error.value / error.naive
        sentence = (
            f"It beats saying what happened in the period before: {_SAID[error.name]} {less:.0%} lower."
        )
        yield Finding("naive", "good", sentence, less)


def _lost(measure: Measure) -> Finding:
    sentence = (
        f"Saying what happened in the period before is as good or better: {_SAID[measure.name]} "
        f"{measure.naive or 0.0:.3f} without a model, {measure.value:.3f} with it."
    )
    return Finding("naive", "warning", sentence, measure.value)


def _of_level(examples: Examples, prediction: Prediction) -> Iterator[Finding]:
    happened = examples.outcomes[examples.held_out]
    total = next((measure for measure in prediction.measures if measure.name == "total"), None)
    if total is not None:
        off = abs(total.value - 1) > OFF and _beyond_chance(happened, total.value * float(happened.mean()))
        what = "more" if total.value > 1 else "less"
        sentence = (
            f"It foretold {abs(total.value - 1):.0%} {what} in all than what happened as of the holdout."
        )
        yield Finding("calibration", "warning" if off else "good", sentence, total.value)
    rate = float(happened.mean())
    if min(rate, prediction.rate) > 0 and _beyond_chance(happened, prediction.rate):
        times = max(rate, prediction.rate) / min(rate, prediction.rate)
        if times > CHANGED:
            sentence = (
                f"As of the holdout the mean outcome was {rate:.3g}, and {prediction.rate:.3g} before: times "
                "have changed, and may again."
            )
            yield Finding("change", "note", sentence, times)


def _beyond_chance(happened: Floats, mean: float) -> bool:
    """Tell whether a mean lies outside the 95 % interval of that of the holdout."""
    if np.isin(happened, (0.0, 1.0)).all():
        low, high = wilson(float(happened.sum()), len(happened))
    else:
        half = 1.96 * float(happened.std()) / np.sqrt(len(happened))
        low, high = float(happened.mean()) - half, float(happened.mean()) + half
    return not low <= mean <= high


def _of_rarity(examples: Examples, known: Ints) -> Iterator[Finding]:
    happened = examples.outcomes[known] != 0
    rarer = (
        int(min(happened.sum(), (~happened).sum())) if examples.kind == "yes_or_no" else int(happened.sum())
    )
    if rarer < FEW:
        level: Level = "warning" if rarer < VERY_FEW else "note"
        sentence = f"It rests on {rarer:,} examples of the rarer outcome among {len(known):,}."
        yield Finding("few", level, sentence, float(rarer))


def _of_time(prediction: Prediction, parts: Origins) -> Iterator[Finding]:
    if not parts.out_of_time:
        sentence = (
            "There was one date to learn from, so models were compared on other users and not on later "
            "dates; more dates would tell better."
        )
        yield Finding("time", "note", sentence, float(len(prediction.dates)))


def not_for(prediction: Prediction, found: tuple[Finding, ...]) -> tuple[str, ...]:
    """List what a prediction may not be used for.

    Args:
        prediction: As it was fitted and measured.
        found: What is to be known of it.
    """
    said = [
        f"Times other than the {prediction.horizon_days} days after the date of the features.",
        "Users who would not have been among those it learnt from.",
        "Telling what an action would change: a test with a group that is left alone says that.",
        "Decisions with legal or similarly grave effects on a person, such as credit, work or housing.",
    ]
    checks = {finding.check for finding in found if finding.level == "warning"}
    if checks & {"chance"}:
        said.insert(0, "Picking users: its ranking is no better than chance.")
    if "leak" in checks:
        said.insert(0, "Anything, before the feature that may give the outcome away has been looked into.")
    if "calibration" in checks:
        said.append("Sums over users, such as a budget: its level was off.")
    return tuple(said)
