"""An explanation in words: why a user is in a segment, and what would move them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.report import words
from coterie.report.tables import Table

if TYPE_CHECKING:
    from coterie.features.feature import Unit
    from coterie.report.words import Wording
    from coterie.segments.explain import Change, Contribution, Explanation

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
    if explanation.nearest is None or explanation.distance_to_nearest is None:
        return [*told, say("There is no other segment.")]
    factor = explanation.distance_to_nearest / explanation.distance if explanation.distance > 0 else None
    nearest = wording.name(explanation.nearest)
    if factor is None:
        told.append(
            say("They are at the very middle of it; the nearest other is “{segment}”.", segment=nearest)
        )
    elif factor <= _BORDER:
        sentence = "They are near the border: “{segment}” is hardly further from them than their own segment."
        told.append(say(sentence, segment=nearest))
    else:
        sentence = "The nearest other segment is “{segment}”, {factor} times as far from them as their own."
        told.append(say(sentence, segment=nearest, factor=f"{factor:.1f}"))
    return [*told, _changed(explanation, wording)]


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

    The last column says which of the two a feature points to, and its part in all that features decide.
    """
    say = wording.language.say
    weight = sum(abs(row.push) for row in explanation.contributions)
    head = (
        say("Feature"),
        say("This user"),
        say("The segment"),
        say("Everyone"),
        say("Points to"),
    )
    decisive = [row for row in explanation.contributions[:most] if row.push]
    rows = tuple(_row(row, weight, wording) for row in decisive)
    return Table(say("What decides it"), head, rows, head[1:], head[1:])


def _row(contribution: Contribution, weight: float, wording: Wording) -> tuple[str, ...]:
    say, known = wording.language.say, wording.features.get(contribution.feature)
    is_word = isinstance(contribution.value, str) or (known is not None and known.categorical)
    unit: Unit = "share" if is_word else known.unit if known is not None else "number"
    share = words.percent(round(abs(contribution.push) / weight, 2))
    points = "here, {share}" if contribution.push > 0 else "the other, {share}"
    return (
        wording.label(contribution.feature),
        _value(contribution.feature, contribution.value, wording),
        words.number(contribution.segment, unit),
        words.number(contribution.everyone, unit),
        say(points, share=share),
    )


def _value(feature: str, value: float | str | None, wording: Wording) -> str:
    if isinstance(value, str):
        return value
    known = wording.features.get(feature)
    return words.number(value, known.unit if known else "number")
