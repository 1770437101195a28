"""What every HTML page and piece of one must keep to."""

from __future__ import annotations

import html.parser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Reader(html.parser.HTMLParser):
    """Reads HTML and refuses what is not balanced."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), f"<{tag}> has an attribute twice"
        self.elements.append((tag, attributes))
        if attributes.get("id"):
            self.ids.append(str(attributes["id"]))
        if tag in HEADINGS:
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> ends nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" not in self.open and "style" not in self.open:
            self.text += data + "\n"

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def check_html(text: str) -> Reader:
    """Read HTML: balanced, ids unique, references met, headings in order, fields labelled, tables named."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open
    assert len(set(reader.ids)) == len(reader.ids)
    known = set(reader.ids)
    for _, attributes in reader.elements:
        for name in ("for", "aria-labelledby", "aria-describedby", "data-chart", "data-find"):
            if name in attributes:
                assert attributes[name] in known, f"{name} points to {attributes[name]}"
        link = attributes.get("href") or ""
        assert not link.startswith("#") or link[1:] in known
    for before, after in zip(reader.headings, reader.headings[1:], strict=False):
        assert after <= before + 1, "a heading leaves out a level"
    labelled = {attributes.get("for") for attributes in reader.all("label")}
    for tag in ("input", "select"):
        assert all(attributes.get("id") in labelled for attributes in reader.all(tag))
    assert len(reader.all("table")) == len(reader.all("caption"))
    assert all(attributes.get("scope") in {"col", "row"} for attributes in reader.all("th"))
    return reader
