from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from coterie.report import curves as told
from coterie.report.language import language
from coterie.segments.curves import Curves, Elbow, Point

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

POINTS = (
    Point(1, 100.0, None, None, 0.1, 0.01),
    Point(2, 60.0, 0.4, 0.5, 0.3, 0.01),
    Point(3, 20.0, 2 / 3, 0.7, 0.9, 0.02),
    Point(4, 19.0, 0.05, 0.6, 0.8, 0.02),
)
FOUND = Curves(POINTS, Elbow(3, 2 / 3, 0.05, 1.2), 3, 3, 90, 90, 20)
WORDS = language()


def test_each_curve_says_what_it_points_at() -> None:
    assert told.sentences(FOUND, WORDS) == [
        "Elbow: the step to 3 segments takes off 66.7% of the squared distances, the next one only 5%.",
        "The silhouette is highest at 3 segments (0.70).",
        "The gap to evenly spread data speaks for 3: no further segment adds more than chance.",
    ]


def test_curves_that_point_nowhere_say_so() -> None:
    flat = dataclasses.replace(FOUND, elbow=Elbow(3, 0.1, 0.08, 0.01), silhouette_k=4, gap_k=None)
    elbow, silhouette, gap = told.sentences(flat, WORDS)
    assert elbow.startswith(
        "There is no elbow: the curve bends most at 3 segments, where the step takes off 10%"
    )
    assert silhouette.endswith("the most that were tried: it has no top.")
    assert gap.endswith("still rises at the most segments that were tried.")
    alone = dataclasses.replace(FOUND, elbow=None, silhouette_k=None, points=POINTS[:1], gap_k=None)
    assert len(told.sentences(alone, WORDS)) == 1


def test_the_table_marks_what_is_pointed_at() -> None:
    rows = told.curves_data(FOUND).to_pylist()
    assert [row["k"] for row in rows] == [1, 2, 3, 4]
    for mark in ("elbow", "widest", "first_gap"):
        assert [row["k"] for row in rows if row[mark]] == [3]
    assert (rows[1]["gap_low"], rows[1]["gap_high"]) == pytest.approx((0.29, 0.31))
    unclear = dataclasses.replace(FOUND, elbow=Elbow(3, 0.1, 0.08, 0.01))
    assert not any(told.curves_data(unclear).column("elbow").to_pylist())
    assert not any(told.curves_data(dataclasses.replace(FOUND, elbow=None)).column("elbow").to_pylist())


@pytest.mark.parametrize("draw", [told.elbow, told.silhouettes, told.gaps])
def test_a_chart_is_valid_and_as_wide_as_its_place(draw: Callable[..., Any]) -> None:
    spec = draw(told.curves_data(FOUND), WORDS).to_dict()  # checked against Vega-Lite's schema
    assert spec["width"] == "container"
    assert spec["height"] > 0
    json.dumps(spec, allow_nan=False)
