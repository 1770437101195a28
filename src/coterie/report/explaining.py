"""The parts of the page that explain segments otherwise: rules in their place, and what goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.report import differences, drawn, effects, rules, words
from coterie.report.chapter import Chapter
from coterie.report.figures import Figure
from coterie.report.markup import Markup, element, join, table
from coterie.report.vega_lite import specification
from coterie.segments.borders.mixture import Mixture
from coterie.segments.borders.predicates import Predicates
from coterie.segments.twin.twin import statement
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.report.differences import Naming
    from coterie.report.material import Grouping
    from coterie.report.words import Wording
    from coterie.segments.between.difference import Difference

#: Outcomes from which on a chart says more than the table alone.
_CHARTED = 3


def why(wording: Wording) -> str:
    """Head the part that says how it came to these segments."""
    found, say = wording.segmentation, wording.language.say
    if isinstance(found.borders, Predicates):
        return say("How the segments were made")
    count = len(found.segments)
    return say("Why {k} segments", k=count) if count > 1 else say("Why one segment")


def found_how(wording: Wording) -> list[str]:
    """Say what a reader should know of how segments were found, and how new users come to them."""
    notes = [wording.sentence(note) for note in wording.segmentation.notes]
    return [*notes, _assigned(wording)] if len(wording.segmentation.segments) > 1 else notes


def _assigned(wording: Wording) -> str:
    """Say how users are put into segments, and whether that is where the method put them."""
    found, say = wording.segmentation, wording.language.say
    borders, method = found.borders, words.method(found.method, wording.language)
    if isinstance(borders, Predicates):
        return say("Users are assigned by {count} conditions on features.", count=len(borders.conditions))
    if isinstance(borders, Mixture):
        told, count = "New users are assigned to the likeliest of {count} components", len(borders.means)
    else:
        told, count = "New users are assigned by {count} prototypes", len(borders.points)
    if not isinstance(borders, Mixture) and count == len(found.segments):
        told = "New users are assigned to the nearest of {count} centres"
    told = say(told, count=count)
    if found.agreement >= 1.0:
        return say("{how}, which puts every user where {method} did.", how=told, method=method)
    share = words.percent(min(found.agreement, 0.999))
    return say(
        "{how}, which puts {share} of the users where {method} did.", how=told, share=share, method=method
    )


def within(wording: Wording, others: Mapping[str, Wording]) -> str | None:
    """Say whose users a segmentation is about, if not everyone's."""
    if wording.segmentation.within is None:
        return None
    name, segment = wording.segmentation.within
    called = others[name].name(segment) if name in others else str(segment)
    return wording.language.say(
        "It is about the users of “{segment}” alone, a segment of {name}.", segment=called, name=name
    )


def twin(grouping: Grouping, wording: Wording) -> Markup | None:
    """Tell the rules that say nearly the same as a segmentation, and the SQL to tell them by."""
    if grouping.twin is None:
        return None
    told, say = rules.table(grouping.twin, wording), wording.language.say
    query = sql.pretty(statement(grouping.twin))
    return join(
        element("h3", say("The same in at most three conditions")),
        element("p", rules.verdict(grouping.twin, wording)),
        table(told.title, told.head, told.rows, text=2),
        element("details", element("summary", say("These rules as SQL")), element("pre", query, tabindex=0)),
    )


def going_with(grouping: Grouping, wording: Wording) -> Markup | None:
    """Tell how segments differ in features that they were not made from."""
    if not grouping.differences:
        return None
    say = wording.language.say
    return join(
        element("h3", say("What goes with the segments")),
        element("p", say("Features that the segments were not made from, compared between them.")),
        differences.section(grouping.differences, _naming(wording)),
    )


def _naming(wording: Wording) -> Naming:
    return differences.Naming(wording.features, wording.language)


def chapter(prefix: str, found: Sequence[Sequence[Difference]], wording: Wording) -> Chapter:
    """Tell what attributes such as channel or country explain.

    Args:
        prefix: The id of the section, which sets the ids of its charts apart.
        found: For each attribute its differences; at least one.
        wording: Of any segmentation, for the features and the language.
    """
    say, naming = wording.language.say, _naming(wording)
    parts: list[Markup] = []
    charts: list[drawn.Drawn] = []
    for at, each in enumerate(found, start=1):
        label = naming.label(each[0].grouping)
        parts.append(element("h3", say("What “{attribute}” explains", attribute=label)))
        figure = _effects(each, naming, label)
        if figure is not None:
            called = f"{prefix}-{each[0].grouping}"
            made = drawn.drawn(figure, f"{prefix}-{at}", wording.language, titled=False, called=called)
            parts.append(made.html)
            charts.append(made)
        parts.append(differences.section(each, naming))
    return Chapter(prefix, say("What explains what"), tuple(parts), tuple(charts))


def _effects(found: Sequence[Difference], naming: Naming, label: str) -> Figure | None:
    data = effects.effects_data(found, naming)
    if data.num_rows < _CHARTED:
        return None
    say = naming.language.say
    told = data.to_pylist()
    shown = pa.table({
        say("Outcome"): [row["label"] for row in told],
        say("Effect"): [row["magnitude"] for row in told],
        say("Share explained"): [words.percent(row["explained"]) for row in told],
        say("At least"): [words.percent(row["at_least"]) for row in told],
        say("At most"): [words.percent(row["at_most"]) for row in told],
        say("Chance"): [row["p"] for row in told],
    })  # fmt: skip
    return Figure(
        "effects",
        say("What “{attribute}” explains", attribute=label),
        say("How much of each outcome it explains, with the 95% interval; hollow where nothing was found."),
        specification(effects.effects(data, naming)),
        shown,
        text=2,
    )
