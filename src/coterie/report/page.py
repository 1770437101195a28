"""The report: one HTML file that needs nothing but itself."""

from __future__ import annotations

import functools
import importlib.resources
import json
from typing import TYPE_CHECKING, Any

from coterie.report import (
    activity,
    crossing,
    dendrogram,
    drawn,
    evidence,
    explaining,
    figures,
    look,
    names,
    origins,
    over_time,
    sections,
    vega,
    words,
)
from coterie.report.chapter import Chapter
from coterie.report.language import Language, language
from coterie.report.markup import Markup, element, join, json_script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coterie.events.loading import Loading
    from coterie.report.material import Grouping, Material
    from coterie.report.words import Wording

#: The page may run what is in it and load nothing.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)


def page(material: Material) -> str:
    """Write the report as one HTML file that works offline.

    Args:
        material: What was found; at least one segmentation.

    Returns:
        The text of the file. Everything from data is escaped; the page loads nothing and sends nothing.
    """
    vocabulary = language(material.language)
    wordings = [_wording(grouping, material, vocabulary) for grouping in material.groupings]
    chapters = [
        _segmentation(f"s{at}", grouping, material, wordings)
        for at, grouping in enumerate(material.groupings, start=1)
    ]
    chapters += _together(material, wordings)
    if material.loading is not None:
        chapters.append(_rows(material.loading, vocabulary))
    chapters.append(Chapter("made", vocabulary.say("How it was made"), (origins.making(material, wordings),)))
    chapters.insert(0, _verdicts(material, wordings))
    main = element("main", *(chapter.section() for chapter in chapters), id="main")
    scripts = [script for chapter in chapters for script in chapter.scripts]
    body = element(
        "body",
        element("a", vocabulary.say("Skip to the report"), href="#main", class_="skip"),
        _header(material, chapters, vocabulary),
        main,
        element(
            "footer",
            element("p", vocabulary.say("Made with coterie. This file works offline and loads nothing.")),
        ),
        _scripts(scripts),
    )
    whole = element("html", _head(material.title), body, lang=vocabulary.code)
    return f"<!doctype html>\n{whole}\n"


def _wording(grouping: Grouping, material: Material, vocabulary: Language) -> Wording:
    return words.wording(grouping.segmentation, material.features.features, grouping.names, vocabulary)


def _together(material: Material, wordings: list[Wording]) -> Iterator[Chapter]:
    """Tell what is about several segmentations, or about none of them."""
    if material.crossed:
        by_name = {wording.segmentation.name: wording for wording in wordings}
        yield crossing.chapter("crossed", material.crossed, by_name)
    if material.comparison is not None:
        yield over_time.chapter("changes", material.comparison, wordings[0].language)
    if material.outlook.activity is not None:
        yield activity.chapter_of("activity", material.outlook.activity, wordings[0].language)
    if material.explained:
        yield explaining.chapter("explained", material.explained, wordings[0])


def _segmentation(prefix: str, grouping: Grouping, material: Material, wordings: list[Wording]) -> Chapter:
    by_name = {wording.segmentation.name: wording for wording in wordings}
    wording = by_name[grouping.segmentation.name]
    vocabulary, say = wording.language, wording.language.say
    shown = [*figures.figures(grouping, material.features.rows, wording), dendrogram.figure(wording)]
    found = [drawn.drawn(figure, prefix, vocabulary) for figure in shown if figure is not None]
    about = explaining.within(wording, by_name)
    choice = evidence.figure(wording)
    tried = drawn.drawn(choice, prefix, vocabulary, titled=False) if choice else None
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
    scripts = [figure.script for figure in [*found, *([tried] if tried else [])]]
    return Chapter(prefix, title, html, tuple(scripts))


def _verdicts(material: Material, wordings: list[Wording]) -> Chapter:
    say = wordings[0].language.say
    told: list[Markup] = []
    for wording in wordings:
        if len(wordings) > 1:
            told.append(element("h3", wording.segmentation.name))
        told.append(sections.verdict(wording))
    if material.loading is not None:
        told.append(element("p", origins.rows_sentence(material.loading, wordings[0].language)))
    return Chapter("verdict", say("In short"), tuple(told))


def _rows(loading: Loading, vocabulary: Language) -> Chapter:
    say = vocabulary.say
    told = origins.accounting(loading, vocabulary)
    return Chapter("rows", say("What became of every row"), (told,), short=say("Rows"))


def _header(material: Material, chapters: list[Chapter], vocabulary: Language) -> Markup:
    say = vocabulary.say
    items = [chapter.entry() for chapter in chapters]
    about = say(
        "{users} users as of {date}", users=f"{len(material.features):,}", date=material.as_of.isoformat()
    )
    toggle = element("button", say("Dark"), type="button", id="theme", aria_pressed="false", hidden=True)
    return element(
        "header",
        element("div", element("h1", material.title), element("p", about, class_="soft")),
        toggle,
        element("nav", element("ul", *items), aria_label=say("Contents")),
        element(
            "noscript",
            element("p", say("Charts need JavaScript; every chart has a table that says the same.")),
        ),
    )


def _head(title: str) -> Markup:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        Markup(f"<style>{_colours()}{_file('page.css')}</style>"),
    )


def _colours() -> str:
    """Write the colours of segments as CSS, for light and for dark."""

    def variables(colours: tuple[str, ...]) -> str:
        return "".join(f"--c{at}:{colour};" for at, colour in enumerate(colours))

    light, dark = variables(look.LIGHT), variables(look.DARK)
    classes = "".join(f".c{at}{{--c:var(--c{at})}}" for at in range(len(look.LIGHT)))
    return (
        f":root{{{light}}}:root[data-theme=dark]{{{dark}}}"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}{classes}"
    )


def _scripts(charts: list[dict[str, Any]]) -> Markup:
    themes = {"light": look.config() | {"background": None}, "dark": look.config(dark=True)}
    shared, columns = _shared(charts)
    return join(
        json_script("charts", {"charts": shared, "columns": columns, "themes": themes}),
        Markup(f'<script type="module">{vega.script()}</script>'),
        Markup(f'<script type="module">{_file("page.js")}</script>'),
    )


def _shared(charts: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Any]]:
    """Hold equal columns of data once: several segmentations show the same numbers of the same users."""
    places: dict[str, int] = {}
    columns: list[Any] = []
    found = []
    for chart in charts:
        data = dict[str, int]()
        for name, column in (chart["data"] or {}).items():
            text = json.dumps(column, ensure_ascii=False)
            if text not in places:
                places[text] = len(columns)
                columns.append(column)
            data[name] = places[text]
        found.append({**chart, "data": data or None})
    return found, columns


@functools.cache
def _file(name: str) -> str:
    return (importlib.resources.files("coterie.report") / name).read_text(encoding="utf-8")
