"""The charts of segments over time, each a picture of a table of `coterie.report.over_time_data`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.report import colours, shares
from coterie.report.vega_lite import layered, plain, sized, unchecked

if TYPE_CHECKING:
    import altair as alt
    import pyarrow as pa

    from coterie.report.changes import Speech

_ROW = 30
_HEIGHT = 280


@unchecked
def migration(table: pa.Table, speak: Speech) -> alt.LayerChart:
    """Draw who went where: a row a segment then, a column a segment now, with the share of the row."""
    import altair as alt

    say = speak.language.say
    rows = table.to_pylist()
    olds, news = (list(dict.fromkeys(row[side] for row in rows)) for side in ("from", "to"))
    base = alt.Chart().encode(
        x=alt.X("to:N", sort=news, title=say("Now"), axis=shares.axis(240, orient="top", labelAngle=-60)),
        y=alt.Y("from:N", sort=olds, title=say("Then"), axis=shares.axis(240)),
        tooltip=[
            alt.Tooltip("from:N", title=say("Then")),
            alt.Tooltip("to:N", title=say("Now")),
            alt.Tooltip("users:Q", format=",", title=say("Users")),
            alt.Tooltip("share:Q", format=".1%", title=say("Share")),
            alt.Tooltip("low:Q", format=".1%", title=say("At least")),
            alt.Tooltip("high:Q", format=".1%", title=say("At most")),
        ],
    )
    cells = shares.cells(rows, base, alt.Text("share:Q", format=".0%"), written="datum.users > 0")
    return sized(cells, _ROW * len(olds))


@unchecked
def sizes(table: pa.Table, speak: Speech) -> alt.LayerChart:
    """Draw how many users each segment had at each run; a segment keeps its colour."""
    import altair as alt

    say = speak.language.say
    names = _told_apart({row["segment"]: row["name"] for row in table.to_pylist()})
    rows = [row | {"name": names[row["segment"]]} for row in plain(table)]
    scale = alt.Scale(domain=colours.domain(names))
    legend = alt.Legend(orient="bottom", columns=2, labelLimit=280, values=list(names.values()))
    base = alt.Chart().encode(
        x=alt.X("as_of:T", title=say("As of"), axis=alt.Axis(tickCount=6, labelOverlap=True)),
        y=alt.Y("users:Q", title=say("Users")),
        color=alt.Color("name:N", title=None, scale=scale, legend=legend),
        tooltip=[
            alt.Tooltip("name:N", title=say("Segment")),
            alt.Tooltip("as_of:T", title=say("As of")),
            alt.Tooltip("users:Q", format=",", title=say("Users")),
            alt.Tooltip("share:Q", format=".1%", title=say("Share")),
        ],
    )
    shape = alt.Shape("name:N", title=None, scale=scale, legend=legend)
    points = base.mark_point(filled=True, size=60).encode(shape=shape)
    return sized(layered(rows, base.mark_line(strokeWidth=2), points), _HEIGHT)


def _told_apart(names: dict[int, str]) -> dict[int, str]:
    """Give the number of a segment beside a name that another had at another time."""
    called = list(names.values())
    return {
        ident: name if called.count(name) == 1 else f"{name} ({ident})"
        for ident, name in sorted(names.items())
    }
