"""Segments drawn by hand: conditions on features in order, the first that holds decides, and the rest."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import ProjectError, UsageError
from coterie.segments.borders.conditions import read
from coterie.segments.borders.predicates import Predicates, answered, holds, kinds, predicates
from coterie.segments.methods.grouped import Grouped
from coterie.segments.segmentation import Finding
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

    from coterie.features.feature import FeatureTable
    from coterie.features.values import Ints
    from coterie.project.settings import Rule, SegmentSettings
    from coterie.segments.borders.conditions import Kind
    from coterie.segments.segmentation import Level

#: The share of users in the rest from which a person is told that the rules say little.
MUCH = 0.5


def grouped(table: FeatureTable, settings: SegmentSettings) -> Grouped:
    """Group users by the rules of the settings.

    Group i is that of rule i, whoever matches it; the last group is the rest.

    Args:
        table: Users x features.
        settings: The rules, in order, and what the rest is called.

    Returns:
        The groups, and what to know of the rules: who matches several (the first one counts), who matches
        none, and which rules match nobody.

    Raises:
        ProjectError: Rules are wrong; it names every mistake.
    """
    known = kinds(table.features)
    if wrong := mistakes(settings, known):
        raise ProjectError(wrong)
    rules = settings.rules
    borders = predicates([(rule.where, at) for at, rule in enumerate(rules)], len(rules), known)
    found = _matches(borders, table.rows)
    names = (*(rule.name for rule in rules), settings.rest)
    return Grouped(
        borders=borders,
        labels=found.first,
        given=names,
        verdict=f"{_count(len(rules), 'rule')} written by hand, in order; the first that holds decides.",
        findings=tuple(_findings(found, names)),
    )


def mistakes(settings: SegmentSettings, features: Mapping[str, Kind]) -> list[str]:
    """Say everything that is wrong with the rules of a segmentation, in a sentence each.

    Args:
        settings: With the rules.
        features: The features that there are, and what they hold.
    """
    if not settings.rules:
        return ["Method rules needs rules; give `rules`, each with a name and a condition (`where`)."]
    return [*_names_twice(settings.rules, settings.rest), *_wrong_conditions(settings.rules, features)]


def _names_twice(rules: Iterable[Rule], rest: str) -> Iterator[str]:
    seen: dict[str, str] = {rest.strip().lower(): f"the rest is called {rest!r}"}
    for place, rule in enumerate(rules, start=1):
        key = rule.name.strip().lower()
        if key in seen:
            yield f"Rule {place} is called {rule.name!r}, and {seen[key]}; give each a name of its own."
        seen.setdefault(key, f"so is rule {place}")


def _wrong_conditions(rules: Iterable[Rule], features: Mapping[str, Kind]) -> Iterator[str]:
    for rule in rules:
        try:
            read(rule.where, features, f"rule {rule.name!r}")
        except UsageError as error:  # told with those of the other rules
            yield str(error)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Matches:
    """Who matches which rules.

    Attributes:
        first: For each user, the place of the first rule that holds; the rest comes last.
        patterns: Rows of 0 and 1: every combination of rules that some user matches.
        users: How many users match each combination.
    """

    first: Ints
    patterns: Ints
    users: Ints


def _matches(borders: Predicates, rows: pa.Table) -> _Matches:
    """Ask once for each user and rule; what is counted are combinations, which are few."""
    names = [f"rule_{place}" for place in range(len(borders.conditions))]
    asked = {
        name: sql.sql("case when :holds then 1 else 0 end", holds=holds(borders, condition))
        for name, condition in zip(names, borders.conditions, strict=True)
    }
    answers = answered(borders, rows, asked)
    each = np.stack([answers.column(name).to_numpy() for name in names], axis=1).astype(np.int64)
    first = np.where(each.any(axis=1), each.argmax(axis=1), len(names)).astype(np.int64)
    counted = answers.group_by(names).aggregate([([], "count_all")])
    users = counted.column("count_all").to_numpy().astype(np.int64)
    patterns = np.stack([counted.column(name).to_numpy() for name in names], axis=1).astype(np.int64)
    return _Matches(first, patterns, users)


def _findings(found: _Matches, names: tuple[str, ...]) -> Iterator[Finding]:
    everyone = int(found.users.sum())
    yield _overlap(found, names, everyone)
    matching = found.users @ found.patterns
    deciding = np.bincount(found.first, minlength=len(names))
    for place, name in enumerate(names[:-1]):
        if matching[place] == 0:
            told = f"The rule {_quoted(name)} matches nobody; look at its condition."
            yield Finding("rules", "warning", told, 0.0)
        elif deciding[place] == 0:
            told = (
                f"The rule {_quoted(name)} matches {_count(int(matching[place]), 'user')}, and rules before "
                "it take all of them; move it up, or narrow those."
            )
            yield Finding("rules", "warning", told, float(matching[place]))
    yield _rest(int(deciding[-1]), everyone, names[-1])


def _overlap(found: _Matches, names: tuple[str, ...], everyone: int) -> Finding:
    several = found.patterns.sum(axis=1) > 1
    users = int(found.users[several].sum())
    if not users:
        return Finding("rules", "good", "No user matches more than one rule.", 0.0)
    shared = (found.patterns * found.users[:, None]).T @ found.patterns
    np.fill_diagonal(shared, 0)
    one, other = divmod(int(np.argmax(shared)), len(shared))
    told = (
        f"{_count(users, 'user')} ({users / everyone:.1%}) match{'es' * (users == 1)} several rules and "
        f"{'belong' if users > 1 else 'belongs'} to the first of them; most often "
        f"{_quoted(names[one])} and {_quoted(names[other])} ({int(shared[one, other]):,})."
    )
    return Finding("rules", "note", told, users / everyone)


def _rest(users: int, everyone: int, name: str) -> Finding:
    if not users:
        return Finding("rules", "good", f"Every user matches a rule; nobody is left to {_quoted(name)}.", 0.0)
    share = users / everyone
    told = (
        f"No rule matches {_count(users, 'user')} ({share:.1%}); "
        f"{'they are' if users > 1 else 'this is'} {_quoted(name)}."
    )
    level: Level = "warning" if share > MUCH else "note"
    return Finding("rules", level, told, share)


def _quoted(name: str) -> str:
    return f"“{name}”"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
