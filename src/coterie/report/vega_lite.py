"""Charts as Vega-Lite specifications: what all of them are made with."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt
    import pyarrow as pa

Drawn = TypeVar("Drawn", "alt.Chart", "alt.LayerChart")
Given = ParamSpec("Given")


def unchecked(draw: Callable[Given, Drawn]) -> Callable[Given, Drawn]:
    """Draw without checking each piece against the schema, which takes longer than all the rest."""

    @functools.wraps(draw)
    def drawn(*args: Given.args, **kwargs: Given.kwargs) -> Drawn:
        from altair.utils.schemapi import debug_mode

        with debug_mode(False):
            return draw(*args, **kwargs)

    return drawn


def plain(table: pa.Table) -> list[dict[str, Any]]:
    """Write rows as JSON has them: dates are text."""
    rows: list[dict[str, Any]] = table.to_pylist()
    for row in rows:
        for key, value in row.items():
            if isinstance(value, dt.date):
                row[key] = value.isoformat()
    return rows


def drawing(rows: list[dict[str, Any]]) -> alt.Chart:
    """Begin a chart of some rows."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=rows))


def layered(rows: list[dict[str, Any]], *layers: alt.Chart) -> alt.LayerChart:
    """Lay charts without data of their own over each other; data in each would be copied again and again."""
    import altair as alt

    return alt.LayerChart(data=alt.InlineData(values=rows), layer=list(layers))


def sized(chart: Drawn, height: int) -> Drawn:
    """Let the page decide the width."""
    return chart.properties(width="container", height=max(height, 60))


def specification(chart: Any) -> dict[str, Any]:
    """Write the specification without Altair's own theme, and with the data where they are used."""
    spec: dict[str, Any] = chart.to_dict(validate=False)
    spec.pop("config", None)
    datasets = spec.pop("datasets", {})
    for part in (spec, *spec.get("layer", ())):
        if "data" in part:
            part["data"] = {"values": datasets[part["data"]["name"]]}
    return spec
