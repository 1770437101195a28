"""Which features a run would build, by a sample of the sources; and what names others that it won't."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coterie.cli import foreseen_predictions, foreseen_uplift
from coterie.cli.preview import SAMPLE
from coterie.errors import did_you_mean
from coterie.features import catalogue
from coterie.features.available import MOST_KINDS, Available
from coterie.project.settings import FAMILIES
from coterie.project.sourcing import attributes
from coterie.segments.borders.predicates import kinds
from coterie.segments.methods import rules
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from coterie.cli.preview import Preview
    from coterie.features.feature import Feature
    from coterie.project.settings import Project, SegmentSettings
    from coterie.project.sourcing import FieldMapping
    from coterie.segments.borders.conditions import Kind

#: A word that no source holds: it stands for those that only the data can tell.
_SOME = "some word"
_SOME_NAME = sql.plain_name(_SOME)

#: Names of features that speak of such words, and of kinds of events that a sample may not show.
_OF_WORDS = re.compile(r"(channels|devices)_\w+_share|intent_category_\w+_(1h|1d|14d)")
_OF_KINDS = re.compile(r"activity_\w+_(events|days)|recency_days_since_\w+|intent_\w+_(1h|1d|14d)|social_\w+")

_FIELDS = ("item", "category", "value", "duration", "channel", "device", "query")


def features(project: Project, found: Preview) -> tuple[Feature, ...]:
    """List the features that a run would build, but those that are named after words in the data."""
    data = _available(project, found)
    if not (data.kinds or data.attributes or data.since or data.acquisition):
        return ()
    listed = catalogue.catalogue(data).features
    wanted = project.features.families
    return tuple(
        feature
        for feature in listed
        if _SOME_NAME not in feature.name and (wanted is None or feature.family in wanted)
    )


def mistakes(project: Project, found: Preview) -> list[str]:
    """Say what is wrong with what segmentations, predictions and treatments name, by a sample."""
    listed = features(project, found)
    known = kinds(listed)
    seen_all = all(look.rows < SAMPLE for look in found.looks)
    told = []
    for name, settings in project.segments.items() if known else ():
        if seen_all:
            told += [f"coterie.yaml, segments.{name}: {one}" for one in _not_there(settings, set(known))]
        if settings.method != "rules":
            continue
        named = {word for rule in settings.rules for word in re.findall(r"\w+", rule.where.lower())}
        patterns = [_OF_WORDS] if seen_all else [_OF_WORDS, _OF_KINDS]
        maybe = {word for word in named for pattern in patterns if pattern.fullmatch(word)} - set(known)
        with_maybe: dict[str, Kind] = known | dict.fromkeys(maybe, "number")
        as_numbers = rules.mistakes(settings, with_maybe)
        as_words = rules.mistakes(settings, with_maybe | _unsure(project, known))
        told += [f"coterie.yaml, segments.{name}: {one}" for one in as_numbers if one in as_words]
    kinds_there = _available(project, found).kinds
    told += foreseen_predictions.mistakes(project, found, kinds_there, whole=seen_all)
    if seen_all:
        told += foreseen_uplift.mistakes(project, found, kinds_there)
    for name, asked in project.predictions.items() if known else ():
        if name in known:
            told.append(f"coterie.yaml, predictions: {name!r} is the name of a feature too; choose another.")
        if seen_all:
            told += [
                f"coterie.yaml, predictions.{name}: {one}" for one in _not_features(asked.features, known)
            ]
    for name, uplift in project.uplift.items() if known and seen_all else ():
        told += [f"coterie.yaml, uplift.{name}: {one}" for one in _not_features(uplift.features, known)]
    return told


def _not_features(names: Iterable[str] | None, known: Collection[str]) -> Iterator[str]:
    allowed = set(known) | set(FAMILIES)
    for name in names or ():
        if name not in allowed and not _OF_WORDS.fullmatch(name):
            yield f"`features` names {name!r}, which is not there. {did_you_mean(name, allowed)}"


def _not_there(settings: SegmentSettings, known: set[str]) -> Iterator[str]:
    """Say which names in `features` and `prepare` are no feature, nor might be one."""
    given = (
        ("features", settings.features or (), known | set(FAMILIES)),
        ("prepare", settings.prepare, known),
    )
    for where, names, allowed in given:
        for name in names:
            if name not in allowed and not _OF_WORDS.fullmatch(name):
                yield f"`{where}` names {name!r}, which is not there. {did_you_mean(name, allowed)}"


def _unsure(project: Project, known: Mapping[str, Kind]) -> dict[str, Kind]:
    """The attributes of which only the data tells whether they are numbers, as words."""
    unsaid = [name for name, one in attributes(project.sources) if one.as_ is None]
    names = [f"attributes_{sql.plain_name(name)}" for name in unsaid]
    return {name: "word" for name in names if name in known}


def _available(project: Project, found: Preview) -> Available:
    looks = {look.source: look for look in found.looks}
    seen = {name: dict(look.kinds) for name, look in looks.items()}
    counts: dict[str, int] = {}
    fields: dict[str, frozenset[str]] = {}
    for source in project.sources:
        if source.events is None:
            continue
        here = seen.get(source.name, {}) | dict.fromkeys(_declared(source.events.kind), 0)
        for kind, count in here.items():
            counts[kind] = counts.get(kind, 0) + count
        for field in _FIELDS:
            if getattr(source.events, field) is not None:
                fields[field] = fields.get(field, frozenset()) | frozenset(here)
    ordered = tuple(sorted(counts, key=lambda kind: (-counts[kind], kind)))
    users = [source.users for source in project.sources if source.users is not None]
    return Available(
        kinds=ordered,
        main_kinds=ordered[:MOST_KINDS],
        fields=tuple(fields.items()),
        categories=(_SOME,) if "category" in fields else (),
        channels=(_SOME,) if "channel" in fields else (),
        devices=(_SOME,) if "device" in fields else (),
        attributes=tuple((name, one.as_ in {None, "number"}) for name, one in attributes(project.sources)),
        since=any(one.since is not None for one in users),
        acquisition=any(one.acquisition_channel is not None for one in users),
        weeks=project.features.weeks,
    )


def _declared(mapping: FieldMapping) -> Iterator[str]:
    """The kinds of events that a mapping names."""
    yield from (mapping.map or {}).values()
    yield from (str(word) for word in (mapping.value, mapping.default) if word is not None)
