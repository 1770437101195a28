"""An explanation in words: why a user is in a segment, and what would move them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.report import words
from coterie.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.features.feature import Unit
    from coterie.report.words import Wording
    from coterie.segments.explaining.explain import Contribution, Explanation
    from coterie.segments.explaining.moves import Change

#: Features that are told at most.
MOST = 8

#: Another segment is hardly further away than the own one up to this factor.
_BORDER = 1.1


def sentences(explanation: Explanation, wording: Wording) -> list[str]:
    """Tell in plain sentences where a user is, what came next and what would move them.

    Args:
        explanation: Of one user.
        wording: The same segmentation and its names.
    """
    say = wording.language.say
    here = next(s for s in wording.segmentation.segments if s.id == explanation.segment)
    told = [
        say(
            "User {user} is in “{segment}”, with {share} of all users.",
            user=explanation.user_id,
            segment=wording.name(here.id),
            share=words.percent(here.share),
        )
    ]
    if len(wording.segmentation.segments) == 1:
        return [*told, say("There is no other segment.")]
    return [*told, *_near(explanation, wording), _changed(explanation, wording)]


def _near(explanation: Explanation, wording: Wording) -> Iterator[str]:
    """Tell how the user comes to be here and not elsewhere."""
    say, other = wording.language.say, explanation.nearest
    if explanation.by == "conditions":
        if explanation.condition is None:
            yield say("None of the conditions holds for them.")
        else:
            yield say("The condition that holds for them: {condition}", condition=explanation.condition)
    elif other is not None and explanation.probability is not None:
        yield say(
            "They belong to it with a probability of {share}; the likeliest other is “{segment}”.",
            share=words.percent(explanation.probability),
            segment=wording.name(other),
        )
    elif other is not None:
        yield _away(explanation, wording, other)


def _away(explanation: Explanation, wording: Wording, other: int) -> str:
    """Tell how far the nearest other segment is, as a multiple of the distance to the own one."""
    say = wording.language.say
    mine, theirs = explanation.distance or 0.0, explanation.distance_to_nearest or 0.0
    name = wording.name(other)
    if mine <= 0:
        return say("They are at the very middle of it; the nearest other is “{segment}”.", segment=name)
    factor = theirs / mine
    outside = words.outside(wording.segmentation)
    if explanation.segment == outside:
        told = (
            "They are {factor} times as far from “{segment}”, the nearest segment, as its users are at most."
        )
    elif other == outside:
        told = "At {factor} times their distance from its middle they would be “{segment}”."
    elif factor <= _BORDER:
        told = "They are near the border: “{segment}” is hardly further from them than their own segment."
    else:
        told = "The nearest other segment is “{segment}”, {factor} times as far from them as their own."
    return say(told, segment=name, factor=f"{factor:.1f}")


def _changed(explanation: Explanation, wording: Wording) -> str:
    say, change = wording.language.say, explanation.change
    if change is None:
        return say("No change of a single feature would move them.")
    return say(
        "The least that would move them: {feature} of {value} instead of {now}, to “{segment}”.",
        feature=wording.label(change.feature),
        value=_value(change.feature, change.value, wording),
        now=_value(change.feature, _now(explanation, change), wording),
        segment=wording.name(change.segment),
    )


def _now(explanation: Explanation, change: Change) -> float | str | None:
    return next((row.value for row in explanation.contributions if row.feature == change.feature), None)


def table(explanation: Explanation, wording: Wording, most: int = MOST) -> Table:
    """Tell of the features that decide most between the segment of a user and the nearest other one.

    The last column says which of the two a feature points to, and its part in all that features decide; where
    conditions decide, whether the feature alone could move the user.
    """
    say, by_conditions = wording.language.say, explanation.by == "conditions"
    weight = sum(abs(row.push) for row in explanation.contributions)
    head = (
        say("Feature"),
        say("This user"),
        say("The segment"),
        say("Everyone"),
        say("Could move them") if by_conditions else say("Points to"),
    )
    decisive = [row for row in explanation.contributions[:most] if row.push or by_conditions]
    rows = tuple(
        (*_row(row, wording), say("yes") if row.push else say("no"))
        if by_conditions
        else (*_row(row, wording), _points(row, weight, wording))
        for row in decisive
    )
    return Table(say("What decides it"), head, rows, head[1:], head[1:])


def _row(contribution: Contribution, wording: Wording) -> tuple[str, ...]:
    known = wording.features.get(contribution.feature)
    is_word = isinstance(contribution.value, str) or (known is not None and known.categorical)
    unit: Unit = "share" if is_word else known.unit if known is not None else "number"
    return (
        wording.label(contribution.feature),
        _value(contribution.feature, contribution.value, wording),
        words.number(contribution.segment, unit),
        words.number(contribution.everyone, unit),
    )


def _points(contribution: Contribution, weight: float, wording: Wording) -> str:
    share = words.percent(round(abs(contribution.push) / weight, 2))
    return wording.language.say(
        "here, {share}" if contribution.push > 0 else "the other, {share}", share=share
    )


def _value(feature: str, value: float | str | None, wording: Wording) -> str:
    if isinstance(value, str):
        return value
    known = wording.features.get(feature)
    return words.number(value, known.unit if known else "number")
