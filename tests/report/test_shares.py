from __future__ import annotations

from typing import Any

import altair as alt

from coterie.report import shares
from coterie.report.vega_lite import specification

ROWS: list[dict[str, Any]] = [{"of": "a", "to": "x", "share": 0.7}, {"of": "a", "to": "y", "share": None}]
BASE = alt.Chart().encode(x=alt.X("to:N", axis=shares.axis(90, orient="top")), y="of:N")
TEXT = alt.Text("share:Q", format=".0%")


def test_a_cell_is_filled_and_has_its_share_in_letters_that_can_be_read() -> None:
    spec = specification(shares.cells(ROWS, BASE, TEXT, written="datum.share > 0"))
    alt.LayerChart.from_dict(spec)
    filled, weak, bold = spec["layer"]
    assert filled["mark"]["type"] == "rect"
    assert weak["transform"][0]["filter"] == bold["transform"][0]["filter"] == "datum.share > 0"
    assert "color" not in weak["mark"]
    assert bold["mark"]["color"] == "#ffffff"
    assert filled["encoding"]["x"]["axis"]["labelLimit"] == 90


def test_a_cell_without_a_share_keeps_its_place() -> None:
    empty, filled, *_ = specification(shares.cells(ROWS, BASE, TEXT, gaps=True))["layer"]
    assert empty["mark"]["opacity"] == 0
    assert filled["transform"][0]["filter"] == "isValid(datum.share)"
