"""The charts of a treatment beside its curves, each a picture of a table of `coterie.report.uplift_data`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.report.vega_lite import layered, sized, unchecked

if TYPE_CHECKING:
    import altair as alt
    import pyarrow as pa

    from coterie.report.language import Language
    from coterie.report.ranking_charts import Axis

_ROW, _LINE = 40, 26
#: How far marks lie below the middle of their row, where their name stands above.
_DOWN = 7


@unchecked
def intervals(table: pa.Table, down: str, across: Axis, marked: str, vocabulary: Language) -> alt.LayerChart:
    """Draw a number a row with its interval; a filled mark is one that stands out.

    Args:
        table: With the two columns, ``low``, ``high`` and `marked`.
        down: The column with the names of the rows.
        across: The column with the number.
        marked: The column that is true of rows that stand out.
        vocabulary: The language.
    """
    import altair as alt

    say, rows = vocabulary.say, _rows(table)
    names = list(dict.fromkeys(row[down] for row in rows))
    base = alt.Chart().encode(
        y=alt.Y(f"{down}:N", sort=names, axis=None),
        tooltip=[
            alt.Tooltip(f"{down}:N", title=""),
            alt.Tooltip(f"{across.field}:Q", format=across.form, title=across.title),
            alt.Tooltip("low:Q", format=across.form, title=say("At least")),
            alt.Tooltip("high:Q", format=across.form, title=say("At most")),
        ],
    )
    points = base.encode(x=_across(across, across.field), color=_accent())
    line = base.mark_rule(strokeWidth=2, yOffset=_DOWN)
    layers = (
        _zero(),
        line.encode(x=_across(across, "low"), x2="high:Q", color=_accent()),
        *_points(points, rows, marked, _DOWN),
        _named(down, names),
    )
    return sized(layered(rows, *layers), _ROW * len(names))


@unchecked
def balance(table: pa.Table, bound: float, vocabulary: Language) -> alt.LayerChart:
    """Draw how far the arms were apart before the treatment; between the dashed lines they are alike.

    Args:
        table: Of `coterie.report.uplift_data.balance_data`.
        bound: How far apart arms may be, in standard deviations.
        vocabulary: The language.
    """
    import altair as alt

    say, rows = vocabulary.say, _rows(table)
    names = [row["column"] for row in rows]
    reach = 1.15 * max(bound, *(abs(row["difference"]) for row in rows))
    x = alt.X(
        "difference:Q",
        title=say("Treated less the others (standard deviations)"),
        axis=alt.Axis(format="+.2f", tickCount=5, labelOverlap=True),
        scale=alt.Scale(domain=[-reach, reach]),
    )
    axis = alt.Axis(labelLimit=150, labelOverlap=False, domain=False, ticks=False)
    base = alt.Chart().encode(
        x=x,
        color=_accent(),
        y=alt.Y("column:N", sort=names, title=None, axis=axis),
        tooltip=[
            alt.Tooltip("column:N", title=say("Feature")),
            alt.Tooltip("difference:Q", format="+.3f", title=say("Standard deviations")),
        ],
    )
    once = alt.Chart().transform_aggregate(count="count()")
    layers = (
        _zero(),
        *(once.mark_rule(strokeDash=[4, 4]).encode(x=alt.datum(side)) for side in (-bound, bound)),
        *_points(base, rows, "apart"),
    )
    return sized(layered(rows, *layers), _LINE * len(names))


def _across(axis: Axis, field: str) -> alt.X:
    import altair as alt

    shown = alt.Axis(format=axis.form, tickCount=5, labelOverlap=True)
    return alt.X(f"{field}:Q", title=axis.title, axis=shown, scale=alt.Scale(zero=True))


def _accent() -> alt.Color:
    """Give all marks the first colour of the page, light or dark."""
    import altair as alt

    return alt.Color("mark:N", title=None, legend=None)


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    return [row | {"mark": ""} for row in table.to_pylist()]


def _zero() -> alt.Chart:
    """Draw one line at 0, however many rows the chart has."""
    import altair as alt

    drawn: alt.Chart = alt.Chart().transform_aggregate(count="count()").mark_rule().encode(x=alt.datum(0))
    return drawn


def _points(base: alt.Chart, rows: list[dict[str, Any]], marked: str, down: int = 0) -> list[alt.Chart]:
    """Draw a mark a row: filled where it stands out, hollow elsewhere; a layer without rows is left out."""
    found = []
    if any(row[marked] for row in rows):
        filled = base.transform_filter(f"datum.{marked}")
        found.append(filled.mark_point(size=80, filled=True, opacity=1, yOffset=down))
    if not all(row[marked] for row in rows):
        hollow = base.transform_filter(f"!datum.{marked}")
        found.append(hollow.mark_point(size=80, strokeWidth=2, yOffset=down))
    return found


def _named(field: str, names: list[str]) -> alt.Chart:
    """Write the name of each row above it, where it has the whole width of a phone."""
    import altair as alt

    y = alt.Y(f"{field}:N", sort=names, axis=None)
    text = alt.Chart().mark_text(align="left", dy=-10, limit=320)
    drawn: alt.Chart = text.encode(x=alt.value(0), y=y, text=f"{field}:N")
    return drawn
