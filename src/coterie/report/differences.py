"""Differences between groups in words: a sentence, a table for a terminal and a part of a page."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coterie.report import words
from coterie.report.markup import Markup, element, join
from coterie.report.markup import table as html_table
from coterie.report.tables import Table
from coterie.segments.between.difference import MAGNITUDES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.features.feature import Feature, Unit
    from coterie.report.language import Language
    from coterie.segments.between.difference import Difference, Group

_TESTS = {"kruskal_wallis": "Kruskal-Wallis", "chi_squared": "Chi-squared"}
_SIGNS = {"kruskal_wallis": "H", "chi_squared": "χ²", "epsilon_squared": "ε²", "cramers_v": "V"}
_CORRECTIONS = {"holm": "Holm", "benjamini_hochberg": "Benjamini-Hochberg"}
_PART = {"small": "a little", "medium": "in part", "large": "to a large part"}
_NOTHING = {
    "nobody": "Nobody has a value of both “{grouping}” and “{outcome}”.",
    "one_group": "Only one group of “{grouping}” has values of “{outcome}”: there is nothing to compare.",
    "constant": "“{outcome}” is the same for everyone: there is nothing to explain.",
}
_TINY, _CLOSE = 0.001, 0.06


@dataclasses.dataclass(frozen=True, slots=True)
class Naming:
    """What outcomes and groups are called.

    Attributes:
        features: The features by their names; any other outcome or grouping keeps its own name.
        language: The language.
        groups: The names of groups by their labels, such as those of segments by their ids; any other group
            keeps its label.
    """

    features: Mapping[str, Feature]
    language: Language
    groups: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def label(self, name: str) -> str:
        """Name an outcome or a grouping."""
        found = self.features.get(name)
        return name if found is None else words.label(found, self.language)

    def group(self, label: str) -> str:
        """Name a group."""
        return self.groups.get(label, label)

    def number(self, value: float | None, outcome: str) -> str:
        """Write a value of an outcome."""
        found = self.features.get(outcome)
        unit: Unit = "number" if found is None else found.unit
        return words.number(value, unit)


def sentence(found: Difference, naming: Naming) -> str:
    """Say whether a grouping explains an outcome, how much, and who stands out.

    Where nothing was found, it tells apart that there is next to nothing and that users are too few to tell:
    by the upper end of the effect's interval.
    """
    say = naming.language.say
    names = {"grouping": naming.label(found.grouping), "outcome": naming.label(found.outcome)}
    if found.p_corrected is None:
        return say(_NOTHING[found.nothing or "nobody"], **names)
    facts = names | {"p": chance(found.p_corrected), "effect": say(found.magnitude)}
    if not found.significant:
        if MAGNITUDES.index(found.at_most) <= MAGNITUDES.index("small"):
            return say("“{grouping}” does not explain “{outcome}” ({p}, effect {effect}).", **facts)
        return say(
            "{users} users are too few to tell whether “{grouping}” explains “{outcome}” "
            "({p}, effect {effect}, but it could be {most}).",
            users=f"{found.users:,}",
            most=say(found.at_most),
            **facts,
        )
    if found.magnitude == "negligible":
        return say("“{grouping}” hardly explains “{outcome}” ({p}, effect {effect}).", **facts)
    part = say(_PART[found.magnitude])
    told = say("“{grouping}” explains “{outcome}” {part} ({p}, effect {effect})", part=part, **facts)
    who = _standing_out(found, naming)
    return f"{told}: {who}." if who else f"{told}."


def chance(p: float) -> str:
    """Write a p-value, to the digit that matters.

    Examples:
        >>> chance(0.0745), chance(0.0493), chance(1e-20), chance(1.0)
        ('p = 0.07', 'p = 0.049', 'p < 0.001', 'p = 1')
    """
    if p < _TINY:
        return "p < 0.001"
    text = f"{p:.3f}" if p < _CLOSE else f"{p:.2f}"
    return f"p = {text.removesuffix('.00')}"


def _standing_out(found: Difference, naming: Naming) -> str:
    """Say which of the groups that differ stand highest and lowest; nothing if no two of them surely do."""
    named = {name for pair in found.pairs for name in (pair.one, pair.other)}
    groups = [group for group in found.groups if group.group in named]
    if not groups:
        return ""
    if found.effect == "epsilon_squared":
        return _of_numbers(found, groups, naming)
    return _of_categories(groups, naming)


def _of_numbers(found: Difference, groups: list[Group], naming: Naming) -> str:
    say = naming.language.say
    medians = {group.group: group.median or 0.0 for group in groups}
    means = {group.group: group.mean or 0.0 for group in groups}
    told = medians if len(set(medians.values())) > 1 else means
    high, low = max(told, key=told.__getitem__), min(told, key=told.__getitem__)
    pattern = "the median is highest in “{high}” ({most}) and lowest in “{low}” ({least})"
    if told is means:
        pattern = "the mean is highest in “{high}” ({most}) and lowest in “{low}” ({least})"
    return say(
        pattern,
        high=naming.group(high),
        most=naming.number(told[high], found.outcome),
        low=naming.group(low),
        least=naming.number(told[low], found.outcome),
    )


def _of_categories(groups: list[Group], naming: Naming) -> str:
    """Speak of the value whose shares lie furthest apart."""
    say = naming.language.say
    shares = [[share.share for share in group.shares] for group in groups]
    spans = [max(column) - min(column) for column in zip(*shares, strict=True)]
    at = max(range(len(spans)), key=spans.__getitem__)
    high = max(groups, key=lambda group: group.shares[at].share)
    low = min(groups, key=lambda group: group.shares[at].share)
    value = high.shares[at].value
    return say(
        "“{value}” is most frequent in “{high}” ({most}) and rarest in “{low}” ({least})",
        value=say("all others") if value is None else value,
        high=naming.group(high.group),
        most=words.percent(high.shares[at].share),
        low=naming.group(low.group),
        least=words.percent(low.shares[at].share),
    )


def table(found: Sequence[Difference], naming: Naming) -> Table:
    """Show differences, one row an outcome, for a terminal."""
    head = _head(naming)
    return Table(_caption(found, naming), head, tuple(_rows(found, naming)), head[3:], head[3:])


def section(found: Sequence[Difference], naming: Naming) -> Markup:
    """Show differences on a page: how they were compared, and a table with a sentence for each."""
    if not found:
        return element("p", naming.language.say("There was nothing to compare."))
    caption = _caption(found, naming)
    return join(
        element("p", _how(found, naming)),
        html_table(caption, _head(naming), _rows(found, naming), text=3),
    )


def _caption(found: Sequence[Difference], naming: Naming) -> str:
    groupings = dict.fromkeys(naming.label(each.grouping) for each in found)
    return naming.language.say("What “{grouping}” explains", grouping=", ".join(groupings))


def _how(found: Sequence[Difference], naming: Naming) -> str:
    say, first = naming.language.say, found[0]
    told = say("Effects go from 0 (nothing) to 1 (everything), each with its 95% interval.")
    if first.comparisons > 1:
        told += " " + say(
            "p-values are corrected for {count} comparisons ({how}).",
            count=first.comparisons,
            how=_CORRECTIONS[first.correction],
        )
    if any(each.reference == "permutation" for each in found):
        told += " " + say("Where groups are small, p comes from dealing users out at random.")
    return told


def _head(naming: Naming) -> tuple[str, ...]:
    names = ("Outcome", "What it says", "Test", "Statistic", "p", "Effect", "Users")
    return tuple(naming.language.say(name) for name in names)


def _rows(found: Sequence[Difference], naming: Naming) -> list[tuple[str, ...]]:
    return [
        (naming.label(each.outcome), sentence(each, naming), *_figures(each, naming), _users(each, naming))
        for each in found
    ]


def _figures(found: Difference, naming: Naming) -> tuple[str, str, str, str]:
    """Write test, statistic, p and effect; nothing where there was nothing to test."""
    if found.p_corrected is None:
        return (words.NOTHING,) * 4
    say = naming.language.say
    test = say(_TESTS[found.test])
    if found.reference == "permutation":
        test = say("{test}, permuted", test=test)
    statistic = f"{_SIGNS[found.test]} = {found.statistic:.4g} ({found.degrees} df)"
    ends = f"{found.low:.3f} {words.NOTHING} {found.high:.3f}"
    effect = f"{_SIGNS[found.effect]} = {found.value:.3f} ({ends}), {say(found.magnitude)}"
    return test, statistic, chance(found.p_corrected).removeprefix("p = ").removeprefix("p "), effect


def _users(found: Difference, naming: Naming) -> str:
    say, notes = naming.language.say, []
    if found.left_out:
        notes.append(say("{count} left out", count=f"{found.left_out:,}"))
    if found.filled:
        notes.append(say("{count} without a value filled in", count=f"{found.filled:,}"))
    return f"{found.users:,}" + (f" ({', '.join(notes)})" if notes else "")
