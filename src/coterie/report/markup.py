"""HTML that is escaped and balanced by construction."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


class Markup(str):
    """Text that is HTML already; any other text is escaped when it becomes part of an element."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: str | int | bool | None) -> Markup:
    """Write an element.

    Attributes lose a closing underscore (``class_``) and turn ``_`` into ``-`` (``aria_label``); ``None`` and
    ``False`` leave one out, ``True`` writes its bare name.

    Examples:
        >>> print(element("p", "1 < 2", element("b", "!"), class_="sum"))
        <p class="sum">1 &lt; 2<b>!</b></p>
        >>> print(element("input", type="search", hidden=True))
        <input type="search" hidden>
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str | None) -> Markup:
    """Put pieces of HTML and of text (escaped) in a row; ``None`` is nothing."""
    return Markup("".join(c if isinstance(c, Markup) else html.escape(c) for c in children if c is not None))


def json_script(identifier: str, value: Any) -> Markup:
    """Hold a value for scripts, so that nothing inside it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    safe = safe.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Markup(f'<script type="application/json" id="{html.escape(identifier)}">{safe}</script>')


def _attribute(key: str, value: str | int | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, text: int = 1) -> Markup:
    """Write a table in a box that scrolls by itself; the first cell of a row is its heading.

    Args:
        caption: What the table says.
        head: The headings of the columns.
        rows: The cells.
        text: How many leading columns hold words; the others hold numbers and stand at the right.
    """
    headings = [
        element("th", cell, scope="col", class_="number" if at >= text else None)
        for at, cell in enumerate(head)
    ]
    body = [element("tr", *_row(row, text)) for row in rows]
    inner = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *headings)),
        element("tbody", *body),
    )
    return element("div", inner, class_="scroll", tabindex=0, role="region", aria_label=caption)


def _row(row: Sequence[str], text: int) -> Iterator[Markup]:
    for at, cell in enumerate(row):
        if at == 0:
            yield element("th", cell, scope="row")
        else:
            yield element("td", cell, class_="number" if at >= text else None)
