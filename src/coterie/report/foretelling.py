"""What is foretold, in words: how many it comes to, how sure that is, and whether a model was needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.predictions.foretold import Failed, Foretold
from coterie.project.predicting import ANY, MOST_ENGAGED
from coterie.report.language import language
from coterie.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.predictions.reasons import Reasons
    from coterie.project.predicting import PredictionSettings
    from coterie.report.language import Language

#: What the first measure of a prediction is called.
_MEASURES = {
    "auc": "area below ROC",
    "gini": "Gini",
    "brier": "Brier score",
    "deviance": "deviance",
    "squared_error": "root mean square error",
}


def happening(settings: PredictionSettings, horizon_days: int, spoken: Language | None = None) -> str:
    """Say what is foretold, as it is said of users who will.

    Args:
        settings: Of the prediction.
        horizon_days: How many days are foretold.
        spoken: The language; default: English.

    Examples:
        >>> from coterie.project.predicting import PredictionSettings
        >>> happening(PredictionSettings(target="none"), 7)
        'place no order within 7 days'
    """
    spoken = spoken or language()
    say, act = spoken.say, spoken.act(settings.about)
    days = say("within a day") if horizon_days == 1 else say("within {days} days", days=horizon_days)
    place = say("place") if settings.about == "order" else say("have")
    return f"{_verb(settings, place, act.one, spoken)} {days}"


def _verb(settings: PredictionSettings, place: str, one: str, spoken: Language) -> str:
    say = spoken.say
    match settings.target:
        case "inactive":
            return (
                say("do nothing") if settings.about == ANY else say("{place} no {one}", place=place, one=one)
            )
        case "none":
            return say("{place} no {one}", place=place, one=one)
        case "first_time":
            return say("{place} their first {one}", place=place, one=one)
        case "count":
            many = say("events") if settings.about == ANY else spoken.act(settings.about).many
            return say("{place} so many {many}", place=place, many=many)
        case "value":
            return say("bring so much money")
        case _:
            asked = settings.segment
            segment = asked.segment if asked else ""
            shown = say("the most engaged segment") if segment == MOST_ENGAGED else f"“{segment}”"
            return say(
                "get into {segment} of {name}", segment=shown, name=asked.segmentation if asked else ""
            )


def headline(one: Foretold, spoken: Language | None = None) -> str:
    """Say how many it comes to, with the interval."""
    spoken = spoken or language()
    told, settings, days = one.about.expected, one.about.settings, one.prediction.horizon_days
    values = {
        "users": f"{told.users:,}",
        "total": f"{told.total:,.0f}",
        "low": f"{told.low:,.0f}",
        "high": f"{told.high:,.0f}",
        "days": days,
    }
    if settings.yes_or_no:
        what = happening(settings, days, spoken)
        return spoken.say("Of {users} users {total} ({low} to {high}) will {what}.", what=what, **values)
    if settings.target == "value":
        return spoken.say("{users} users will bring {total} ({low} to {high}) within {days} days.", **values)
    many = spoken.say("events") if settings.about == ANY else spoken.act(settings.about).many
    told_of = "{users} users will have {total} ({low} to {high}) {many} within {days} days."
    return spoken.say(told_of, many=many, **values)


def sentences(one: Foretold, spoken: Language | None = None) -> tuple[str, ...]:
    """Say what it comes to, how that went on the holdout, whether the baseline wins, and who is too new."""
    spoken = spoken or language()
    say, about = spoken.say, one.about
    found = [headline(one, spoken)]
    then = about.on_holdout
    told = "As of {date} it would have foretold {total} ({low} to {high}), and it came to {happened}."
    found.append(
        say(
            told,
            date=one.prediction.holdout,
            total=f"{then.total:,.0f}",
            low=f"{then.low:,.0f}",
            high=f"{then.high:,.0f}",
            happened=f"{about.happened:,.0f}",
        )
    )
    if one.baseline_wins:
        found.append(
            say("What happened in the period before foretells as well; no model is needed for this.")
        )
    if about.counted.too_new:
        found.append(
            say(
                "{users} users known for less than {days} days are too new to be guessed.",
                users=f"{about.counted.too_new:,}",
                days=about.settings.min_history_days,
            )
        )
    if about.gaps is not None:
        found.append(about.gaps.caption())
    return (*found, *about.notes)


def table(made: Sequence[Foretold | Failed], spoken: Language | None = None) -> Table:
    """Show the predictions that were made: how many users, what it comes to, and how good it is."""
    say = (spoken or language()).say
    head = ("Prediction", "Users", "Expected", "95% interval", "How good", "Without a model", "Model")
    rows = tuple(_row(one) for one in made if isinstance(one, Foretold))
    told = tuple(say(word) for word in head)
    return Table(say("Predictions"), told, rows, (told[1], told[2]), told[:4])


def _row(one: Foretold) -> tuple[str, ...]:
    told, measure = one.about.expected, one.first_measure
    naive = "" if measure.naive is None else f"{measure.naive:.3g}"
    return (
        one.name,
        f"{told.users:,}",
        f"{told.total:,.0f}",
        f"{told.low:,.0f} to {told.high:,.0f}",
        f"{_MEASURES.get(measure.name, measure.name)} {measure.value:.3g}",
        f"{naive} (as good)" if one.baseline_wins and naive else naive,
        one.prediction.method,
    )


def of_one(
    one: Foretold,
    score: float,
    between: tuple[float | None, float | None],
    why: Reasons,
    labels: Mapping[str, str],
    spoken: Language | None = None,
) -> str:
    """Say what is foretold of one user, and which features push it up or down.

    Args:
        one: The prediction.
        score: Of the user.
        between: The ends of the interval that holds nine of ten users; null for probabilities.
        why: The reasons.
        labels: The name of each feature for people, by its column.
        spoken: The language; default: English.
    """
    spoken = spoken or language()
    say, low, high = spoken.say, *between
    if one.about.settings.yes_or_no:
        what = happening(one.about.settings, one.prediction.horizon_days, spoken)
        told = say("{name}: {chance} to {what}", name=one.name, chance=f"{score:.0%}", what=what)
    else:
        told = say("{name}: {score} expected", name=one.name, score=f"{score:,.3g}")
        if low is not None and high is not None:
            told += say(", nine of ten between {low} and {high}", low=f"{low:,.3g}", high=f"{high:,.3g}")
    for way, sign in ((say("up"), 1), (say("down"), -1)):
        pushing = [each for each in why.reasons if each.push * sign > 0]
        if pushing:
            named = (f"{labels.get(each.feature, each.feature)} ({each.value or '-'})" for each in pushing)
            told += say("; {way} by {features}", way=way, features=", ".join(named))
    return f"{told}."


def meaning(one: Foretold) -> str:
    """Say what the score of a user is, and what null means; for the columns of profiles."""
    settings, days = one.about.settings, one.prediction.horizon_days
    what = happening(settings, days)
    null = (
        f"Null: not among those it is foretold of, or known for less than {settings.min_history_days} days."
    )
    if settings.yes_or_no:
        return f"Probability, from 0 to 1, to {what} from {one.as_of} on. {null}"
    many = "events" if settings.about == ANY else language().act(settings.about).many
    unit = "money, refunds taken off," if settings.target == "value" else many
    return f"Expected {unit} within {days} days from {one.as_of} on. {null}"
