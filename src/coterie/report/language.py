"""What a report needs from a language, and how words for a feature are looked up in it."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.util
import re
from typing import TYPE_CHECKING, TypeVar

from coterie import errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coterie.features.feature import Feature

Words = TypeVar("Words")

#: Units of which more means that something was done more often.
COUNTS = frozenset({"events", "items", "number", "score", "per week"})


@dataclasses.dataclass(frozen=True, slots=True)
class Act:
    """The words for one kind of event.

    Attributes:
        one: One of them: ``order``, as in "days since last order".
        many: Several: ``orders``.
        verb: What several users do: ``buy``.
    """

    one: str
    many: str
    verb: str


@dataclasses.dataclass(frozen=True, slots=True)
class Language:
    """The words of one language.

    The mappings keyed by features take, most telling first: ``orders.spend`` (family and the rest of the
    name, where ``*`` stands for any words, handed on as ``{what}``), ``kind:share`` (features that count acts
    of that kind), ``kind`` (of any kind), ``orders`` (the family), ``unit:money`` and ``""`` (anything).
    Their words may speak of the act by ``{one}``, ``{many}`` and ``{verb}``.

    Attributes:
        code: Such as ``en``.
        ladder: Adjectives from the least to the most engaged.
        levels: Degrees of engagement from the least to the most, as many as `ladder`.
        lapsed: The adjective of those who came and stayed away.
        daily: The adjective of those who come on most days.
        inactive: The name of those who were never seen to do anything.
        active: The adjective of all the others, where the others are one segment.
        everyone: The name of the one segment of users that form no clusters.
        middle: The name of a segment that nothing sets apart.
        visitors: The noun for users of whom nothing more is known.
        joined: How an adjective, a noun and clauses make a name: ``{adjective} {noun} {clauses}``.
        conjunction: What stands between two clauses.
        ranked: How a name is told from its equal: ``{name} (size {rank})``.
        kinds: Kind of event to the words for it.
        other_kind: The words for any other ``{kind}``.
        nouns: Feature to the noun for those who do much of it.
        clauses: Feature to what is said of those above and of those below.
        facts: Attribute to what is said of those with a value (``{category}``), or above and below.
        deeds: Feature to a sentence with ``{more}``, such as "spend {more} everyone".
        bounds: Feature to what is said of those above a ``{number}`` and of those at most there.
        any: Feature to what is said of those above zero and of those at zero.
        unlike: The name of those whom a method puts into no group.
        methods: Method of segmentation to its name.
        given: The names of segments that methods give by a key, such as ``rfm:champions``.
        labels: Feature to its short name, without its unit.
        families: Family to heading.
        units: Unit to the words on an axis; empty where the label says enough.
        phrases: A sentence in English to the same sentence; what is missing stays English.
    """

    code: str
    ladder: tuple[str, ...]
    levels: tuple[str, ...]
    lapsed: str
    daily: str
    inactive: str
    active: str
    everyone: str
    middle: str
    visitors: str
    joined: str
    conjunction: str
    ranked: str
    kinds: Mapping[str, Act]
    other_kind: Act
    nouns: Mapping[str, str]
    clauses: Mapping[str, tuple[str, str]]
    facts: Mapping[str, tuple[str, str]]
    deeds: Mapping[str, str]
    bounds: Mapping[str, tuple[str, str]]
    any: Mapping[str, tuple[str, str]]
    unlike: str
    methods: Mapping[str, str]
    given: Mapping[str, str]
    labels: Mapping[str, str]
    families: Mapping[str, str]
    units: Mapping[str, str]
    phrases: Mapping[str, str]

    def say(self, sentence: str, **values: object) -> str:
        """Say an English sentence in this language, with `values` in place of its ``{words}``."""
        return self.phrases.get(sentence, sentence).format(**values)

    def act(self, kind: str) -> Act:
        """Give the words for a kind of event."""
        other = self.other_kind
        words = (word.format(kind=kind) for word in (other.one, other.many, other.verb))
        return self.kinds.get(kind) or Act(*words)

    def of(self, pattern: str, feature: Feature, what: str, **more: str) -> str:
        """Put the words for a feature in the place of the ``{words}`` of a pattern."""
        act = self.act(feature.kind or what)
        return pattern.format(what=what, one=act.one, many=act.many, verb=act.verb, **more)


@functools.cache
def language(code: str = "en") -> Language:
    """Load the language that ``report/languages/<code>.py`` holds.

    Raises:
        UsageError: There is no such language.

    Examples:
        >>> language("en").lapsed
        'Lapsed'
    """
    module = f"coterie.report.languages.{code}"
    if not re.fullmatch("[a-z]{2,3}", code) or importlib.util.find_spec(module) is None:
        raise errors.UsageError(f"There is no language {code!r} for reports; use 'en'.")
    words: Language = importlib.import_module(module).WORDS
    return words


def topic(feature: Feature) -> str:
    """Return the name of a feature without its family: ``spend`` of ``orders_spend``."""
    return feature.name.removeprefix(feature.family + "_")


def look_up(entries: Mapping[str, Words], feature: Feature) -> tuple[Words, str] | None:
    """Find the most telling entry for a feature, and what its ``*`` stands for."""
    for pattern, words in entries.items():
        found = _pattern(pattern).fullmatch(f"{feature.family}.{topic(feature)}") if "." in pattern else None
        if found is not None:
            return words, " ".join(found.groups()).replace("_", " ")
    for key in _fallbacks(feature):
        if key in entries:
            return entries[key], topic(feature).replace("_", " ")
    return None


def _fallbacks(feature: Feature) -> Iterator[str]:
    if feature.kind is not None and (feature.unit in COUNTS or feature.family == "activity"):
        yield f"kind:{feature.kind}"
        yield "kind"
    yield feature.family
    yield f"unit:{feature.unit}"
    yield ""


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", "(.*)"))
