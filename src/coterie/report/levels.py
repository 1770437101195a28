"""Counts and amounts that were foretold against what happened, and the table behind the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.report import look, words
from coterie.report.figures import Figure
from coterie.report.vega_lite import layered, sized, specification, unchecked

if TYPE_CHECKING:
    import altair as alt

    from coterie.predictions.prediction import Prediction
    from coterie.report.language import Language

_HEIGHT = 300


def levels_data(found: Prediction) -> pa.Table:
    """List groups of users by what was foretold, the lowest first.

    Returns:
        ``users, predicted, happened`` (means) and the 95 % interval of the latter, ``low, high``.
    """
    told = found.levels
    numbers = ("predicted", "happened", "low", "high")
    return pa.table(
        {
            "users": pa.array([each.users for each in told], pa.int64()),
            **{name: pa.array([getattr(each, name) for each in told], pa.float64()) for name in numbers},
        }
    )


def figure(found: Prediction, vocabulary: Language) -> Figure | None:
    """Draw what happened against what was foretold; ``None`` for probabilities, which are drawn elsewhere."""
    if not found.levels:
        return None
    say, table = vocabulary.say, levels_data(found)
    rows = table.to_pylist()
    shown = pa.table(
        {
            say("Foretold"): [words.number(row["predicted"]) for row in rows],
            say("Happened"): [words.number(row["happened"]) for row in rows],
            say("95% interval"): [f"{row['low']:.3g} to {row['high']:.3g}" for row in rows],
            say("Users"): [f"{row['users']:,}" for row in rows],
        }
    )
    caption = say(
        "Each point is a group of users who were foretold about as much. On the dashed line as much happened "
        "as was foretold; upright lines are 95% intervals of the mean."
    )
    return Figure(
        "levels",
        say("Foretold and happened"),
        caption,
        specification(levels_chart(table, vocabulary)),
        shown,
        text=0,
    )


@unchecked
def levels_chart(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw the groups of `levels_data`."""
    import altair as alt

    say, rows = vocabulary.say, table.to_pylist()
    top = max(max(row["predicted"], row["high"]) for row in rows) or 1.0
    bottom = min(0.0, *(min(row["predicted"], row["low"]) for row in rows))
    scale, axis = alt.Scale(domain=[bottom, top], nice=True), alt.Axis(labelExpr=look.NUMBERS, tickCount=5)
    base = alt.Chart().encode(
        x=alt.X("predicted:Q", title=say("Foretold (mean a user)"), scale=scale, axis=axis)
    )

    def up(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", title=say("Happened (mean a user)"), scale=scale, axis=axis)

    ends = alt.Chart().transform_aggregate(count="count()")
    ends = ends.transform_calculate(x=str(bottom), x2=str(top), y=str(bottom), y2=str(top))
    line = ends.mark_rule(strokeDash=[4, 4]).encode(
        x=alt.X("x:Q", title=say("Foretold (mean a user)"), scale=scale, axis=axis),
        x2="x2:Q",
        y=up("y"),
        y2="y2:Q",
    )
    told = [
        alt.Tooltip("predicted:Q", format=",.3~r", title=say("Foretold")),
        alt.Tooltip("happened:Q", format=",.3~r", title=say("Happened")),
        alt.Tooltip("users:Q", format=",", title=say("Users")),
    ]
    whiskers = base.mark_rule(strokeWidth=1.5).encode(y=up("low"), y2="high:Q")
    points = base.mark_point(filled=True, size=80).encode(y=up("happened"), tooltip=told)
    return sized(layered(rows, line, whiskers, points), _HEIGHT)
