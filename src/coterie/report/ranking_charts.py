"""The charts of rankings, each a picture of a table of `coterie.report.ranking_data`.

Rankings are told apart by colour and by dashes; a chart of one ranking has no legend.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from coterie.report.vega_lite import layered, sized, unchecked

if TYPE_CHECKING:
    import altair as alt
    import pyarrow as pa

    from coterie.report.language import Language

_HEIGHT = 300
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [3, 5], [10, 4])


@dataclasses.dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a chart.

    Attributes:
        field: The column it shows.
        title: What that is, with its unit.
        form: How its numbers are written, as of D3.
        domain: From where to where, if the data don't say.
    """

    field: str
    title: str
    form: str
    domain: tuple[float, float] | None = None


@unchecked
def curves(
    table: pa.Table,
    across: Axis,
    up: Axis,
    *,
    straight: tuple[tuple[float, float], tuple[float, float]] | None = None,
    mark: str | None = None,
) -> alt.LayerChart:
    """Draw a curve a ranking, each with its band.

    Args:
        table: ``name``, the two columns of the axes, and ``low, high`` of the band, which may be null.
        across: The horizontal axis.
        up: The vertical axis.
        straight: The two ends (across, up) of a line to compare with.
        mark: The column that is true of points to be marked.
    """
    import altair as alt

    rows = table.to_pylist()
    names = list(dict.fromkeys(row["name"] for row in rows))
    base = alt.Chart().encode(x=_across(across), color=_colour(names, "stroke"))
    seen = base.transform_filter("isValid(datum.low)")
    banded = seen.mark_area(opacity=0.16, strokeWidth=0)
    layers = [banded.encode(y=_up(up, "low"), y2="high:Q")]
    if straight is not None:
        layers.append(_line(straight, across, up))
    layers.append(
        base.mark_line(strokeWidth=2).encode(
            y=_up(up), strokeDash=_dashes(names), order=alt.Order(f"{across.field}:Q")
        )
    )
    over = base.mark_point(size=90, opacity=0, filled=True)
    layers.append(over.encode(y=_up(up), tooltip=_told(names, across, up)))
    if mark is not None:
        best = base.transform_filter(f"datum.{mark}").mark_point(size=130, filled=True, shape="diamond")
        layers.append(best.encode(y=_up(up), tooltip=_told(names, across, up)))
    return sized(layered(rows, *layers), _HEIGHT)


def _line(ends: tuple[tuple[float, float], tuple[float, float]], across: Axis, up: Axis) -> alt.Chart:
    """Draw one line, however many rows the chart has."""
    import altair as alt

    (x, y), (x2, y2) = ends
    place = alt.Chart().transform_aggregate(count="count()")
    place = place.transform_calculate(x=str(x), x2=str(x2), y=str(y), y2=str(y2))
    drawn: alt.Chart = place.mark_rule(strokeDash=[4, 4]).encode(
        x=_across(dataclasses.replace(across, field="x")),
        x2="x2:Q",
        y=_up(dataclasses.replace(up, field="y")),
        y2="y2:Q",
    )
    return drawn


def _across(axis: Axis) -> alt.X:
    import altair as alt

    scale = alt.Scale(domain=list(axis.domain)) if axis.domain else alt.Scale(zero=True, nice=True)
    shown = alt.Axis(format=axis.form, tickCount=5, labelOverlap=True)
    return alt.X(f"{axis.field}:Q", title=axis.title, scale=scale, axis=shown)


def _up(axis: Axis, field: str | None = None) -> alt.Y:
    import altair as alt

    scale = alt.Scale(domain=list(axis.domain)) if axis.domain else alt.Scale(zero=True, nice=True)
    shown = alt.Axis(format=axis.form, tickCount=5)
    return alt.Y(f"{field or axis.field}:Q", title=axis.title, scale=scale, axis=shown)


def _told(names: list[str], *axes: Axis) -> list[alt.Tooltip]:
    import altair as alt

    told = [alt.Tooltip(f"{axis.field}:Q", format=axis.form, title=axis.title) for axis in axes]
    return [alt.Tooltip("name:N", title=""), *told] if len(names) > 1 else told


def _legend(names: list[str], symbol: str | None = None) -> alt.Legend | None:
    import altair as alt

    if len(names) == 1:
        return None
    more: dict[str, Any] = {"symbolType": symbol} if symbol else {}
    return alt.Legend(orient="bottom", columns=2, labelLimit=280, values=names, symbolOpacity=1, **more)


def _colour(names: list[str], symbol: str | None = None) -> alt.Color:
    import altair as alt

    return alt.Color("name:N", title=None, scale=alt.Scale(domain=names), legend=_legend(names, symbol))


def _dashes(names: list[str]) -> alt.StrokeDash:
    import altair as alt

    dashes = [list(_DASHES[at % len(_DASHES)]) for at in range(len(names))]
    scale = alt.Scale(domain=names, range=dashes)
    return alt.StrokeDash("name:N", title=None, scale=scale, legend=_legend(names, "stroke"))


@unchecked
def lift(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw the lift of each tenth of the users as bars side by side, with their intervals."""
    import altair as alt

    say, rows = vocabulary.say, table.to_pylist()
    names = list(dict.fromkeys(row["name"] for row in rows))
    top = max(row["lift_high"] or row["lift"] for row in rows) * 1.05
    up = Axis("lift", say("Lift (times everyone's)"), "~r", (0, max(top, 1.1)))
    base = alt.Chart().encode(
        x=alt.X("tenth:O", title=say("Tenth of the users, best-scored first"), axis=alt.Axis(labelAngle=0)),
        tooltip=[
            *([alt.Tooltip("name:N", title="")] if len(names) > 1 else []),
            alt.Tooltip("tenth:O", title=say("Tenth")),
            alt.Tooltip("lift:Q", format=".2f", title=say("Lift")),
            alt.Tooltip("lift_low:Q", format=".2f", title=say("At least")),
            alt.Tooltip("lift_high:Q", format=".2f", title=say("At most")),
        ],
    )
    if len(names) > 1:
        base = base.encode(xOffset=alt.XOffset("name:N", sort=names))
    ends = base.transform_filter("isValid(datum.lift_low)").mark_rule(strokeWidth=2)
    one = alt.Chart().transform_aggregate(count="count()").mark_rule(strokeDash=[4, 4])
    layers = (
        base.mark_bar(cornerRadiusEnd=2, opacity=0.6).encode(y=_up(up), color=_colour(names)),
        one.encode(y=alt.datum(1)),
        ends.encode(y=_up(up, "lift_low"), y2="lift_high:Q"),
    )
    return sized(layered(rows, *layers), _HEIGHT)


@unchecked
def calibration(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw what happened against what was foretold, with Wilson's intervals; on the line both agree."""
    import altair as alt

    say, rows = vocabulary.say, table.to_pylist()
    names = list(dict.fromkeys(row["name"] for row in rows))
    top = min(1.0, 1.05 * max(max(row["predicted"], row["high"]) for row in rows))
    across = Axis("predicted", say("Foretold probability"), ".0%", (0, top))
    up = Axis("happened", say("Share to whom it happened"), ".0%", (0, top))
    base = alt.Chart().encode(x=_across(across), color=_colour(names))
    tooltip = [*_told(names, across, up), alt.Tooltip("users:Q", format=",", title=say("Users"))]
    shape = alt.Shape("name:N", title=None, scale=alt.Scale(domain=names), legend=_legend(names))
    layers = (
        _line(((0, 0), (top, top)), across, up),
        base.mark_rule(strokeWidth=1.5).encode(y=_up(up, "low"), y2="high:Q"),
        base.mark_line(strokeWidth=1.5, opacity=0.6).encode(y=_up(up)),
        base.mark_point(size=70, filled=True).encode(y=_up(up), shape=shape, tooltip=tooltip),
    )
    return sized(layered(rows, *layers), _HEIGHT)


@unchecked
def spread(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw how scores are spread: a bar a bin."""
    import altair as alt

    say, rows = vocabulary.say, table.to_pylist()
    names = list(dict.fromkeys(row["name"] for row in rows))
    form = ".0%" if all(row["from"] >= 0 and row["to"] <= 1 for row in rows) else "~s"
    up = Axis("share", say("Share of users"), ".0%")
    chart = alt.Chart().encode(
        x=alt.X("from:Q", title=say("Score"), axis=alt.Axis(format=form, tickCount=5, labelOverlap=True)),
        x2="to:Q",
        y=_up(up).stack(None),
        y2=alt.datum(0),
        color=_colour(names),
        tooltip=[
            *([alt.Tooltip("name:N", title="")] if len(names) > 1 else []),
            alt.Tooltip("from:Q", format=form, title=say("From")),
            alt.Tooltip("to:Q", format=form, title=say("To")),
            alt.Tooltip("users:Q", format=",", title=say("Users")),
        ],
    )
    bars = chart.mark_bar(opacity=0.55 if len(names) > 1 else 1.0, binSpacing=1)
    return sized(layered(rows, bars), _HEIGHT)
