"""Tables of shares as charts: a cell the darker, the larger its share, with the share written in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.report import look
from coterie.report.vega_lite import layered

if TYPE_CHECKING:
    import altair as alt


def axis(limit: int, **more: Any) -> alt.Axis:
    """Make an axis that names every row or column.

    Args:
        limit: Pixels that a name may take.
        **more: Settings of Altair's.
    """
    import altair as alt

    return alt.Axis(labelLimit=limit, labelOverlap=False, domain=False, ticks=False, **more)


def cells(
    rows: list[dict[str, Any]],
    base: alt.Chart,
    text: alt.Text,
    *,
    field: str = "share",
    written: str = "",
    gaps: bool = False,
    size: int = 11,
) -> alt.LayerChart:
    """Draw the cells.

    Args:
        rows: One a cell.
        base: A chart without data that says what is down, across and in the tooltip.
        text: What is written in a cell.
        field: The share.
        written: The cells that something is written in, as an expression; default: all.
        gaps: Whether cells may have no share; they keep their place.
        size: Of the letters.
    """
    import altair as alt

    scale = alt.Scale(domain=[-1, 0, 1], range="diverging", clamp=True, interpolate="rgb")
    known = base.transform_filter(f"isValid(datum.{field})") if gaps else base
    seen = known.transform_filter(written) if written else known
    weak = seen.transform_filter(f"datum.{field} < {look.STRONG}").mark_text(fontSize=size)
    bold = seen.transform_filter(f"datum.{field} >= {look.STRONG}").mark_text(fontSize=size, color="#ffffff")
    filled = known.mark_rect().encode(color=alt.Color(f"{field}:Q", scale=scale, legend=None))
    empty = [base.mark_rect(opacity=0)] if gaps else []
    return layered(rows, *empty, filled, weak.encode(text=text), bold.encode(text=text))
