"""The report: one HTML file that needs nothing but itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.report import (
    activity,
    crossing,
    dendrogram,
    drawn,
    evidence,
    explaining,
    figures,
    lifetime,
    names,
    origins,
    over_time,
    predictions,
    sections,
    shell,
    uplift,
    words,
)
from coterie.report.chapter import Chapter
from coterie.report.growth import chapters as growth_chapters
from coterie.report.language import Language, language
from coterie.report.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.events.loading import Loading
    from coterie.report.material import Grouping, Material
    from coterie.report.words import Wording


def page(material: Material) -> str:
    """Write the report as one HTML file that works offline.

    Args:
        material: What was found; at least one segmentation.

    Returns:
        The text of the file. Everything from data is escaped; the page loads nothing and sends nothing.
    """
    vocabulary = language(material.language)
    about = vocabulary.say(
        "{users} users as of {date}", users=f"{len(material.features):,}", date=material.as_of.isoformat()
    )
    return shell.whole(material.title, about, chapters(material), vocabulary)


def chapters(material: Material) -> list[Chapter]:
    """Tell everything that was found, a chapter each, in the order of the page."""
    vocabulary = language(material.language)
    wordings = [_wording(grouping, material, vocabulary) for grouping in material.groupings]
    found = [_verdicts(material, wordings)]
    found += [
        _segmentation(f"s{at}", grouping, material, wordings)
        for at, grouping in enumerate(material.groupings, start=1)
    ]
    found += _together(material, wordings)
    if material.loading is not None:
        found.append(_rows(material.loading, vocabulary))
    found.append(Chapter("made", vocabulary.say("How it was made"), (origins.making(material, wordings),)))
    return found


def _wording(grouping: Grouping, material: Material, vocabulary: Language) -> Wording:
    return words.wording(grouping.segmentation, material.features.features, grouping.names, vocabulary)


def _together(material: Material, wordings: list[Wording]) -> Iterator[Chapter]:
    """Tell what is about several segmentations, or about none of them."""
    if material.crossed:
        by_name = {wording.segmentation.name: wording for wording in wordings}
        yield crossing.chapter("crossed", material.crossed, by_name)
    if material.comparison is not None:
        yield over_time.chapter("changes", material.comparison, wordings[0].language)
    if material.predictions:
        yield from predictions.chapters(material.predictions, wordings[0].labels, wordings[0].language)
    if material.outlook.activity is not None:
        yield activity.chapter_of("activity", material.outlook.activity, wordings[0].language)
    if material.outlook.lifetime is not None:
        yield lifetime.chapter_of("lifetime", material.outlook.lifetime, wordings[0].language)
    if material.growth is not None:
        yield from growth_chapters.chapters(material.growth, material.language)
    if material.treatments:
        yield uplift.chapter("uplift", material.treatments, material.features.features, wordings[0].language)
    if material.explained:
        yield explaining.chapter("explained", material.explained, wordings[0])


def _segmentation(prefix: str, grouping: Grouping, material: Material, wordings: list[Wording]) -> Chapter:
    by_name = {wording.segmentation.name: wording for wording in wordings}
    wording = by_name[grouping.segmentation.name]
    vocabulary, say = wording.language, wording.language.say
    shown = [*figures.figures(grouping, material.features.rows, wording), dendrogram.figure(wording)]
    called = grouping.segmentation.name
    found = [drawn.drawn(figure, prefix, vocabulary, called=called) for figure in shown if figure is not None]
    about = explaining.within(wording, by_name)
    choice = evidence.figure(wording)
    tried = drawn.drawn(choice, prefix, vocabulary, titled=False, called=called) if choice else None
    engagement = names.engagement_words(grouping.segmentation, material.features.features, vocabulary.code)
    html = (
        element("p", about) if about else None,
        element("h3", say("Who they are")),
        sections.cards(wording, engagement),
        element("div", *(figure.html for figure in found), class_="figures"),
        explaining.twin(grouping, wording),
        explaining.going_with(grouping, wording),
        element("h3", say("Every feature in every segment")),
        sections.summary(wording, prefix),
        element("h3", explaining.why(wording)),
        element("p", wording.sentence(grouping.segmentation.verdict)),
        *(element("p", sentence) for sentence in explaining.found_how(wording)),
        tried.html if tried else None,
        element("h3", say("Audit")),
        sections.audit(wording),
    )
    title = say("Segments: {name}", name=grouping.segmentation.name)
    return Chapter(prefix, title, html, (*found, *filter(None, [tried])))


def _verdicts(material: Material, wordings: list[Wording]) -> Chapter:
    say = wordings[0].language.say
    told: list[Markup] = []
    for wording in wordings:
        if len(wordings) > 1:
            told.append(element("h3", wording.segmentation.name))
        told.append(sections.verdict(wording))
    told += predictions.headlines(material.predictions, wordings[0].language)
    if material.loading is not None:
        told.append(element("p", origins.rows_sentence(material.loading, wordings[0].language)))
    return Chapter("verdict", say("In short"), tuple(told))


def _rows(loading: Loading, vocabulary: Language) -> Chapter:
    say = vocabulary.say
    told = origins.accounting(loading, vocabulary)
    return Chapter("rows", say("What became of every row"), (told,), short=say("Rows"))
