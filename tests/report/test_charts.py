from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.report import made

from coterie.report import chart_data, charts, colours, evidence, look

if TYPE_CHECKING:
    from collections.abc import Callable

MATERIAL = made.material(users=300)
GROUPING = MATERIAL.groupings[0]
WORDING = made.wording(MATERIAL)
SOME = chart_data.sample(MATERIAL.features.rows, GROUPING.membership)
ALL: dict[str, Callable[[], Any]] = {
    "sizes": lambda: charts.sizes(WORDING),
    "differences": lambda: charts.differences(WORDING, SOME, chart_data.differences_data(WORDING, SOME)),
    "correlations": lambda: charts.correlations(WORDING, chart_data.correlations_data(WORDING, SOME)),
    "user_map": lambda: charts.user_map(WORDING, chart_data.map_data(WORDING, SOME)),
    "scatter": lambda: charts.scatter(WORDING, SOME, "orders_spend", "tenure_days"),
    "distributions": lambda: charts.distributions(
        WORDING, SOME, "reading_seconds", chart_data.distributions_data(WORDING, SOME)
    ),
    "by_number": lambda: evidence.by_number(WORDING),
    "by_method": lambda: evidence.by_method(WORDING, "stability"),
    "weekly": lambda: charts.weekly(WORDING, GROUPING.weekly),
}


@pytest.mark.parametrize("name", ALL)
def test_a_chart_is_valid_and_as_wide_as_its_place(name: str) -> None:
    spec = ALL[name]().to_dict()  # checked against Vega-Lite's schema
    assert spec["width"] == "container"
    assert spec["height"] > 0
    json.dumps(spec, allow_nan=False)


@pytest.mark.parametrize("name", ["user_map", "scatter", "weekly"])
def test_a_segment_has_the_same_colour_and_shape_everywhere(name: str) -> None:
    text = json.dumps(ALL[name]().to_dict(validate=False))
    domain = json.dumps({"domain": list(WORDING.names.values())})
    assert text.count(domain) >= 2


def test_a_segment_keeps_its_colour_when_others_go() -> None:
    left = dataclasses.replace(WORDING, names={2: WORDING.names[2], 14: "Newcomers"})
    for field in ("color", "shape"):
        encoding = charts.user_map(left, chart_data.map_data(left, SOME)).to_dict(validate=False)["encoding"]
        domain = encoding[field]["scale"]["domain"]
        assert (domain.index(WORDING.names[2]), domain.index("Newcomers")) == (1, 2)
        assert set(encoding[field]["legend"]["values"]) >= {WORDING.names[2]}


def test_more_segments_than_colours_are_told_apart_by_shape() -> None:
    slots = colours.slots(range(1, 30))
    assert sorted(slots.values()) == list(range(29))
    assert {at % len(look.LIGHT) for at in colours.slots([5, 17, 29]).values()} == {4, 5, 6}
    assert len(colours.domain({ident: f"name {ident}" for ident in range(1, 30)})) == 29


def test_a_scale_fits_its_feature() -> None:
    share = charts.scale_of(WORDING, SOME, "time_weekend_share")
    assert share["axis"]["format"] == ".0%"
    skewed = charts.scale_of(WORDING, SOME, "orders_spend")
    assert skewed["scale"]["type"] == "symlog"
    assert skewed["title"] == "Spend (money), log scale"
    assert skewed["axis"]["values"][:3] == [0, 1, 10]
    time = charts.scale_of(WORDING, SOME, "reading_seconds")["axis"]
    assert "min" in time["labelExpr"]
    assert charts.scale_of(WORDING, SOME, "attributes_age")["scale"] == {"zero": False}


def test_a_scale_of_nobody_is_plain() -> None:
    nobody = chart_data.Sample(SOME.rows.slice(0, 0), SOME.segments[:0], 0)
    assert charts.scale_of(WORDING, nobody, "orders_spend")["scale"] == {"zero": False}


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("shades", "paper"), [(look.LIGHT, "#ffffff"), (look.DARK, "#171c22")])
def test_colours_stand_out_from_the_page(shades: tuple[str, ...], paper: str) -> None:
    assert len(set(shades)) == len(shades)
    assert min(_contrast(shade, paper) for shade in shades) >= 3


@pytest.mark.parametrize("end", look.DIVERGING)
def test_numbers_in_cells_are_read_on_any_shade(end: str) -> None:
    middle = look.config()["range"]["diverging"][1]
    for at in range(101):
        parts = [
            round(
                int(middle[i : i + 2], 16) + (int(end[i : i + 2], 16) - int(middle[i : i + 2], 16)) * at / 100
            )
            for i in (1, 3, 5)
        ]
        shade = "#" + "".join(f"{part:02x}" for part in parts)
        assert _contrast(shade, "#ffffff" if at / 100 >= look.STRONG else "#000000") >= 4.5
