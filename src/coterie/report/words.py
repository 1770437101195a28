"""Traits, findings, features and numbers in the words of a language."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import TYPE_CHECKING

from coterie.features.values import UNKNOWN
from coterie.report.language import Language, language, look_up, topic
from coterie.segments.borders.prototypes import Prototypes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.features.feature import Feature, Unit
    from coterie.segments.segmentation import Segment, Segmentation, Summary, Trait

NOTHING = "\N{EN DASH}"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_TWICE = 1.95
_MOST_FACTOR = 100
_TELLING = 0.2


def label(feature: Feature, words: Language | None = None) -> str:
    """Name a feature shortly, without its unit.

    Examples:
        >>> from coterie.features.feature import Feature
        >>> label(Feature("orders_spend", "orders", "money", "Money spent on orders."))
        'Spend'
        >>> label(Feature("orders_gift_wraps", "orders", "events", "Orders that were wrapped."))
        'Gift wraps'
    """
    words = words or language()
    found = look_up(words.labels, feature)
    if found is not None:
        text = words.of(found[0], feature, found[1])
    else:
        rest = topic(feature).replace("_", " ")
        heading = words.families.get(feature.family, feature.family)
        whole = feature.kind is not None or " " in rest
        text = rest if whole else f"{heading}: {rest}"
    return _capital(text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def axis(feature: Feature, words: Language | None = None) -> str:
    """Name a feature with its unit, for the axis of a chart.

    Examples:
        >>> from coterie.features.feature import Feature
        >>> axis(Feature("orders_spend", "orders", "money", "Money spent on orders."))
        'Spend (money)'
    """
    words = words or language()
    name, unit = label(feature, words), words.units.get(feature.unit, feature.unit)
    return name if not unit or unit in name.lower() else f"{name} ({unit})"


def family(name: str, words: Language) -> str:
    """Name a family of features."""
    return words.families.get(name, name.replace("_", " ").capitalize())


def method(name: str, words: Language) -> str:
    """Name a method of segmentation.

    Examples:
        >>> method("dbscan", language())
        'DBSCAN'
    """
    return words.methods.get(name, name)


def number(value: float | None, unit: Unit = "number") -> str:
    """Write a number for people, three digits or so.

    Examples:
        >>> number(0.1234, "share"), number(200, "seconds"), number(1234567), number(2.0, "days")
        ('12.3%', '3.33 min', '1.23 million', '2 days')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    if unit == "share":
        return percent(value)
    if unit == "seconds":
        return seconds(value)
    if unit == "days":
        text = _digits(value)
        return f"{text} day" if text == "1" else f"{text} days"
    return _digits(value)


def percent(share: float) -> str:
    """Write a share as a percentage; a rare thing never becomes nothing.

    Examples:
        >>> percent(0.5), percent(0.031), percent(0.0002), percent(1.0)
        ('50%', '3.1%', '<0.1%', '100%')
    """
    if 0 < share < 0.001:  # noqa: PLR2004
        return "<0.1%"
    return f"{share * 100:.1f}".removesuffix(".0") + "%"


def seconds(value: float) -> str:
    """Write a duration in the unit that suits it.

    Examples:
        >>> seconds(12.34), seconds(3600), seconds(400000)
        ('12.3 s', '60 min', '4.63 days')
    """
    size = abs(value)
    if size < 1.5 * _MINUTE:
        return f"{_digits(value)} s"
    if size < 1.5 * _HOUR:
        return f"{_digits(value / _MINUTE)} min"
    if size < 2 * _DAY:
        return f"{_digits(value / _HOUR)} h"
    return f"{_digits(value / _DAY)} days"


def _digits(value: float) -> str:
    size = abs(value)
    for factor, name in ((1e9, " billion"), (1e6, " million")):
        if size >= factor:
            return f"{value / factor:,.2f}{name}"
    if size >= 100:  # noqa: PLR2004
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    plain = f"{float(text):f}".rstrip("0").rstrip(".") if size >= 0.001 else text  # noqa: PLR2004
    return "0" if value == 0 else plain


def everyone(segmentation: Segmentation, feature: str, category: str | None) -> float | None:
    """Work out the mean over all users from the means of the segments; ``None`` if nobody has a value."""
    found = [summary_of(segment, feature, category) for segment in segmentation.segments]
    known = [(s.mean, s.users) for s in found if s is not None and s.mean is not None]
    users = sum(count for _, count in known)
    return sum(mean * count for mean, count in known) / users if users else None


def summary_of(segment: Segment, feature: str, category: str | None = None) -> Summary | None:
    """Find the summary of a feature (or a value of it) in a segment."""
    return next((s for s in segment.summary if s.feature == feature and s.category == category), None)


def outside(segmentation: Segmentation) -> int | None:
    """Tell the id of the segment of those who are like no other, if the method leaves some out."""
    borders = segmentation.borders
    if not isinstance(borders, Prototypes) or borders.outside is None:
        return None
    return segmentation.segments[borders.outside].id


def known(segment: Segment, feature: str) -> float:
    """Tell the share of a segment's users who have a value of a feature."""
    users = max((s.users for s in segment.summary), default=0)
    having = max((s.users for s in segment.summary if s.feature == feature), default=0)
    return having / users if users else 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class Wording:
    """What it takes to speak of one segmentation; made by `wording`.

    Attributes:
        segmentation: What is spoken of.
        features: Its features by their names.
        names: The names of its segments by their ids.
        language: The language.
        labels: The label of each feature, looked up once.
    """

    segmentation: Segmentation
    features: Mapping[str, Feature]
    names: Mapping[int, str]
    language: Language
    labels: Mapping[str, str]

    def name(self, segment: int) -> str:
        """Name a segment; one that isn't here keeps its number."""
        return self.names.get(segment) or self.language.say("segment {id}", id=segment)

    def label(self, feature: str) -> str:
        """Name a feature; one that isn't here keeps its column's name."""
        return self.labels.get(feature, feature)

    def sentence(self, text: str) -> str:
        """Put names in place of ``{segment:3}`` and ``{feature:orders_spend}``."""
        text = re.sub(r"\{segment:(\d+)\}", lambda m: f"“{self.name(int(m[1]))}”", text)
        return re.sub(r"\{feature:([^}]+)\}", lambda m: f"“{self.label(m[1])}”", text)

    def traits(self, segment: Segment, most: int = 4) -> list[str]:
        """Say the strongest traits of a segment in words, each about something else."""
        sentences = [self.trait(segment, trait) for trait in segment.traits if trait.feature in self.features]
        return list(dict.fromkeys(sentences))[:most]

    def trait(self, segment: Segment, trait: Trait) -> str:
        """Say a trait with the numbers behind it: "spend 4.2 times as much as everyone (84 against 20)"."""
        feature = self.features[trait.feature]
        here = summary_of(segment, trait.feature, trait.category)
        mine = here.mean if here is not None else None
        theirs = everyone(self.segmentation, trait.feature, trait.category)
        name = self.label(feature.name)
        if trait.category is not None:
            name = f"{name} {trait.category}"
        unseen = mine is None or theirs is None or (mine - theirs) * trait.direction <= 0
        never = self._never(segment, trait, unseen=unseen)
        if never is not None:
            return never
        if mine is None or theirs is None or unseen:
            if trait.direction > 0:
                return self.language.say("{label}: typically higher than everyone's", label=name)
            return self.language.say("{label}: typically lower than everyone's", label=name)
        unit: Unit = "share" if trait.category is not None else feature.unit
        if unit == "days" and "days" in name.lower():
            unit = "number"
        written = {"here": number(mine, unit), "all": number(theirs, unit)}
        deed = look_up(self.language.deeds, feature) if trait.category is None else None
        factor = mine / theirs if theirs > 0 and mine >= 0 else None
        if deed is None or factor is None or feature.unit in {"share", "days"}:
            return self.language.say("{label}: {here} (everyone: {all})", label=name, **written)
        done = self.language.of(deed[0], feature, deed[1], more=self._more(factor, feature))
        return f"{done} {self.language.say('({here} against {all})', **written)}"

    def _never(self, segment: Segment, trait: Trait, *, unseen: bool) -> str | None:
        """Say a trait by how many have a value at all, if it is about that."""
        feature, say = self.features[trait.feature], self.language.say
        segments = self.segmentation.segments
        users = sum(each.users for each in segments) or 1
        here = known(segment, feature.name)
        all_ = sum(known(each, feature.name) * each.users / users for each in segments)
        if not feature.null or (here and abs(here - all_) < _TELLING):
            return None
        if feature.fill == "largest" and feature.family == "recency" and feature.kind is not None:
            what = self.language.act(feature.kind).many
            return say(
                "Any {what}: {here} (everyone: {all})", what=what, here=percent(here), all=percent(all_)
            )
        if trait.category == UNKNOWN:
            what = say("{label} unknown", label=self.label(feature.name))
        elif unseen:
            what = _capital(say(feature.null))
        else:
            return None
        numbers = {"here": percent(1 - here), "all": percent(1 - all_)}
        return say("{what}: {here} (everyone: {all})", what=what, **numbers)

    def _more(self, factor: float, feature: Feature) -> str:
        say = self.language.say
        often = feature.unit in {"events", "items", "number", "score"}
        if factor >= _MOST_FACTOR:
            return say("over 100 times as often as") if often else say("over 100 times as much as")
        if factor >= _TWICE:
            times = f"{factor:.1f}".removesuffix(".0")
            return (
                say("{times} times as often as", times=times)
                if often
                else say("{times} times as much as", times=times)
            )
        percentage = f"{abs(factor - 1) * 100:.0f}%"
        return (
            say("{share} more than", share=percentage)
            if factor >= 1
            else say("{share} less than", share=percentage)
        )


def wording(
    segmentation: Segmentation, features: Sequence[Feature], names: Mapping[int, str], words: Language
) -> Wording:
    """Gather what it takes to speak of a segmentation."""
    labels = {feature.name: label(feature, words) for feature in features}
    return Wording(segmentation, {feature.name: feature for feature in features}, names, words, labels)
