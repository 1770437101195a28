"""What every page is made of around its chapters: one HTML file that needs nothing but itself."""

from __future__ import annotations

import functools
import importlib.resources
import json
from typing import TYPE_CHECKING, Any

from coterie.report import look, vega
from coterie.report.markup import Markup, element, join, json_script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.report.chapter import Chapter
    from coterie.report.language import Language

#: The page may run what is in it and load nothing.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)


def whole(title: str, about: str, chapters: Sequence[Chapter], vocabulary: Language) -> str:
    """Write a page of chapters as one HTML file that works offline.

    Args:
        title: Its heading.
        about: What it is about, in a line below that.
        chapters: In order.
        vocabulary: The language.

    Returns:
        The text of the file. Everything from data is escaped; the page loads nothing and sends nothing.
    """
    main = element("main", *(chapter.section() for chapter in chapters), id="main")
    scripts = [script for chapter in chapters for script in chapter.scripts]
    body = element(
        "body",
        element("a", vocabulary.say("Skip to the report"), href="#main", class_="skip"),
        _header(title, about, chapters, vocabulary),
        main,
        element(
            "footer",
            element("p", vocabulary.say("Made with coterie. This file works offline and loads nothing.")),
        ),
        _scripts(scripts),
    )
    html = element("html", _head(title), body, lang=vocabulary.code)
    return f"<!doctype html>\n{html}\n"


def _header(title: str, about: str, chapters: Sequence[Chapter], vocabulary: Language) -> Markup:
    say = vocabulary.say
    items = [chapter.entry() for chapter in chapters]
    toggle = element("button", say("Dark"), type="button", id="theme", aria_pressed="false", hidden=True)
    return element(
        "header",
        element("div", element("h1", title), element("p", about, class_="soft")),
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
