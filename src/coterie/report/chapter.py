"""A chapter of the report: an entry of the contents, a section of the page, its charts."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coterie.report import drawn
from coterie.report.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coterie.report.drawn import Drawn
    from coterie.report.figures import Figure
    from coterie.report.language import Language


@dataclasses.dataclass(frozen=True, slots=True)
class Chapter:
    """A section of the page.

    Attributes:
        ident: Its id, which sets the ids of its charts apart.
        title: Its heading, in the contents too.
        html: What it says under the heading, in order.
        charts: Its charts, in order.
        short: The heading as the contents have it, where that is shorter.
    """

    ident: str
    title: str
    html: tuple[Markup | None, ...]
    charts: tuple[Drawn, ...] = ()
    short: str = ""

    @property
    def scripts(self) -> tuple[dict[str, Any], ...]:
        """What the script of the page needs to draw its charts."""
        return tuple(one.script for one in self.charts)

    def section(self) -> Markup:
        """Write the section with its heading."""
        heading = f"{self.ident}-title"
        return element(
            "section",
            element("h2", self.title, id=heading),
            *self.html,
            id=self.ident,
            aria_labelledby=heading,
        )

    def entry(self) -> Markup:
        """Write its entry of the contents."""
        return element("li", element("a", self.short or self.title, href=f"#{self.ident}"))


def chapter(
    ident: str,
    title: str,
    told: Iterable[Markup | None],
    figures: Iterable[Figure],
    vocabulary: Language,
    *,
    called: str = "",
) -> Chapter:
    """Make a chapter of some paragraphs and, below them, figures.

    Args:
        ident: Its id.
        title: Its heading.
        told: What comes before the figures.
        figures: Charts with their tables.
        vocabulary: The language.
        called: What sets the pictures of its charts apart as files; default: its id.
    """
    shown = tuple(drawn.drawn(figure, ident, vocabulary, called=called) for figure in figures)
    box = element("div", *(one.html for one in shown), class_="figures") if shown else None
    return Chapter(ident, title, (*told, box), shown)
