"""The rule twin in words: what each segment is in at most three conditions, and how true that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.report import words
from coterie.report.language import look_up
from coterie.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.features.feature import Unit
    from coterie.report.words import Wording
    from coterie.segments.twin.bounds import Bound
    from coterie.segments.twin.twin import SegmentRule, Twin


def table(twin: Twin, wording: Wording) -> Table:
    """Show the rule of each segment, and how many of whom it matches are in the segment, and the reverse.

    Args:
        twin: Of a segmentation.
        wording: The same segmentation and its names.
    """
    say = wording.language.say
    head = (say("Segment"), say("Rule"), say("Matches"), say("Right"), say("Found"))
    rows = tuple(
        (
            wording.name(rule.segment),
            conditions(rule.bounds, wording),
            f"{rule.matched:,}",
            words.percent(rule.precision),
            words.percent(rule.recall),
        )
        for rule in twin.rules
    )
    return Table(say("The same in at most three conditions"), head, rows, head[2:], head[2:])


def sentence(rule: SegmentRule, wording: Wording) -> str:
    """Say a rule as a sentence, with its fidelity."""
    say = wording.language.say
    if not rule.bounds:
        return say(
            "“{segment}”: no condition tells them from the others.", segment=wording.name(rule.segment)
        )
    told = "“{segment}”: {rule}. Right for {right} of the users it matches, it finds {found} of them all."
    if not rule.held_back:
        told += " They are too few to test it on."
    return say(
        told,
        segment=wording.name(rule.segment),
        rule=conditions(rule.bounds, wording),
        right=words.percent(rule.precision),
        found=words.percent(rule.recall),
    )


def verdict(twin: Twin, wording: Wording) -> str:
    """Say how faithful the rules are, and which features they speak of."""
    say = wording.language.say
    names = list(dict.fromkeys(f"“{wording.label(name)}”" for name in twin.features))
    if not names:
        return say("There is nothing to tell segments apart by.")
    return say(
        "At most three conditions a segment on {features} alone put {share} of the users where the "
        "segmentation does; always saying the largest segment would be right for {largest}.",
        features=_listed(names, say("and")),
        share=words.percent(twin.by_rules.accuracy),
        largest=words.percent(twin.largest),
    )


def conditions(bounds: Sequence[Bound], wording: Wording) -> str:
    """Say bounds that all hold: "have ordered and come on more than 12 days"."""
    if not bounds:
        return words.NOTHING
    return f" {wording.language.conjunction} ".join(condition(bound, wording) for bound in bounds)


def condition(bound: Bound, wording: Wording) -> str:
    """Say one bound."""
    vocabulary = wording.language
    if bound.test == "null":
        return _unknown(bound.feature, wording)
    if bound.test == "known":
        return vocabulary.say("{label} known", label=_label(bound.feature, wording))
    told = _threshold(bound, wording) if bound.test in {"above", "at_most"} else _words(bound, wording)
    if not bound.or_null:
        return told
    return vocabulary.say("({one} or {other})", one=told, other=_unknown(bound.feature, wording))


def _unknown(name: str, wording: Wording) -> str:
    feature = wording.features.get(name)
    if feature is not None and feature.null and feature.null != "unknown":
        return wording.language.say(feature.null)
    return wording.language.say("{label} unknown", label=_label(name, wording))


def _words(bound: Bound, wording: Wording) -> str:
    say = wording.language.say
    pattern = "{label} {words}" if bound.test == "one_of" else "{label} not {words}"
    listed = _listed(bound.values, say("or"))
    return say(pattern, label=_label(bound.feature, wording), words=listed)


def _threshold(bound: Bound, wording: Wording) -> str:
    vocabulary, feature = wording.language, wording.features.get(bound.feature)
    side = 0 if bound.test == "above" else 1
    label = _label(bound.feature, wording)
    if feature is None:
        return vocabulary.bounds[""][side].format(label=label, number=words.number(bound.number))
    found = look_up(vocabulary.any, feature) if bound.number == 0 else None
    entry, what = found or look_up(vocabulary.bounds, feature) or (vocabulary.bounds[""], "")
    spoken = entry is vocabulary.bounds[""] and "days" in label
    unit: Unit = "number" if spoken and feature.unit == "days" else feature.unit
    return vocabulary.of(entry[side], feature, what, label=label, number=words.number(bound.number, unit))


def _label(name: str, wording: Wording) -> str:
    label = wording.label(name)
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _listed(names: Sequence[str], last: str) -> str:
    *first, end = names
    return f"{', '.join(first)} {last} {end}" if first else end
