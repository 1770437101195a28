"""Colours and type of charts: one for light pages and pictures, one for dark pages."""

from __future__ import annotations

from typing import Any

#: One colour a segment, told apart by colour-blind readers in pairs of neighbours and 3:1 against the page.
#: Shapes and names repeat what they say.
LIGHT = (
    "#0072b2", "#c85200", "#00795c", "#a8327d", "#8a6d00", "#2f8cc7",
    "#6a51a3", "#8b3a2b", "#4d7a1f", "#d1568f", "#3f7f86", "#666666",
)  # fmt: skip
DARK = (
    "#56b4e9", "#ff9d57", "#3fcf9f", "#f08cc6", "#e6c84f", "#9fd0f5",
    "#b9a3ee", "#e38f7f", "#a6d16a", "#ffb3d1", "#7fc9cf", "#bdbdbd",
)  # fmt: skip
SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-right",
    "triangle-left",
)
#: Far below and far above. On a light page black is read on anything short of `STRONG`, white on the rest.
DIVERGING = ("#8f4300", "#1d5a9c")
STRONG = 0.8

#: Numbers of an axis: 0.2, 250, 1.5k, 3M. What is below one would be told in thousandths by "~s" alone.
NUMBERS = "abs(datum.value) < 1000 ? format(datum.value, '~r') : format(datum.value, '~s')"

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif"


def config(*, dark: bool = False) -> dict[str, Any]:
    """Return the Vega-Lite configuration that makes a chart part of a light or a dark page."""
    ink, soft, line, paper = (
        ("#e8eaed", "#aab4c0", "#39424e", "#171c22") if dark else ("#1c2430", "#55606e", "#dfe3e8", "#ffffff")
    )
    middle = "#262d36" if dark else "#f3f4f6"
    text = {"labelColor": soft, "titleColor": soft, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "background": None if dark else paper,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            **text, "titleFontWeight": "normal", "gridColor": line, "domainColor": line, "tickColor": line,
            "labelLimit": 150, "titlePadding": 10,
        },
        "legend": {**text, "labelLimit": 300, "symbolSize": 90, "symbolStrokeWidth": 2},
        "text": {"fontSize": 12, "color": ink if dark else "#000000"},
        "mark": {"color": (DARK if dark else LIGHT)[0]},
        "rule": {"color": soft},
        "tick": {"color": paper},
        "range": {
            "category": list(DARK if dark else LIGHT),
            "diverging": [DIVERGING[0], middle, DIVERGING[1]],
            "symbol": list(SHAPES),
        },
    }  # fmt: skip
