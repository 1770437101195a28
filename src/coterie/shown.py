"""The one way in which every result shows itself: text, HTML, Arrow, dict."""

from __future__ import annotations

import abc
import dataclasses
import html
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


class Shown(abc.ABC):
    """Mixin for results: frozen dataclasses that name a caption and a table that says what they are."""

    __slots__ = ()

    @abc.abstractmethod
    def caption(self) -> str:
        """Say in a line what this is."""

    @abc.abstractmethod
    def to_arrow(self) -> pa.Table:
        """Return the result as a table, one row a thing that a person would count."""

    def to_dict(self) -> dict[str, Any]:
        """Return every field, nested, as plain Python values."""
        return dataclasses.asdict(self)  # type: ignore[call-overload,no-any-return]

    def to_text(self, most: int = 30) -> str:
        """Return the caption and up to `most` rows, aligned."""
        cells = _cells(self.to_arrow(), most)
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
        return "\n".join([self.caption(), *lines])

    def to_html(self, most: int = 30) -> str:
        """Return the caption and up to `most` rows as an HTML table."""
        head, *body = _cells(self.to_arrow(), most)
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in body)
        names = "".join(f'<th scope="col">{html.escape(c)}</th>' for c in head)
        return (
            f"<table><caption>{html.escape(self.caption())}</caption>"
            f"<thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return self.to_text()


def _cells(table: pa.Table, most: int) -> list[list[str]]:
    columns = [
        [name, *map(_cell, table.column(name).slice(0, most).to_pylist())] for name in table.column_names
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
