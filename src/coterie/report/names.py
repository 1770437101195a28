"""Names of segments, made of what their users do: an adjective, a noun and a clause.

The adjective tells the rank in engagement, the noun what they do most distinctively, the clause what
comes next: "Frequent readers who share". A name rests on traits alone, never on the number of a segment.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

from coterie.features.values import UNKNOWN
from coterie.report import words
from coterie.report.language import COUNTS, Language, language, look_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coterie.features.feature import Feature
    from coterie.segments.segmentation import Segment, Segmentation, Trait

#: Segments closer than this share of the whole range of engagement get the same word.
ALIKE = 0.05
#: Share of the days since they were first seen on which daily users come.
DAILY = 0.5
_QUIET_DAYS = 14.0
_MOST = 0.5


def segment_names(
    segmentation: Segmentation,
    features: Sequence[Feature],
    code: str = "en",
    kept: Mapping[int, str] | None = None,
) -> dict[int, str]:
    """Name each segment after what its users do.

    Args:
        segmentation: A fitted segmentation; segments in order of engagement.
        features: The features it was fitted on, at least; traits of features not among them are ignored.
        code: The language.
        kept: Names that segments have already, by their ids, and keep.

    Returns:
        Segment id to name; names are unique, ignoring case. Adjectives never contradict the order of
        engagement. A segmentation by attributes alone gets names that claim no behaviour. Rules and cells of
        the RFM grid have the names they were given.
    """
    vocabulary = language(code)
    known = {feature.name: feature for feature in features}
    by_facts = not any(feature.behaviour for feature in _used(segmentation, known))
    given = _given(segmentation, vocabulary)
    adjectives = _adjectives([one for one in segmentation.segments if one.id not in given], known, vocabulary)
    given |= kept or {}
    if len(segmentation.segments) == 1 and not given:
        return {segmentation.segments[0].id: vocabulary.everyone}
    by_size = sorted(segmentation.segments, key=lambda segment: (-segment.users, segment.id))
    found = {one.id: given[one.id] for one in segmentation.segments if one.id in given}
    for segment in segmentation.segments:
        if segment.id in found:
            continue
        if segment.id in adjectives:
            subject = _Subject(segment, adjectives[segment.id], known, vocabulary)
            options = list(subject.facts() if by_facts else subject.acts())
        else:
            options = [vocabulary.inactive]
        options += [vocabulary.ranked.format(name=name, rank=by_size.index(segment) + 1) for name in options]
        taken = {name.lower() for name in found.values()}
        found[segment.id] = next(name for name in _unique(options, vocabulary) if name.lower() not in taken)
    return found


def _given(segmentation: Segmentation, vocabulary: Language) -> dict[int, str]:
    """Find the names that don't rest on traits: given by hand or by a key, and of those in no group."""
    found = {
        one.id: vocabulary.given.get(one.given, one.given)
        for one in segmentation.segments
        if one.given is not None
    }
    outside = words.outside(segmentation)
    return found if outside is None or outside in found else found | {outside: vocabulary.unlike}


def _unique(options: Sequence[str], vocabulary: Language) -> Iterator[str]:
    """Offer names, and when they are used up the first of them with higher and higher ranks."""
    yield from options
    for rank in itertools.count(len(options) + 1):
        yield vocabulary.ranked.format(name=options[0], rank=rank)


def engagement_words(
    segmentation: Segmentation, features: Sequence[Feature], code: str = "en"
) -> dict[int, str]:
    """Say how engaged each segment is: low, moderate, high; with more segments in finer degrees.

    Returns:
        Segment id to word, never falling where engagement rises; empty if no feature speaks of engagement, or
        all segments are equally engaged.
    """
    speaks = any(feature.higher_is for feature in features)
    if not speaks or len({segment.engagement for segment in segmentation.segments}) == 1:
        return {}
    levels = language(code).levels
    return {ident: levels[at] for ident, at in _ranks(segmentation.segments, len(levels)).items()}


def _used(segmentation: Segmentation, known: Mapping[str, Feature]) -> list[Feature]:
    steps = [step for step in segmentation.steps if step.weight > 0 and step.feature in known]
    names = dict.fromkeys(step.feature for step in steps)
    return [known[name] for name in names]


def _ranks(found: Sequence[Segment], rungs: int) -> dict[int, int]:
    """Place segments on a ladder: few segments around its middle, alike ones on the same rung."""
    segments = sorted(found, key=lambda segment: (segment.engagement, segment.id))
    scores = [segment.engagement for segment in segments]
    close = ALIKE * (scores[-1] - scores[0])
    steps, reached = [0], scores[0]
    for score in scores[1:]:
        apart = score - reached > close
        steps.append(steps[-1] + apart)
        reached = score if apart else reached
    different = steps[-1] + 1
    rung = [_rung(step, different, rungs) for step in steps]
    return {segment.id: at for segment, at in zip(segments, rung, strict=True)}


def _rung(step: int, different: int, rungs: int) -> int:
    """Tell the rung of a step: 2 -> 1, 3; 3 -> 1, 2, 3; 4 -> 0, 1, 3, 4; more -> spread over all."""
    middle = rungs // 2
    if different == 1:
        return middle
    if different <= 3:  # noqa: PLR2004
        return middle - 1 + step * (2 // (different - 1))
    return round(step * (rungs - 1) / (different - 1))


def _adjectives(
    segments: Sequence[Segment], known: Mapping[str, Feature], vocabulary: Language
) -> dict[int, str]:
    """Put each segment on the ladder; those who were never seen to do anything have no place on it."""
    if not segments:
        return {}
    order = sorted(segments, key=lambda segment: (segment.engagement, segment.id))
    absent = list(itertools.takewhile(lambda s: _inactive(s, known), order[:-1]))
    order = order[len(absent) :]
    if absent and len(order) == 1:
        return {order[0].id: vocabulary.active}
    ranks = _ranks(order, len(vocabulary.ladder))
    found = {ident: vocabulary.ladder[at] for ident, at in ranks.items()}
    # The two words that state a fact stand at the ends alone, so that they can't contradict the order.
    for segment in itertools.takewhile(lambda s: _lapsed(s, known), order[:-1]):
        found[segment.id] = vocabulary.lapsed
    upper = [segment for segment in reversed(order) if ranks[segment.id] > len(vocabulary.ladder) // 2]
    for segment in itertools.takewhile(lambda s: _daily(s, known), upper):
        found[segment.id] = vocabulary.daily
    return found


def _inactive(segment: Segment, known: Mapping[str, Feature]) -> bool:
    """Whether most of them were never seen to do anything."""
    if "activity_events" not in known:
        return False
    events = words.summary_of(segment, "activity_events")
    return events is not None and (events.median or 0.0) == 0


def _lapsed(segment: Segment, known: Mapping[str, Feature]) -> bool:
    """Whether they came and stayed away, by a trait and by the days themselves."""
    told = [(trait, known[trait.feature]) for trait in segment.traits if trait.feature in known]
    away = any(
        trait.direction > 0
        and trait.strength != "slightly"
        and _is_recency(feature)
        and words.known(segment, feature.name) >= _MOST
        for trait, feature in told
    )
    return away and _gone(segment, known) and not _passed_by(segment, known)


def _passed_by(segment: Segment, known: Mapping[str, Feature]) -> bool:
    """Whether they never stayed: from the first event to the last there are but a few days."""
    seen, first = _median(segment, known, "recency"), _median(segment, known, "tenure")
    return seen is not None and first is not None and first - seen < _QUIET_DAYS


def _gone(segment: Segment, known: Mapping[str, Feature]) -> bool:
    return (_median(segment, known, "recency") or 0.0) >= _QUIET_DAYS


def _median(segment: Segment, known: Mapping[str, Feature], family: str) -> float | None:
    """Find the median of the first feature of a family that counts days of any kind of event."""
    feature = next(
        (f for f in known.values() if f.family == family and f.unit == "days" and not f.kind), None
    )
    found = words.summary_of(segment, feature.name) if feature is not None else None
    return found.median if found is not None else None


def _daily(segment: Segment, known: Mapping[str, Feature]) -> bool:
    """Whether they come on at least half of the days since they were first seen."""
    active, since = _median(segment, known, "activity"), _median(segment, known, "tenure")
    if not active or not since:
        return False
    return since >= _QUIET_DAYS and active / since >= DAILY


def _is_recency(feature: Feature) -> bool:
    return feature.family == "recency" and feature.higher_is < 0


@dataclasses.dataclass(frozen=True, slots=True)
class _Subject:
    """One segment about to be named."""

    segment: Segment
    adjective: str
    known: Mapping[str, Feature]
    vocabulary: Language

    def acts(self) -> Iterator[str]:
        """Offer names by behaviour, the best first."""
        traits = [
            (trait, self.known[trait.feature]) for trait in self.segment.traits if trait.feature in self.known
        ]
        noun, taken = self._noun(traits)
        gone = self.vocabulary.clauses["recency.days_since_last"][0]
        main: list[str] = []
        rest: list[str] = []
        for trait, feature in traits:
            clause = self._clause(self.vocabulary.clauses, trait, feature)
            if self._about(feature) == taken or clause in main + rest or self._unsaid(trait, feature, noun):
                continue
            (main if _telling(trait, feature) else rest).append(clause)
        if (
            self.adjective == self.vocabulary.active
        ):  # what is true of whoever does anything sets nobody apart
            main = []
        main.sort(key=lambda clause: clause != gone)  # whoever is gone is nothing else before that
        if main:
            yield self._joined(noun, main[0])
        yield self._joined(noun)
        both = main + rest
        for clause in both:
            yield self._joined(noun, clause)
        for first, second in itertools.combinations(both, 2):
            yield self._joined(noun, first, second)

    def facts(self) -> Iterator[str]:
        """Offer names by attributes, which say nothing of behaviour."""
        traits = [
            (trait, self.known[trait.feature])
            for trait in sorted(self.segment.traits, key=lambda trait: trait.direction < 0)
            if trait.feature in self.known
        ]
        told = [pair for pair in traits if pair[0].strength != "slightly" and not self._untrue(pair[0])]
        said = [self._clause(self.vocabulary.facts, *pair) for pair in (*told, *traits)]
        said = list(dict.fromkeys(said)) or [self.vocabulary.middle]
        for count in range(min(2, max(len(told), 1)), len(said) + 1):
            yield _capital(", ".join(said[:count]))

    def _noun(self, traits: list[tuple[Trait, Feature]]) -> tuple[str, str]:
        for trait, feature in traits:
            noun = look_up(self.vocabulary.nouns, feature)
            if (
                noun is not None
                and trait.direction > 0
                and trait.strength != "slightly"
                and feature.higher_is >= 0
            ):
                return noun[0], self._about(feature)
        return self.vocabulary.visitors, ""

    def _about(self, feature: Feature) -> str:
        """Tell what a feature is about, so that a clause doesn't repeat the noun."""
        if feature.kind is not None and f"kind:{feature.kind}" in self.vocabulary.nouns:
            return self.vocabulary.nouns[f"kind:{feature.kind}"]
        return self.vocabulary.nouns.get(feature.family, feature.family)

    def _unsaid(self, trait: Trait, feature: Feature, noun: str) -> bool:
        """Whether a trait is no matter for a name: the name says it already, or it holds for a minority."""
        if feature.family == "recency":
            lapsed = self.adjective == self.vocabulary.lapsed
            return lapsed or words.known(self.segment, feature.name) < _MOST
        found = look_up(self.vocabulary.clauses, feature)
        repeats = feature.unit == "share" and found is not None and len(found[1]) > 0 and found[1] in noun
        return repeats or self._untrue(trait)

    def _untrue(self, trait: Trait) -> bool:
        """Whether most of its users don't have the value that sets a segment apart."""
        if trait.category is None:
            return False
        share = words.summary_of(self.segment, trait.feature, trait.category)
        rare = share is not None and trait.direction > 0 and (share.mean or 0.0) < _MOST
        return rare or trait.category == UNKNOWN

    def _clause(self, entries: Mapping[str, tuple[str, str]], trait: Trait, feature: Feature) -> str:
        found = look_up(entries, feature)
        if trait.category is not None and trait.category.isdigit():
            found = entries["unit:category"], ""  # "from 4" would say nothing
        if entries is self.vocabulary.clauses and trait.direction > 0 and _is_recency(feature):
            found = (entries["recency.days_since_last"], "") if _gone(self.segment, self.known) else found
        (above, below), what = found or (entries[""], "")
        name = words.label(feature, self.vocabulary)
        name = name[:1].lower() + name[1:]
        pattern = above if trait.direction > 0 else below
        return self.vocabulary.of(pattern, feature, what, category=trait.category or name, label=name)

    def _joined(self, noun: str, *clauses: str) -> str:
        together = f" {self.vocabulary.conjunction} ".join(clauses)
        text = self.vocabulary.joined.format(adjective=self.adjective, noun=noun, clauses=together)
        return _capital(text.strip())


def _telling(trait: Trait, feature: Feature) -> bool:
    """Whether a trait belongs into a name even if it is unique without."""
    if trait.strength == "slightly" or _rank_alone(feature):
        return False
    if feature.family == "tenure":
        return trait.direction < 0
    return trait.direction > 0 or _average(feature)


def _average(feature: Feature) -> bool:
    """Whether a feature tells how users do something, not how much; only such a one says something if low."""
    return bool(feature.null) and feature.unit in {"seconds", "money", "characters"}


def _rank_alone(feature: Feature) -> bool:
    """Whether a feature says little more than the adjective does already."""
    return (
        feature.family in {"activity", "pattern"}
        and feature.unit in COUNTS | {"days", "seconds"}
        and feature.kind is None
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
