"""Figures as HTML, and what the script of the page needs to draw them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from coterie.report import words
from coterie.report.markup import Markup, element, table

if TYPE_CHECKING:
    import numpy.typing as npt

    from coterie.report.figures import Choice, Figure
    from coterie.report.language import Language

_DIGITS = 4
_EXACT = 2.0**53
_LARGEST = 300


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """A figure in a page.

    Attributes:
        html: What the reader's browser shows.
        script: What the script of the page needs to draw it.
        figure: The figure itself.
        called: The name of its picture as a file, without ending.
    """

    html: Markup
    script: dict[str, Any]
    figure: Figure
    called: str


def drawn(
    figure: Figure, prefix: str, vocabulary: Language, *, titled: bool = True, called: str = ""
) -> Drawn:
    """Write a figure: heading, caption, drop-downs, a place to draw in, and the table that says the same.

    Args:
        figure: The chart with its words.
        prefix: What sets its ids apart from those of other segmentations.
        vocabulary: The language.
        titled: Whether it has a heading of its own.
        called: What sets its picture apart as a file; default: the prefix.
    """
    say, ident = vocabulary.say, f"{prefix}-{figure.key}"
    height = int(figure.spec.get("height", 300))
    # The label names the picture; its table, next in reading order, tells the rest.
    told = say(
        "Chart: {title}. {caption} The table says the same.", title=figure.title, caption=figure.caption
    )
    least = f";min-width:{figure.least_width}px" if figure.least_width else ""
    style = f"min-height:{height}px{least}"
    place = element("div", id=ident, class_="chart", role="img", aria_label=told, style=style)
    where = say("Chart of {title}", title=figure.title)
    # What scrolls must be reachable by the keyboard, and so needs a name.
    scrolls: dict[str, Any] = (
        {"tabindex": 0, "role": "region", "aria_label": where} if figure.least_width else {}
    )
    box = element("div", place, class_="scroll plain", **scrolls)
    pickers = [_picker(choice, ident, at) for at, choice in enumerate(figure.choices)]
    html = element(
        "figure",
        element("h3", figure.title) if titled else None,
        element("figcaption", figure.caption),
        element("p", *pickers, class_="choices") if pickers else None,
        box,
        _as_table(figure, vocabulary),
        class_=f"figure {figure.key}",
    )
    return Drawn(html, _script(figure, ident), figure, f"{called or prefix}-{figure.key}")


def _picker(choice: Choice, ident: str, at: int) -> Markup:
    name = f"{ident}-choice-{at}"
    options = [
        element("option", option.label, value=place, selected=place == choice.chosen)
        for place, option in enumerate(choice.options)
    ]
    return element(
        "span",
        element("label", choice.label, for_=name),
        element("select", *options, id=name, data_chart=ident, data_choice=at),
    )


def _as_table(figure: Figure, vocabulary: Language) -> Markup:
    say = vocabulary.say
    data = figure.data
    rows = [[_written(cell) for cell in row.values()] for row in data.to_pylist()]
    head = [
        say(name.replace("_", " ").capitalize()) if name.islower() else name for name in data.column_names
    ]
    caption = say("{title}, as a table", title=figure.title)
    return element(
        "details",
        element("summary", caption),
        table(caption, head, rows, text=figure.text),
        class_="astable",
        open=figure.opened,
    )


def _written(cell: Any) -> str:
    if isinstance(cell, bool):
        return "✓" if cell else ""
    if isinstance(cell, float):
        return f"{cell:.3g}" if abs(cell) < 1000 else f"{cell:,.0f}"  # noqa: PLR2004
    return f"{cell:,}" if isinstance(cell, int) else str(words.NOTHING if cell is None else cell)


def _script(figure: Figure, ident: str) -> dict[str, Any]:
    spec = dict(figure.spec)
    values = spec.pop("data", {}).get("values") if "data" in spec else None
    if figure.points is not None:
        data: dict[str, Any] | None = packed(figure.points)
    else:
        data = packed(pa.Table.from_pylist(values)) if values else None
    return {
        "id": ident,
        "spec": spec,
        "data": data,
        "choices": [
            [[[list(path), value] for path, value in option.changes] for option in choice.options]
            for choice in figure.choices
        ],
        "canvas": figure.points is not None or len(values or ()) > 1000,  # noqa: PLR2004
    }


def packed(table: pa.Table) -> dict[str, Any]:
    """Pack a table by column, words as codes and numbers to four digits: a fraction of the bytes of rows.

    Examples:
        >>> packed(pa.table({"n": [1.23456, None], "s": ["a", "a"]}))
        {'n': [1.235, None], 's': {'words': ['a'], 'codes': [0, 0]}}
    """
    return {name: _packed(table.column(name)) for name in table.column_names}


def _packed(column: pa.ChunkedArray) -> Any:
    if pa.types.is_string(column.type) and not column.null_count:
        coded = column.combine_chunks().dictionary_encode()
        return {"words": coded.dictionary.to_pylist(), "codes": coded.indices.to_pylist()}
    if pa.types.is_floating(column.type):
        numbers = short(column.to_numpy())
        whole = np.isfinite(numbers) & (np.abs(numbers) < _EXACT) & (np.trunc(numbers) == numbers)
        if whole.all():
            return numbers.astype(np.int64).tolist()
        return [_whole(value) for value in numbers.tolist()]
    return [value.isoformat() if isinstance(value, dt.date) else value for value in column.to_pylist()]


def short(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round numbers to four digits.

    Examples:
        >>> short(np.array([0.0123456, 1234567.0, -3.0, 0.0])).tolist()
        [0.01235, 1235000.0, -3.0, 0.0]
    """
    size = np.where(np.isfinite(numbers) & (numbers != 0), np.abs(numbers), 1.0)
    places = np.clip(_DIGITS - 1 - np.floor(np.log10(size)), -_LARGEST, _LARGEST)
    # Multiplied and divided by whole powers of ten alone, so that the nearest short decimal comes out.
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    found: npt.NDArray[np.float64] = np.round(numbers * up / down) / up * down
    return found


def _whole(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value
