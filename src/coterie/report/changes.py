"""What became of segments, who moved and why, and how features drift: in sentences."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coterie.report import words
from coterie.segments.over_time.drift import level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.compared import Compared
    from coterie.features.feature import Feature, Unit
    from coterie.report.language import Language
    from coterie.segments.over_time.change import Change
    from coterie.segments.over_time.drift import Drift, Group
    from coterie.segments.over_time.movers import Movers, Reason

#: From this probability on that a value of now is above one of then, values are called higher.
_HIGHER = 0.52


@dataclasses.dataclass(frozen=True, slots=True)
class Speech:
    """What it takes to speak of segments before and after; made by `speech`.

    Attributes:
        before: The names of the segments then, by their ids.
        after: The names now.
        features: The features by their names.
        language: The language.
    """

    before: Mapping[int, str]
    after: Mapping[int, str]
    features: Mapping[str, Feature]
    language: Language

    def then(self, ident: int) -> str:
        """Name a segment of then: "segment 3 (Daily readers)"."""
        return self._named(ident, self.before)

    def now(self, ident: int) -> str:
        """Name a segment of now."""
        return self._named(ident, self.after)

    def _named(self, ident: int, names: Mapping[int, str]) -> str:
        name = names.get(ident)
        say = self.language.say
        return say("segment {id} ({name})", id=ident, name=name) if name else say("segment {id}", id=ident)

    def label(self, feature: str, category: str | None = None) -> str:
        """Name a feature, and one of its categories."""
        known = self.features.get(feature)
        label = words.label(known, self.language) if known else feature
        return label if category is None else f"{label}: {category}"

    def number(self, value: float | None, feature: str, category: str | None = None) -> str:
        """Write a value of a feature, or the share of a category."""
        known = self.features.get(feature)
        unit: Unit = "share" if category is not None else known.unit if known else "number"
        return words.number(value, unit)


def speech(compared: Compared, features: Sequence[Feature], language: Language) -> Speech:
    """Gather what it takes to speak of a segmentation at two runs."""
    known = {feature.name: feature for feature in features}
    return Speech(compared.names_before, compared.names_after, known, language)


def changes(found: Sequence[Change], speak: Speech) -> list[str]:
    """Say what became of every segment, a sentence each; those that are the same come last."""
    order = sorted(found, key=lambda change: change.kind == "kept")
    return [change_sentence(change, speak) for change in order]


def change_sentence(change: Change, speak: Speech) -> str:
    """Say one change: "Segment 3 (Daily readers) split into ..."."""
    tell = {"kept": _kept, "split": _split, "merged": _merged, "new": _new, "gone": _gone}[change.kind]
    text = tell(change, speak)
    return text[:1].upper() + text[1:]


def _kept(change: Change, speak: Speech) -> str:
    say, (old,), (new,) = speak.language.say, change.before, change.after
    name = speak.now(new)
    if old != new:
        name = say("{old} goes on as {new}", old=speak.then(old), new=speak.now(new))
    elif change.by == "name":
        return say("{segment} is the same by its name.", segment=name)
    else:
        name = say("{segment} is still the same", segment=name)
    if change.overlap is None:
        return say("{what}, told by its centre alone: few users are in both runs.", what=name)
    return say(
        "{what}: {share} of its users are in it still (overlap {overlap}, {low} to {high}).",
        what=name,
        share=words.percent(change.shares[0]),
        overlap=f"{change.overlap:.2f}",
        low=f"{change.low:.2f}",
        high=f"{change.high:.2f}",
    )


def _split(change: Change, speak: Speech) -> str:
    say = speak.language.say
    parts = [
        say("{segment} with {share} of its users", segment=speak.now(ident), share=words.percent(share))
        for ident, share in zip(change.after, change.shares, strict=True)
    ]
    return say("{old} split into {parts}.", old=speak.then(change.before[0]), parts=_listed(parts, speak))


def _merged(change: Change, speak: Speech) -> str:
    say = speak.language.say
    parts = [
        say("{share} of {segment}", segment=speak.then(ident), share=words.percent(share))
        for ident, share in zip(change.before, change.shares, strict=True)
    ]
    return say("{parts} merged into {new}.", parts=_listed(parts, speak), new=speak.now(change.after[0]))


def _new(change: Change, speak: Speech) -> str:
    say, (new,) = speak.language.say, change.after
    if not change.before:
        return say("{segment} is new.", segment=speak.now(new))
    return say(
        "{segment} is new; {share} of its users who were there before were in {old}.",
        segment=speak.now(new),
        share=words.percent(change.shares[0]),
        old=speak.then(change.before[0]),
    )


def _gone(change: Change, speak: Speech) -> str:
    say, (old,) = speak.language.say, change.before
    if not change.after:
        return say("{segment} is gone.", segment=speak.then(old))
    return say(
        "{segment} is gone; {share} of its users are in {new} now.",
        segment=speak.then(old),
        share=words.percent(change.shares[0]),
        new=speak.now(change.after[0]),
    )


def _listed(parts: Sequence[str], speak: Speech) -> str:
    """Put a list in words: "a, b and c"."""
    *most, last = parts
    return speak.language.say("{most} and {last}", most=", ".join(most), last=last) if most else last


def movers_sentence(movers: Movers, speak: Speech) -> str:
    """Say who moved where, and what changed most for them."""
    say = speak.language.say
    told = say(
        "{users} users ({share}) moved from {old} to {new}",
        users=f"{movers.users:,}",
        share=words.percent(movers.share),
        old=speak.then(movers.before),
        new=speak.now(movers.after),
    )
    if movers.reasons:
        told += ": " + "; ".join(_reason(reason, speak) for reason in movers.reasons)
    told += "."
    if movers.by_border:
        share = words.percent(movers.by_border)
        told += " " + say("For {share} of them the border moved, not they.", share=share)
    return told


def _reason(reason: Reason, speak: Speech) -> str:
    say = speak.language.say
    label = speak.label(reason.feature, reason.category)
    values = {
        "label": label,
        "before": speak.number(reason.before, reason.feature, reason.category),
        "after": speak.number(reason.after, reason.feature, reason.category),
    }
    seen = (reason.after or 0.0) - (reason.before or 0.0)
    known = reason.before is not None and reason.after is not None and seen * reason.effect > 0
    if known and reason.moved * reason.effect > 0:
        rose = (
            "{label} rose from {before} to {after}" if seen > 0 else "{label} fell from {before} to {after}"
        )
        return say(rose, **values)
    if reason.effect > 0:
        return say("{label} is higher against those who stayed ({before} then, {after} now)", **values)
    return say("{label} is lower against those who stayed ({before} then, {after} now)", **values)


def drift_sentence(drift: Drift, speak: Speech) -> str:
    """Say how far a feature has moved and in which way."""
    say, label = speak.language.say, speak.label(drift.feature)
    index = f"{drift.index:.2f}"
    if drift.level == "stable":
        if level(drift.index) != "stable":
            return say(
                "{label}: what is seen ({index}) is no more than chance among so few users.",
                label=label,
                index=index,
            )
        return say("{label} is stable ({index}).", label=label, index=index)
    how = _how(drift, speak)
    if drift.level == "shifting":
        return say("{label} is shifting ({index}): {how}.", label=label, index=index, how=how)
    return say("{label} has changed ({index}): {how}.", label=label, index=index, how=how)


def _how(drift: Drift, speak: Speech) -> str:
    say = speak.language.say
    main = max(drift.groups, key=_part)
    shares = {"before": words.percent(main.before), "after": words.percent(main.after)}
    if main.null:
        return say("{before} of users had no value then, {after} have none now", **shares)
    if drift.higher is None:
        what = main.category if main.category is not None else say("all others")
        return say("“{what}” went from {before} to {after} of users", what=what, **shares)
    medians = {
        "before": speak.number(drift.median_before, drift.feature),
        "after": speak.number(drift.median_after, drift.feature),
    }
    if drift.higher >= _HIGHER:
        return say("values are higher, with a median of {after} where it was {before}", **medians)
    if drift.higher <= 1 - _HIGHER:
        return say("values are lower, with a median of {after} where it was {before}", **medians)
    return say("values are spread otherwise, around a median of {after} ({before} then)", **medians)


def _part(group: Group) -> float:
    """How much of everyone a group won or lost."""
    return abs(group.after - group.before)
