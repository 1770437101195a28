"""The model card of a prediction: what, when, on whom, how good, and what it may not be used for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coterie.predictions.foretold import Failed, Foretold
from coterie.report import chapter as of_figures
from coterie.report import foretelling, importance, levels, ranking, sections, words
from coterie.report.chapter import Chapter
from coterie.report.markup import Markup, element, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coterie.predictions.examples import Kind
    from coterie.predictions.prediction import Measure, Prediction
    from coterie.report.figures import Figure
    from coterie.report.language import Language

_KINDS: dict[Kind, str] = {
    "yes_or_no": "a probability, from 0 to 1",
    "count": "an expected count",
    "amount": "an expected amount",
}
_METHODS = {
    "baseline": "the period before",
    "linear": "linear model",
    "boosting": "gradient boosting",
    "forest": "random forest",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
}
#: What each measure is called, and which way is better.
_MEASURES = {
    "auc": "Area below the ROC curve (more is better)",
    "precision": "Average precision (more is better)",
    "lift": "Lift of the best tenth (more is better)",
    "brier": "Brier score (less is better)",
    "log_loss": "Logarithmic loss (less is better)",
    "total": "Foretold in all over happened (1 is right)",
    "gini": "Normalised Gini (more is better)",
    "spearman": "Rank correlation (more is better)",
    "absolute_error": "Mean absolute error (less is better)",
    "squared_error": "Root mean square error (less is better)",
    "deviance": "Poisson deviance (less is better)",
}


def chapters(
    made: Sequence[Foretold | Failed], labels: Mapping[str, str], vocabulary: Language
) -> Iterator[Chapter]:
    """Write a card for each prediction of a run, and say what could not be foretold, and why.

    Args:
        made: In the order of coterie.yaml.
        labels: The name of each feature for people, by its column.
        vocabulary: The language.
    """
    for at, one in enumerate(made, start=1):
        if isinstance(one, Foretold):
            told = foretelling.sentences(one, vocabulary)
            yield chapter(f"p{at}", one.prediction, labels, vocabulary, told)
    failed = [element("li", f"{one.name}: {one.sentence}") for one in made if isinstance(one, Failed)]
    if failed:
        title = vocabulary.say("What could not be foretold")
        yield Chapter("not-foretold", title, (element("ul", *failed),))


def headlines(made: Sequence[Foretold | Failed], vocabulary: Language) -> list[Markup]:
    """Say of each prediction what it comes to, with a link to its card."""
    return [
        element("p", element("a", one.name, href=f"#p{at}"), ": ", foretelling.headline(one, vocabulary))
        for at, one in enumerate(made, start=1)
        if isinstance(one, Foretold)
    ]


def chapter(
    ident: str,
    found: Prediction,
    labels: Mapping[str, str],
    vocabulary: Language,
    told: Sequence[str] = (),
) -> Chapter:
    """Write the model card of a prediction.

    Args:
        ident: The id of the section.
        found: The prediction.
        labels: The name of each feature for people, by its column.
        vocabulary: The language.
        told: What it comes to for the users of today, in sentences.
    """
    say = vocabulary.say
    parts = [
        *(element("p", sentence) for sentence in told),
        element("h3", say("Before it is used")),
        findings(found, labels, vocabulary),
        element("h3", say("What it may not be used for")),
        element("ul", *(element("li", say(sentence)) for sentence in found.not_for)),
        element("h3", say("What it is")),
        _facts(found, vocabulary),
        element("h3", say("How good it was")),
        measures(found, vocabulary),
        candidates(found, vocabulary),
    ]
    title = say("Prediction: {name}", name=found.name)
    shown = figures(found, labels, vocabulary)
    return of_figures.chapter(ident, title, parts, shown, vocabulary, called=f"prediction-{found.name}")


def figures(found: Prediction, labels: Mapping[str, str], vocabulary: Language) -> Iterator[Figure]:
    """Draw what it rests on, and how well it ranks and foretells, the baseline beside it."""
    shown = (importance.figure(found, labels, vocabulary), levels.figure(found, vocabulary))
    yield from (figure for figure in shown if figure is not None)
    if found.evaluated is None:
        return
    measured = {method(found.method, vocabulary): found.evaluated}
    if found.naive is not None and found.method != "baseline":
        measured[method("baseline", vocabulary)] = found.naive
    yield from ranking.figures(measured, vocabulary)


def findings(found: Prediction, labels: Mapping[str, str], vocabulary: Language) -> Markup:
    """List what to know before it is used, warnings first."""

    def named(sentence: str) -> str:
        return re.sub(r"\{feature:([^}]+)\}", lambda m: f"“{labels.get(m[1], m[1])}”", sentence)

    told = (sections.point(each.level, named(each.sentence), vocabulary) for each in found.findings)
    return element("ul", *told, class_="findings")


def method(name: str, vocabulary: Language) -> str:
    """Name a model."""
    return vocabulary.say(_METHODS.get(name, name))


def _facts(found: Prediction, vocabulary: Language) -> Markup:
    say = vocabulary.say
    dates = say("each of {dates}", dates=", ".join(map(str, found.dates)))
    facts = [
        (say("Score"), say(_KINDS[found.kind])),
        (say("Horizon"), words.number(found.horizon_days, "days")),
        (say("Model"), method(found.method, vocabulary)),
        (say("Learnt from"), say("{users} rows, as of {dates}", users=f"{found.users:,}", dates=dates)),
        (say("Measured on"), _of_holdout(found, vocabulary)),
        (say("Features"), f"{len(found.features):,}"),
        (say("Mended by"), _mended(found, vocabulary)),
        (say("Seed"), str(found.seed)),
    ]
    return table(say("What the prediction is"), (say("What"), say("Value")), facts, text=2)


def _of_holdout(found: Prediction, vocabulary: Language) -> str:
    return vocabulary.say("{users} users as of {date}", users=f"{found.held_out:,}", date=found.holdout)


def _mended(found: Prediction, vocabulary: Language) -> str:
    ways = {
        "Platt": "a logistic curve over out-of-time predictions (Platt)",
        "Isotonic": "a rising line through out-of-time predictions (isotonic)",
        "NoneType": "nothing; its level is as it was fitted",
    }
    return vocabulary.say(ways[type(found.calibrator).__name__])


def measures(found: Prediction, vocabulary: Language) -> Markup:
    """Tabulate how good it was, with what is said without a model beside it."""
    say = vocabulary.say
    head = ("Measure", "Model", "95% interval", "By the period before", "By the mean", "Model wins")
    rows = [
        (
            say(_MEASURES[measure.name]),
            f"{measure.value:.3g}",
            _interval(measure),
            _number(measure.naive),
            _number(measure.mean),
            say("no") if measure.beaten else say("yes"),
        )
        for measure in found.measures
    ]
    return table(_of_holdout(found, vocabulary), [say(word) for word in head], rows)


def _interval(measure: Measure) -> str:
    if measure.low is None or measure.high is None:
        return words.NOTHING
    return f"{measure.low:.3g} to {measure.high:.3g}"


def _number(value: float | None) -> str:
    return words.NOTHING if value is None else f"{value:.3g}"


def candidates(found: Prediction, vocabulary: Language) -> Markup:
    """Tabulate the models that were tried; the one that was taken is marked."""
    say = vocabulary.say
    rows = [
        (
            f"{method(each.method, vocabulary)}{' ✓' if each.chosen else ''}",
            f"{each.loss:.4g}",
            f"{each.excess:.2g} ± {each.error:.1g}" if each.excess else words.NOTHING,
        )
        for each in found.candidates
    ]
    caption = say("Models tried on earlier dates; the simplest within one error of the best is taken")
    return table(caption, (say("Model"), say("Loss"), say("More than the best")), rows)
