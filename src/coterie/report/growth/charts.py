"""The charts of growth: bars, points with intervals, grids and lines, of rows that a drop-down picks."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coterie.report import look, shares
from coterie.report.figures import Choice, Option
from coterie.report.vega_lite import layered, sized, specification, unchecked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

#: Pixels of a bar with its name above it, of a row of a grid, and of what stands left of a grid.
BAND, ROW, LABELS = 46, 30, 190
_HEIGHT = 300
#: Shares and ratios of an axis.
PERCENT = "format(datum.value, '.0%')"
TIMES = "format(datum.value, '~r')"

Rows = list[dict[str, Any]]


@dataclasses.dataclass(frozen=True, slots=True)
class Picked:
    """A drop-down: a column of the rows, and which of its values are shown.

    Attributes:
        label: What is chosen.
        column: The column.
        values: What can be chosen, in order; the first is shown at first.
    """

    label: str
    column: str
    values: tuple[str, ...]


def picked(label: str, column: str, rows: Rows) -> Picked:
    """Offer every value of a column, in the order of the rows."""
    return Picked(label, column, tuple(dict.fromkeys(row[column] for row in rows)))


def choosing(
    chart: Any, offered: Sequence[Picked], heights: Mapping[str, int] | None = None
) -> tuple[dict[str, Any], tuple[Choice, ...]]:
    """Write the specification of a chart whose rows drop-downs pick, and the drop-downs.

    Args:
        chart: It filters by `kept`.
        offered: The drop-downs; one of a single value is none.
        heights: Pixels by the value of the first drop-down.
    """
    spec = specification(chart)
    spec["params"] = [{"name": one.column, "value": one.values[0]} for one in offered]
    heights = heights or {}
    if offered and offered[0].values[0] in heights:
        spec["height"] = heights[offered[0].values[0]]
    choices = []
    for place, one in enumerate(offered):
        options = []
        for value in one.values:
            changes: list[tuple[tuple[str | int, ...], Any]] = [(("params", place, "value"), value)]
            if not place and value in heights:
                changes.append((("height",), heights[value]))
            options.append(Option(value, tuple(changes)))
        choices.append(Choice(one.label, tuple(options), 0))
    several = tuple(one for one, of in zip(choices, offered, strict=True) if len(of.values) > 1)
    return spec, several


def kept(chart: alt.Chart, offered: Sequence[Picked]) -> alt.Chart:
    """Keep the rows that the drop-downs pick."""
    for one in offered:
        chart = chart.transform_filter(f"datum['{one.column}'] == {one.column}")
    return chart


def tall(rows: Rows, column: str, name: str, each: int = BAND) -> dict[str, int]:
    """Tell how high a chart is for each value of a column: so much for each name that it has."""
    names: dict[str, set[str]] = {}
    for row in rows:
        names.setdefault(row[column], set()).add(row[name])
    return {value: max(each * len(found), 60) for value, found in names.items()}


@unchecked
def bars(rows: Rows, offered: Sequence[Picked], title: str) -> alt.LayerChart:
    """Draw a bar a row, its name above and its number at its end.

    Args:
        rows: ``name``, ``number`` and ``told`` (the number in words).
        offered: What picks them.
        title: Of the axis.
    """
    import altair as alt

    base = kept(alt.Chart(), offered)
    base = base.transform_joinaggregate(largest="max(number)")
    y = alt.Y("name:N", sort=None, axis=None)
    x = alt.X(
        "number:Q",
        title=title,
        axis=alt.Axis(labelExpr=look.NUMBERS, tickCount=4),
        scale=alt.Scale(zero=True),
    )
    tips = [alt.Tooltip("name:N", title=" "), alt.Tooltip("told:N", title=title)]
    bar = base.mark_bar(size=14, yOffset=8, cornerRadius=2).encode(x=x, y=y, tooltip=tips)
    room = base.transform_calculate(far="datum.largest * 1.7").mark_point(opacity=0).encode(x="far:Q", y=y)
    name = base.mark_text(align="left", dy=-9, limit=300).encode(x=alt.datum(0), y=y, text="name:N")
    number = base.mark_text(align="left", dx=5, dy=8).encode(x=x, y=y, text="told:N")
    return sized(layered(rows, bar, room, name, number), BAND)


@unchecked
def intervals(
    rows: Rows, offered: Sequence[Picked], title: str, written: str, *, against: float | None = None
) -> alt.LayerChart:
    """Draw a point a row with its interval, its name above.

    Args:
        rows: ``name``, ``number``, ``low``, ``high`` and ``told`` (all of it in words).
        offered: What picks them.
        title: Of the axis.
        written: How numbers of the axis are written, an expression of Vega.
        against: Where a line stands; the axis is logarithmic then, as half and twice are as far from 1.
    """
    import altair as alt

    base = kept(alt.Chart(), offered)
    y = alt.Y("name:N", sort=None, axis=None)
    scale = alt.Scale(zero=True) if against is None else alt.Scale(type="log", nice=False, padding=12)
    axis = alt.Axis(labelExpr=written, tickCount=4, labelOverlap=True)
    tips = [alt.Tooltip("name:N", title=" "), alt.Tooltip("told:N", title=title)]
    point = base.mark_point(filled=True, size=80, yOffset=8, opacity=1)
    point = point.encode(x=alt.X("number:Q", title=title, scale=scale, axis=axis), y=y, tooltip=tips)
    span = base.mark_rule(strokeWidth=2, yOffset=8).encode(x="low:Q", x2="high:Q", y=y, tooltip=tips)
    name = base.mark_text(align="left", dy=-9, limit=320).encode(x=alt.value(0), y=y, text="label:N")
    layers = [span, point, name]
    if against is not None:
        line = alt.Chart().transform_aggregate(n="count()").mark_rule(strokeDash=[4, 3])
        layers.insert(0, line.encode(x=alt.datum(against)))
    return sized(layered(rows, *layers), BAND)


@unchecked
def grid(
    rows: Rows, offered: Sequence[Picked], titles: tuple[str, str, str], *, angle: int = -45
) -> alt.LayerChart:
    """Draw a cell a row, the darker the larger its share.

    Args:
        rows: ``name`` (of the row), ``column``, ``share`` (null for an empty cell) and ``told`` (in words).
        offered: What picks them.
        titles: Of the rows, the columns and the share.
        angle: Of the headings of columns, in degrees.
    """
    import altair as alt

    down, across, what = titles
    axis, top = shares.axis(180, labelAngle=0), shares.axis(130, orient="top", labelAngle=angle)
    base = kept(alt.Chart(), offered).encode(
        x=alt.X("column:N", sort=None, title=across, axis=top),
        y=alt.Y("name:N", sort=None, title=None, axis=axis),
        tooltip=[
            alt.Tooltip("name:N", title=down),
            alt.Tooltip("column:N", title=across),
            alt.Tooltip("told:N", title=what),
        ],
    )
    layers = shares.cells(rows, base, alt.Text("label:N"), gaps=True)
    return sized(layers.properties(padding={"left": 5, "top": 5, "bottom": 5, "right": 40}), ROW)


@unchecked
def lines(rows: Rows, offered: Sequence[Picked], titles: tuple[str, str]) -> alt.LayerChart:
    """Draw a line a name with the interval of each point.

    Args:
        rows: ``name``, ``period``, ``number``, ``low``, ``high`` (shares) and ``told`` (in words).
        offered: What picks them.
        titles: Of the axis of periods and of the axis of shares.
    """
    import altair as alt

    across, up = titles
    legend = alt.Legend(orient="bottom", columns=2, labelLimit=260, symbolLimit=14, symbolOpacity=1)
    base = kept(alt.Chart(), offered).encode(
        x=alt.X("period:Q", title=across, axis=alt.Axis(tickMinStep=1, format="d", tickCount=8)),
        color=alt.Color("name:N", sort=None, title=None, legend=legend),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("period:Q", title=across),
            alt.Tooltip("told:N", title=up),
        ],
    )
    y = alt.Y("number:Q", title=up, axis=alt.Axis(format=".0%", tickCount=5), scale=alt.Scale(domain=[0, 1]))
    shape = alt.Shape("name:N", sort=None, legend=None)
    spans = base.mark_rule(opacity=0.45).encode(y=alt.Y("low:Q"), y2="high:Q")
    points = base.mark_point(filled=True, size=45).encode(y=y, shape=shape)
    return sized(layered(rows, spans, base.mark_line(strokeWidth=2).encode(y=y), points), _HEIGHT)


@unchecked
def columns(rows: Rows, offered: Sequence[Picked], titles: tuple[str, str]) -> alt.LayerChart:
    """Draw a histogram: a column a bin with its interval.

    Args:
        rows: ``column`` (the bin), ``number``, ``low``, ``high`` (shares) and ``told`` (in words).
        offered: What picks them.
        titles: Of the axis of bins and of the axis of shares.
    """
    import altair as alt

    across, up = titles
    base = kept(alt.Chart(), offered).encode(
        x=alt.X("column:N", sort=None, title=across, axis=alt.Axis(labelAngle=-45, labelOverlap=False)),
        tooltip=[alt.Tooltip("column:N", title=across), alt.Tooltip("told:N", title=up)],
    )
    y = alt.Y("number:Q", title=up, axis=alt.Axis(format=".0%", tickCount=5))
    bar = base.mark_bar(cornerRadius=2).encode(y=y)
    span = base.mark_rule(strokeWidth=1.5).encode(y=alt.Y("low:Q"), y2="high:Q")
    return sized(layered(rows, bar, span), _HEIGHT)


@unchecked
def band(rows: Rows, titles: tuple[str, str]) -> alt.LayerChart:
    """Draw a share by a share, with its interval as a band.

    Args:
        rows: ``share``, ``number``, ``low``, ``high`` (shares) and ``told`` (in words).
        titles: Of the two axes.
    """
    import altair as alt

    across, up = titles
    whole = alt.Scale(domain=[0, 1])
    base = alt.Chart().encode(
        x=alt.X("share:Q", title=across, scale=whole, axis=alt.Axis(format=".0%", tickCount=5)),
        tooltip=[alt.Tooltip("share:Q", format=".0%", title=across), alt.Tooltip("told:N", title=up)],
    )
    y = alt.Y("number:Q", title=up, scale=whole, axis=alt.Axis(format=".0%", tickCount=5))
    area = base.mark_area(opacity=0.25).encode(y=alt.Y("low:Q"), y2="high:Q")
    line = base.mark_line(point=True).encode(y=y)
    equal = base.mark_line(strokeDash=[4, 3], opacity=0.5, strokeWidth=1).encode(y=alt.Y("share:Q"))
    return sized(layered(rows, area, equal, line), _HEIGHT)
