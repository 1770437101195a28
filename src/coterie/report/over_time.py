"""The part of the report that tells what has changed since the last run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.report import changes, drawn, over_time_charts, over_time_data, words
from coterie.report.chapter import Chapter
from coterie.report.figures import Figure
from coterie.report.markup import Markup, element, join, table
from coterie.report.vega_lite import specification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.compared import Compared, Comparison
    from coterie.report.changes import Speech
    from coterie.report.language import Language

_LABELS, _COLUMN = 260, 60
_SEVERAL = 2


def chapter(prefix: str, comparison: Comparison, vocabulary: Language) -> Chapter:
    """Tell what has changed between two runs.

    Args:
        prefix: The id of the section, which sets the ids of its charts apart.
        comparison: The two runs.
        vocabulary: The language.
    """
    say = vocabulary.say
    parts: list[Markup] = []
    charts: list[drawn.Drawn] = []
    for at, compared in enumerate(comparison.segmentations, start=1):
        speak = changes.speech(compared, comparison.features, vocabulary)
        called = f"{prefix}-{compared.name}"
        figures = [
            drawn.drawn(one, f"{prefix}-{at}", vocabulary, called=called) for one in _figures(compared, speak)
        ]
        charts += figures
        parts.append(_segmentation(compared, speak, [one.html for one in figures]))
    html = (
        element("p", say("From {then} to {now}.", then=comparison.before.as_of, now=comparison.after.as_of)),
        *(element("p", note) for note in comparison.notes),
        *parts,
        _drift(comparison, vocabulary),
    )
    return Chapter(prefix, say("Since the last run"), html, tuple(charts))


def _segmentation(compared: Compared, speak: Speech, figures: list[Markup]) -> Markup:
    say = speak.language.say
    told = [element("li", sentence) for sentence in changes.changes(compared.changes, speak)]
    moved = [element("li", changes.movers_sentence(one, speak)) for one in compared.movers]
    renewed = say("Ids started over between these runs; segments were matched by their people and centres.")
    return join(
        element("h3", say("Segments: {name}", name=compared.name)),
        None if compared.same_ids else element("p", renewed),
        element("ul", *told),
        element("p", counts(compared, speak)),
        element("div", *figures, class_="figures"),
        element("h4", say("Who moved, and what changed most for them")) if moved else None,
        element("ul", *moved) if moved else None,
    )


def counts(compared: Compared, speak: Speech) -> str:
    """Say how many users stayed, moved, arrived and left."""
    flows = compared.migration
    arrived = sum(one.users for one in flows.flows if one.before is None)
    left = sum(one.users for one in flows.flows if one.after is None)
    both = flows.stayed + flows.moved
    return speak.language.say(
        "Of {both} users of both runs {stayed} stayed with their segment ({share}) and {moved} moved; "
        "{arrived} arrived since, {left} left.",
        both=f"{both:,}",
        stayed=f"{flows.stayed:,}",
        share=words.percent(flows.stayed / both if both else 0.0),
        moved=f"{flows.moved:,}",
        arrived=f"{arrived:,}",
        left=f"{left:,}",
    )


def _figures(compared: Compared, speak: Speech) -> Iterator[Figure]:
    say = speak.language.say
    data = over_time_data.migration_data(compared, speak)
    columns = len(set(data.column("to").to_pylist()))
    yield Figure(
        "migration",
        say("From segment to segment"),
        say(
            "Each row is a segment then, and tells where its users are now; one that keeps its users is dark "
            "where its own column crosses. The table has the 95% interval of each share."
        ),
        specification(over_time_charts.migration(data, speak)),
        data,
        least_width=_LABELS + _COLUMN * columns,
        text=2,
    )
    sizes = over_time_data.sizes_data(compared)
    if len(set(sizes.column("as_of").to_pylist())) >= _SEVERAL:
        yield Figure(
            "history",
            say("Segments over time"),
            say("How many users each segment had at each run that is kept."),
            specification(over_time_charts.sizes(sizes, speak)),
            sizes.select(["as_of", "name", "users", "share"]),
            text=2,
        )


def _drift(comparison: Comparison, vocabulary: Language) -> Markup | None:
    if not comparison.drift:
        return None
    say = vocabulary.say
    speak = changes.Speech({}, {}, {one.name: one for one in comparison.features}, vocabulary)
    rows = [
        [speak.label(one.feature), changes.drift_sentence(one, speak), say(one.level), f"{one.index:.3f}"]
        for one in comparison.drift
    ]
    head = [say("Feature"), say("In words"), say("Level"), say("Stability index")]
    caption = say("Drift of every feature: how far its distribution has moved")
    how = say(
        "The population stability index compares the shares of ten groups of users then and now: below 0.1 a "
        "feature is stable, from 0.25 on it has changed."
    )
    moved = [one for one in comparison.drift if one.level != "stable"]
    if moved:
        short = say("{count} of {all} features have moved.", count=len(moved), all=len(rows))
    else:
        short = say("None of {all} features has moved.", all=len(rows))
    inner = element(
        "details", element("summary", caption), table(caption, head, rows, text=3), open=bool(moved)
    )
    return join(element("h3", say("Drift")), element("p", f"{short} {how}"), inner)
