"""How much a grouping explains of each outcome, as a chart and as the table behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from coterie.report.differences import chance
from coterie.segments.between.effect import OF_VARIANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    from coterie.report.differences import Naming
    from coterie.segments.between.difference import Difference

_ROW = 30
_DATA = pa.schema(
    [(name, pa.string()) for name in ("outcome", "label", "effect")]
    + [(name, pa.float64()) for name in ("value", "low", "high", "explained", "at_least", "at_most")]
    + [("magnitude", pa.string()), ("p", pa.string()), ("differs", pa.bool_())]
)


def effects_data(found: Sequence[Difference], naming: Naming) -> pa.Table:
    """List the effects of a grouping, the strongest first; outcomes with nothing to test are left out.

    Returns:
        ``outcome, label, effect``, the effect itself as ``value, low, high``, the share that is explained as
        ``explained, at_least, at_most`` (epsilon squared, or V squared), ``magnitude, p, differs``.
    """
    rows = []
    for each in sorted(found, key=lambda each: -each.explained):
        if each.p_corrected is not None:
            power = 1 if each.effect == "epsilon_squared" else 2
            rows.append({
                "outcome": each.outcome, "label": naming.label(each.outcome), "effect": each.effect,
                "value": each.value, "low": each.low, "high": each.high,
                "explained": each.explained, "at_least": each.low**power, "at_most": each.high**power,
                "magnitude": naming.language.say(each.magnitude), "p": chance(each.p_corrected),
                "differs": each.significant,
            })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_DATA)


def effects(table: pa.Table, naming: Naming) -> alt.LayerChart:
    """Draw the share of each outcome that is explained, with its interval; hollow where none was found.

    Args:
        table: Of `effects_data`.
        naming: What outcomes are called.
    """
    import altair as alt
    from altair.utils.schemapi import debug_mode

    say = naming.language.say
    rows = table.to_pylist()
    labels = list(dict.fromkeys(row["label"] for row in rows))
    with debug_mode(False):  # checking each piece against the schema takes longer than all the rest
        x = _across("explained", table, naming)
        y = alt.Y(
            "label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=240, domain=False, ticks=False)
        )
        base = alt.Chart().encode(
            y=y,
            tooltip=[
                alt.Tooltip("label:N", title=say("Outcome")),
                alt.Tooltip("explained:Q", format=".1%", title=say("Share explained")),
                alt.Tooltip("at_least:Q", format=".1%", title=say("At least")),
                alt.Tooltip("at_most:Q", format=".1%", title=say("At most")),
                alt.Tooltip("magnitude:N", title=say("Effect")),
                alt.Tooltip("p:N", title=say("Chance")),
            ],
        )
        shown = base.transform_filter("datum.differs")
        layers = [
            base.mark_rule(strokeWidth=2).encode(x=_across("at_least", table, naming), x2="at_most:Q"),
            shown.mark_point(filled=True, size=70).encode(x=x),
            base.transform_filter("!datum.differs").mark_point(filled=False, size=70).encode(x=x),
        ]
        chart = alt.LayerChart(data=alt.InlineData(values=rows), layer=layers)
        return chart.properties(width="container", height=max(_ROW * len(labels), 60))


def _across(field: str, table: pa.Table, naming: Naming) -> alt.X:
    """Lay a share out on a root scale, which keeps small effects apart and shows V itself as a length."""
    import altair as alt

    return alt.X(
        f"{field}:Q",
        title=naming.language.say("Share explained (square root scale)"),
        scale=alt.Scale(type="sqrt", domain=[0, _reach(table)]),
        axis=alt.Axis(values=[0, *OF_VARIANCE, 0.3, 0.6, 1], format="~%"),
    )


def _reach(table: pa.Table) -> float:
    """Leave room for the longest interval, and for a large effect in any case."""
    longest: list[float] = table.column("at_most").to_pylist()
    return max([2 * OF_VARIANCE[-1], *longest])
