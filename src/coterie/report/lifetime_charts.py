"""The charts of lifetime value, each a picture of a table of what a run found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.report import shares
from coterie.report.vega_lite import layered, plain, sized, unchecked

if TYPE_CHECKING:
    import altair as alt
    import pyarrow as pa

    from coterie.report.language import Language

_HEIGHT = 280
_BAR = 24


@unchecked
def customers(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw what customers have been worth and will be, stacked, with the interval of what is to come."""
    import altair as alt

    say = vocabulary.say
    names = [say("so far"), say("to come")]
    rows, sums = [], []
    for row in table.to_pylist():
        for at, column in enumerate(("past_value", "future_value")):
            rows.append({"user": row["user_id"], "what": names[at], "value": row[column], "order": at})
        if row["future_value_low"] is not None:
            low, high = (row["past_value"] + row[f"future_value_{side}"] for side in ("low", "high"))
            sums.append({"user": row["user_id"], "low": low, "high": high})
    y = alt.Y("user:N", sort=[row["user_id"] for row in table.to_pylist()], title=None, axis=shares.axis(200))
    base = alt.Chart().encode(y=y)
    bars = (
        base.transform_filter("isValid(datum.value)")
        .mark_bar(height=12)
        .encode(
            x=alt.X("value:Q", title=say("Value (money)"), stack="zero"),
            color=alt.Color(
                "what:N", title=None, scale=alt.Scale(domain=names), legend=alt.Legend(orient="bottom")
            ),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip("user:N"), alt.Tooltip("what:N"), alt.Tooltip("value:Q", format=",.2f")],
        )
    )
    rules = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2)
        .encode(x=alt.X("low:Q", title=say("Value (money)")), x2="high:Q")
    )
    return sized(layered([*rows, *sums], bars, rules), _BAR * table.num_rows)


def _bars(table: pa.Table, shown: str, column: str, title: str, vocabulary: Language) -> alt.LayerChart:
    """Draw a bar a group with its interval, of the dimension that is chosen."""
    import altair as alt

    say, rows = vocabulary.say, table.to_pylist()
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["dimension"]] = counts.get(row["dimension"], 0) + 1
    chosen = alt.param(name="dimension", value=shown)
    base = (
        alt.Chart()
        .transform_filter("datum.dimension === dimension")
        .encode(
            y=alt.Y(
                "group:N",
                sort=list(dict.fromkeys(row["group"] for row in rows)),
                title=None,
                axis=shares.axis(200),
            ),
            tooltip=[
                alt.Tooltip("group:N", title=say("Group")),
                alt.Tooltip(f"{column}:Q", format=",.2f", title=title),
                alt.Tooltip("low:Q", format=",.2f", title=say("At least")),
                alt.Tooltip("high:Q", format=",.2f", title=say("At most")),
            ],
        )
    )
    bars = base.mark_bar(height=12).encode(x=alt.X(f"{column}:Q", title=title))
    rules = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2)
    rules = rules.encode(x=alt.X("low:Q", title=title), x2="high:Q")
    layers = layered(rows, bars, rules).add_params(chosen)
    return sized(layers, _BAR * max(counts.values()))


@unchecked
def ranking(table: pa.Table, shown: str, vocabulary: Language) -> alt.LayerChart:
    """Draw what a user of each group is worth, with the interval."""
    return _bars(table, shown, "mean", vocabulary.say("Value a user (money)"), vocabulary)


@unchecked
def simple(table: pa.Table, shown: str, vocabulary: Language) -> alt.LayerChart:
    """Draw what a buyer of each group is worth by the simple formula, with the interval."""
    return _bars(table, shown, "lifetime", vocabulary.say("Value of a buyer (money)"), vocabulary)


def _lines(
    rows: list[dict[str, Any]], x: alt.X, columns: dict[str, str], title: str, text: str
) -> alt.LayerChart:
    """Draw a line for each column, told apart by colour, dash and shape."""
    import altair as alt

    names = list(columns.values())
    long = [{**row, "what": name, "amount": row[column]} for row in rows for column, name in columns.items()]
    scale, legend = alt.Scale(domain=names), alt.Legend(orient="bottom")
    base = alt.Chart().encode(
        x=x,
        y=alt.Y("amount:Q", title=title, axis=alt.Axis(format=text), scale=alt.Scale(zero=True)),
        color=alt.Color("what:N", title=None, scale=scale, legend=legend),
        tooltip=[alt.Tooltip("what:N"), alt.Tooltip("amount:Q", format=text)],
    )
    lines = base.mark_line(strokeWidth=2).encode(strokeDash=alt.StrokeDash("what:N", title=None, scale=scale))
    points = base.mark_point(filled=True, size=50)
    points = points.encode(shape=alt.Shape("what:N", title=None, scale=scale, legend=legend))
    return sized(layered(long, lines, points), _HEIGHT)


def _three(vocabulary: Language) -> dict[str, str]:
    say = vocabulary.say
    return {"happened": say("happened"), "expected": say("foretold"), "naive": say("as so far")}


@unchecked
def tracking(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw purchases up to each date, foretold and happened."""
    import altair as alt

    say = vocabulary.say
    x = alt.X("date:T", title=say("Date"), axis=alt.Axis(tickCount=6, labelOverlap=True))
    return _lines(plain(table), x, _three(vocabulary), say("Purchases so far"), ",.0f")


@unchecked
def deciles(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw purchases of customers in tenths by what was foretold."""
    import altair as alt

    say = vocabulary.say
    rows = table.to_pylist()
    x = alt.X(
        "tenth:O", title=say("Tenth of the customers"), sort=[row["tenth"] for row in rows],
        axis=alt.Axis(labelAngle=0),
    )  # fmt: skip
    return _lines(rows, x, _three(vocabulary), say("Purchases of a customer"), ",.2f")


@unchecked
def concentration(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw what part of the value the most valuable customers hold."""
    import altair as alt

    say = vocabulary.say
    rows = [{"share": 0.0, "value_share": 0.0, "past_share": 0.0}, *table.to_pylist()]
    rows = [{**row, "same": row["share"]} for row in rows]
    x = alt.X("share:Q", title=say("Customers, the most valuable first"), axis=alt.Axis(format=".0%"))
    columns = {
        "value_share": say("so far and to come"),
        "past_share": say("so far"),
        "same": say("all worth the same"),
    }
    return _lines(rows, x, columns, say("Share of the value"), ".0%")


@unchecked
def retention(table: pa.Table, vocabulary: Language) -> alt.LayerChart:
    """Draw the share of subscriptions renewed at each chance."""
    import altair as alt

    say = vocabulary.say
    x = alt.X("renewal:O", title=say("Renewal"), axis=alt.Axis(labelAngle=0))
    columns = {"happened": say("happened"), "expected": say("foretold")}
    return _lines(table.to_pylist(), x, columns, say("Share renewed"), ".0%")
