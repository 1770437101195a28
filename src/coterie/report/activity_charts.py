"""The charts of activity states, each a picture of a table of what a run found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.predictions.activity.states import STATES
from coterie.report import shares
from coterie.report.vega_lite import layered, plain, sized, unchecked

if TYPE_CHECKING:
    import altair as alt
    import pyarrow as pa

    from coterie.report.language import Language

_ROW = 30
_HEIGHT = 280
_BAR = 22


def _named(table: pa.Table, vocabulary: Language, *columns: str) -> list[dict[str, Any]]:
    """Write rows with the names of states in words."""
    rows = plain(table)
    for row in rows:
        row.update({column: vocabulary.say(row[column]) for column in columns})
    return rows


def _states(vocabulary: Language) -> list[str]:
    return [vocabulary.say(state) for state in STATES]


@unchecked
def flow(weeks: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw how many users were in each state, stacked, week by week."""
    import altair as alt

    say, names = vocabulary.say, _states(vocabulary)
    rows = _named(weeks, vocabulary, "state")
    for row in rows:
        row["order"] = names.index(row["state"])
    base = alt.Chart().encode(
        x=alt.X("date:T", title=say("Date"), axis=alt.Axis(tickCount=6, labelOverlap=True)),
        y=alt.Y("users:Q", title=say("Users"), stack="zero"),
        color=alt.Color(
            "state:N",
            title=None,
            scale=alt.Scale(domain=names),
            legend=alt.Legend(orient="bottom", columns=3),
        ),
        order=alt.Order("order:Q"),
        tooltip=[
            alt.Tooltip("state:N", title=say("State")),
            alt.Tooltip("date:T", title=say("Date")),
            alt.Tooltip("users:Q", format=",", title=say("Users")),
        ],
    )
    return sized(layered(rows, base.mark_area(opacity=0.85)), _HEIGHT)


@unchecked
def moves(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw where users of each state are a week later: a row a state, a column a state."""
    import altair as alt

    say, names = vocabulary.say, _states(vocabulary)
    rows = _named(table, vocabulary, "state", "next_state")
    base = alt.Chart().encode(
        x=alt.X(
            "next_state:N",
            sort=names,
            title=say("A week later"),
            axis=shares.axis(160, orient="top", labelAngle=0),
        ),
        y=alt.Y("state:N", sort=names, title=say("State"), axis=shares.axis(160)),
        tooltip=[
            alt.Tooltip("state:N", title=say("State")),
            alt.Tooltip("next_state:N", title=say("A week later")),
            alt.Tooltip("users:Q", format=",", title=say("Users")),
            alt.Tooltip("share:Q", format=".1%", title=say("Share")),
            alt.Tooltip("low:Q", format=".1%", title=say("At least")),
            alt.Tooltip("high:Q", format=".1%", title=say("At most")),
        ],
    )
    cells = shares.cells(rows, base, alt.Text("share:Q", format=".1%"), size=12)
    return sized(cells, _ROW * len(names))


@unchecked
def forecast(weeks: pa.Table, foretold: pa.Table, state: str, vocabulary: Language) -> alt.LayerChart:
    """Draw the users of one state, past and expected, with the band of the expectation.

    Args:
        weeks: ``date, state, users`` of the past.
        foretold: ``date, state, users, low, high, arrivals``.
        state: The state that is shown; the chart holds all.
        vocabulary: The language.
    """
    import altair as alt

    say = vocabulary.say
    past = _named(weeks, vocabulary, "state")
    last = max(row["date"] for row in past)
    rows = [{**row, "what": say("seen")} for row in past]
    rows += [  # the band begins where the past ends
        {**row, "what": say("expected"), "low": row["users"], "high": row["users"]}
        for row in past
        if row["date"] == last
    ]
    rows += [{**row, "what": say("expected")} for row in _named(foretold, vocabulary, "state")]
    shown = alt.param(name="state", value=say(state))
    base = (
        alt.Chart()
        .transform_filter("datum.state === state")
        .encode(
            x=alt.X("date:T", title=say("Date"), axis=alt.Axis(tickCount=6, labelOverlap=True)),
            tooltip=[
                alt.Tooltip("date:T", title=say("Date")),
                alt.Tooltip("users:Q", format=",.0f", title=say("Users")),
                alt.Tooltip("low:Q", format=",.0f", title=say("At least")),
                alt.Tooltip("high:Q", format=",.0f", title=say("At most")),
            ],
        )
    )
    title = alt.Y("users:Q", title=say("Users"), scale=alt.Scale(zero=True))
    band = base.transform_filter("isValid(datum.low)").mark_area(opacity=0.25)
    colour = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=[say("seen"), say("expected")]),
        legend=alt.Legend(orient="bottom"),
    )
    dash = alt.StrokeDash("what:N", title=None, scale=alt.Scale(domain=[say("seen"), say("expected")]))
    line = base.mark_line(strokeWidth=2, point=True).encode(y=title, color=colour, strokeDash=dash)
    layers = layered(rows, band.encode(y=alt.Y("low:Q", title=say("Users")), y2="high:Q", color=colour), line)
    return sized(layers.add_params(shown), _HEIGHT)


@unchecked
def at_risk(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw how likely each user of the list is to go quiet, with its interval."""
    import altair as alt

    say, rows = vocabulary.say, table.to_pylist()
    base = alt.Chart().encode(
        y=alt.Y("user:N", sort=[row["user"] for row in rows], title=None, axis=shares.axis(160)),
        tooltip=[
            alt.Tooltip("user:N", title=say("User")),
            alt.Tooltip("probability:Q", format=".1%", title=say("Probability")),
            alt.Tooltip("low:Q", format=".1%", title=say("At least")),
            alt.Tooltip("high:Q", format=".1%", title=say("At most")),
            alt.Tooltip("why:N", title=say("Why")),
        ],
    )
    title = say("Probability of no event in the next weeks")
    x: dict[str, Any] = {"axis": alt.Axis(format=".0%"), "title": title, "scale": alt.Scale(zero=True)}
    bars = base.mark_bar(height=12).encode(x=alt.X("probability:Q", **x))
    rules = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", **x), x2="high:Q")
    return sized(layered(rows, bars, rules), _BAR * len(rows))


@unchecked
def calibration(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw how often it happened against what was foretold, with the line on which both are the same."""
    import altair as alt

    say, rows = vocabulary.say, table.to_pylist()
    most = max(max(row["high"], row["predicted"]) for row in rows)
    scale, axis = alt.Scale(domain=[0, most]), alt.Axis(format=".0%", tickCount=5)
    x = alt.X("predicted:Q", title=say("Foretold"), scale=scale, axis=axis)
    base = alt.Chart().encode(
        x=x,
        tooltip=[
            alt.Tooltip("predicted:Q", format=".1%", title=say("Foretold")),
            alt.Tooltip("happened:Q", format=".1%", title=say("Happened")),
            alt.Tooltip("low:Q", format=".1%", title=say("At least")),
            alt.Tooltip("high:Q", format=".1%", title=say("At most")),
            alt.Tooltip("users:Q", format=",", title=say("Users")),
        ],
    )
    y: dict[str, Any] = {"title": say("Happened"), "scale": scale, "axis": axis}
    same = base.mark_line(strokeDash=[4, 4], strokeWidth=1).encode(y=alt.Y("predicted:Q", **y))
    rules = base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q", **y), y2="high:Q")
    points = base.mark_point(filled=True, size=80).encode(y=alt.Y("happened:Q", **y))
    return sized(layered(rows, same, rules, points), _HEIGHT)
