"""One function a chart, each a picture of the table that its twin in `coterie.report.chart_data` returns.

Charts carry no colours of their own: those come from `coterie.report.look` when a chart is drawn, so that the
same chart is drawn on light and on dark. A segment has the same colour and shape in all of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.features import shape, values
from coterie.report import chart_data, colours, look, words
from coterie.report.vega_lite import drawing, layered, plain, sized, unchecked

if TYPE_CHECKING:
    import altair as alt
    import pyarrow as pa

    from coterie.features.feature import Feature
    from coterie.features.values import Floats
    from coterie.report.chart_data import Plane, Sample
    from coterie.report.words import Wording

#: Rows of the heatmap at most.
FEATURES = 24
_BAND = 46
_SECONDS = (
    "datum.value < 90 ? format(datum.value, '~r') + ' s' : datum.value < 5400 ? "
    "format(datum.value / 60, '.3~r') + ' min' : format(datum.value / 3600, '.3~r') + ' h'"
)


@unchecked
def sizes(wording: Wording) -> alt.LayerChart:
    """Draw a bar a segment, as long as it has users."""
    import altair as alt

    say = wording.language.say
    label = "format(datum.users, ',') + ' (' + format(datum.share, '.1%') + ')'"
    base = alt.Chart().transform_calculate(label=label)
    y = alt.Y("name:N", sort=_names(wording), axis=None)
    x = alt.X("users:Q", title=say("Users"), axis=alt.Axis(labelExpr=look.NUMBERS, tickCount=5))
    bar = base.mark_bar(size=16, yOffset=8, cornerRadius=2).encode(
        x=x, y=y, color=_colour(wording, legend=False)
    )
    name = base.mark_text(align="left", dy=-10).encode(x=alt.datum(0), y=y, text="name:N")
    count = base.mark_text(align="left", dx=5, dy=8).encode(x=x, y=y, text="label:N")
    count = count.encode(x=alt.X("users:Q", scale=alt.Scale(domainMax=_room(wording))))
    rows = chart_data.sizes_data(wording).to_pylist()
    return sized(layered(rows, bar, name, count), _BAND * len(wording.names))


def _room(wording: Wording) -> float:
    """Leave space at the right of the longest bar for its number."""
    return 1.45 * max((segment.users for segment in wording.segmentation.segments), default=1)


@unchecked
def differences(wording: Wording, some: Sample, table: pa.Table, most: int = FEATURES) -> alt.LayerChart:
    """Draw what sets each segment apart: a row a feature, a column a segment, standardised differences.

    Args:
        wording: The segmentation.
        some: The users to look at.
        table: What `chart_data.differences_data` says of them.
        most: Rows to draw: those that differ most, and of rows that say the same the first.
    """
    import altair as alt

    labels = chart_data.telling(wording, some, table, most)
    rows = [row for row in table.to_pylist() if row["label"] in set(labels)]
    say = wording.language.say
    base = alt.Chart().encode(
        x=alt.X("name:N", sort=_names(wording), title=None, axis=_column_axis()),
        y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=240, domain=False, ticks=False)),
        tooltip=[
            alt.Tooltip("name:N", title=say("Segment")),
            alt.Tooltip("label:N", title=say("Feature")),
            alt.Tooltip("difference:Q", format="+.2f", title=say("Standard deviations from everyone")),
        ],
    )
    colour = _diverging("difference:Q", say("Standard deviations from everyone"), 2.0)
    return sized(_cells(base, rows, "difference", colour, 2.0 * look.STRONG), 26 * len(labels))


@unchecked
def correlations(wording: Wording, table: pa.Table) -> alt.LayerChart:
    """Draw how strongly features go together, which `chart_data.correlations_data` has found."""
    import altair as alt

    labels = list(dict.fromkeys(table.column("label").to_pylist()))
    say = wording.language.say
    base = alt.Chart().encode(
        x=alt.X("other_label:N", sort=labels, title=None, axis=_column_axis()),
        y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(domain=False, ticks=False)),
        tooltip=[
            alt.Tooltip("label:N", title=say("Feature")),
            alt.Tooltip("other_label:N", title=say("Other feature")),
            alt.Tooltip("correlation:Q", format="+.2f", title=say("Correlation")),
        ],
    )
    colour = _diverging("correlation:Q", say("Correlation"), 1.0)
    cells = _cells(base, table.to_pylist(), "correlation", colour, look.STRONG)
    return sized(cells, 26 * len(labels))


def _cells(
    base: alt.Chart, rows: list[dict[str, Any]], field: str, colour: alt.Color, strong: float
) -> alt.LayerChart:
    import altair as alt

    known = base.transform_filter(f"isValid(datum.{field})")
    known = known.transform_calculate(
        written=f"abs(datum.{field}) < 0.05 ? '0' : format(datum.{field}, '+.1f')"
    )
    text = {"text": alt.Text("written:N")}
    weak = known.transform_filter(f"abs(datum.{field}) < {strong}").mark_text(fontSize=11)
    bold = known.transform_filter(f"abs(datum.{field}) >= {strong}").mark_text(fontSize=11, color="#ffffff")
    layers = layered(rows, known.mark_rect().encode(color=colour), weak.encode(**text), bold.encode(**text))
    return layers.properties(padding={"left": 5, "top": 5, "bottom": 5, "right": 60})


def _column_axis() -> alt.Axis:
    import altair as alt

    return alt.Axis(
        orient="top", labelAngle=-60, labelLimit=260, labelOverlap=False, labelPadding=6,
        domain=False, ticks=False,
    )  # fmt: skip


def _diverging(field: str, title: str, bound: float) -> alt.Color:
    import altair as alt

    return alt.Color(
        field,
        title=title,
        scale=alt.Scale(domain=[-bound, 0, bound], range="diverging", clamp=True, interpolate="rgb"),
        legend=alt.Legend(
            orient="bottom", direction="horizontal", gradientLength=180, titleLimit=300, format="+"
        ),
    )


@unchecked
def user_map(wording: Wording, plane: Plane) -> alt.Chart:
    """Draw users on the plane along which they differ most, which `chart_data.map_data` has found."""
    import altair as alt

    say = wording.language.say
    titles = [say("{share} of all differences", share=words.percent(share)) for share in plane.shares]
    across, up = (
        alt.X("across:Q", title=titles[0], axis=_bare(), scale=alt.Scale(zero=False)),
        alt.Y("up:Q", title=titles[1], axis=_bare(), scale=alt.Scale(zero=False)),
    )
    points = _points(_chart(plane.points), wording).encode(x=across, y=up)
    return sized(points, 380)


def _bare() -> alt.Axis:
    import altair as alt

    return alt.Axis(labels=False, ticks=False)


@unchecked
def scatter(wording: Wording, some: Sample, across: str, up: str) -> alt.Chart:
    """Draw users by any two numeric features, coloured by segment.

    Args:
        wording: The segmentation.
        some: The users to draw.
        across: The feature along the horizontal axis.
        up: The feature along the vertical axis.
    """
    import altair as alt

    data = chart_data.scatter_data(wording, some, tuple(dict.fromkeys((across, up))))
    x, y = (scale_of(wording, some, feature) for feature in (across, up))
    points = _points(_chart(data), wording).encode(x=alt.X(across, **x), y=alt.Y(up, **y))
    return sized(points, 380)


def _points(base: alt.Chart, wording: Wording) -> alt.Chart:
    import altair as alt

    picked = alt.selection_point(fields=["name"], bind="legend")
    opacity = alt.when(picked).then(alt.value(0.65)).otherwise(alt.value(0.05))
    points: alt.Chart = (
        base.mark_point(filled=True, size=28)
        .encode(
            color=_colour(wording),
            shape=_shape(wording),
            opacity=opacity,
            tooltip=[alt.Tooltip("name:N", title=wording.language.say("Segment"))],
        )
        .add_params(picked)
    )
    return points


@unchecked
def distributions(wording: Wording, some: Sample, feature: str, table: pa.Table) -> alt.LayerChart:
    """Draw how one feature is spread in each segment: the middle half as a bar, nine tenths as a line.

    Args:
        wording: The segmentation.
        some: The users to look at.
        feature: The feature that is shown; the chart holds all.
        table: What `chart_data.distributions_data` says of them.
    """
    import altair as alt

    shown = alt.param(name="feature", value=feature)
    base = alt.Chart().transform_filter("datum.feature === feature")
    y = alt.Y("name:N", sort=_names(wording), axis=None)
    colour, about = _colour(wording, legend=False), scale_of(wording, some, feature)
    whiskers = base.mark_rule(strokeWidth=2, yOffset=8).encode(
        x=alt.X("p5", **about), x2="p95:Q", y=y, color=colour
    )
    box = base.mark_bar(size=14, yOffset=8).encode(x=alt.X("p25", **about), x2="p75:Q", y=y, color=colour)
    middle = base.mark_tick(thickness=3, size=20, yOffset=8, orient="vertical")
    middle = middle.encode(x=alt.X("median", **about), y=y)
    name = base.mark_text(align="left", dy=-10).encode(x=alt.value(0), y=y, text="name:N")
    layers = layered(table.to_pylist(), whiskers, box, middle, name)
    return sized(layers.add_params(shown), _BAND * len(wording.names))


def scale_of(wording: Wording, some: Sample, name: str) -> dict[str, Any]:
    """Give the type, title, axis and scale of a feature; a skewed one gets a log scale that has a zero."""
    feature = wording.features[name]
    numbers = values.numbers(some.rows, name)
    known = numbers[~np.isnan(numbers)]
    about: dict[str, Any] = {"type": "quantitative", "title": words.axis(feature, wording.language)}
    form: dict[str, Any] = {"seconds": {"labelExpr": _SECONDS}, "share": {"format": ".0%"}}.get(
        feature.unit, {"labelExpr": look.NUMBERS}
    )
    if known.size and _skewed(feature, known):
        marks = _marks(float(known.max()), feature)
        about["title"] += ", " + wording.language.say("log scale")
        return {**about, "axis": {"values": marks, **form}, "scale": {"type": "symlog"}}
    return {**about, "axis": {"tickCount": 6, **form}, "scale": {"zero": False}}


def _skewed(feature: Feature, known: Floats) -> bool:
    if feature.unit not in shape.SKEWED_UNITS or known.min() < 0:
        return False
    median, high, most = np.percentile(known, [50, 95, 100])
    return bool(most > 10 and (high > 5 * median or most > 10 * median))  # noqa: PLR2004


def _marks(highest: float, feature: Feature) -> list[float]:
    if feature.unit == "seconds":
        marks: list[float] = [0, 10, 60, 600, 3600, 6 * 3600, 36 * 3600, 360 * 3600]
    else:
        marks = [0, *(10**power for power in range(int(math.log10(highest)) + 1))]
    return [mark for mark in marks if mark <= highest]


@unchecked
def weekly(wording: Wording, table: pa.Table) -> alt.LayerChart:
    """Draw the events per user of each segment, week by week; incomplete weeks are hollow points."""
    import altair as alt

    say = wording.language.say
    picked = alt.selection_point(fields=["name"], bind="legend")
    base = alt.Chart().encode(
        x=alt.X("week_start:T", title=say("Week from"), axis=alt.Axis(tickCount=6, labelOverlap=True)),
        y=alt.Y("events_per_user:Q", title=say("Events a user")),
        color=_colour(wording),
        opacity=alt.when(picked).then(alt.value(1)).otherwise(alt.value(0.1)),
        tooltip=[
            alt.Tooltip("name:N", title=say("Segment")),
            alt.Tooltip("week_start:T", title=say("Week from")),
            alt.Tooltip("days:Q", title=say("Days of data")),
            alt.Tooltip("events:Q", format=",", title=say("Events")),
            alt.Tooltip("users:Q", format=",", title=say("Active users")),
        ],
    )
    shape = _shape(wording)
    whole = base.transform_filter("datum.complete")
    part = base.transform_filter("!datum.complete").mark_point(filled=False, size=36)
    rows = plain(chart_data.weekly_data(wording, table))
    layers = layered(
        rows,
        whole.mark_line(strokeWidth=2).add_params(picked),
        whole.mark_point(filled=True, size=36).encode(shape=shape),
        part.encode(shape=shape),
    )
    return sized(layers, 300)


def _names(wording: Wording) -> list[str]:
    return [wording.name(segment.id) for segment in wording.segmentation.segments]


def _colour(wording: Wording, *, legend: bool = True) -> alt.Color:
    import altair as alt

    return alt.Color(
        "name:N",
        sort=_names(wording),
        title=None,
        scale=alt.Scale(domain=colours.domain(wording.names)),
        legend=_legend(wording) if legend else None,
    )


def _shape(wording: Wording) -> alt.Shape:
    import altair as alt

    scale = alt.Scale(domain=colours.domain(wording.names))
    return alt.Shape("name:N", sort=_names(wording), title=None, scale=scale, legend=_legend(wording))


def _legend(wording: Wording) -> alt.Legend:
    """List the segments there are; the scale also holds the places of colours that nobody has."""
    import altair as alt

    columns, limit = alt.ExprRef("width < 520 ? 1 : 2"), alt.ExprRef("width < 520 ? width - 24 : 280")
    return alt.Legend(
        orient="bottom", columns=columns, labelLimit=limit, symbolOpacity=1, values=_names(wording)
    )


def _chart(table: pa.Table) -> alt.Chart:
    return drawing(plain(table))
