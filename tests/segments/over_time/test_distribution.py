from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from tests.segments.tables import feature, table

from coterie.segments.over_time.distribution import (
    CATEGORIES,
    distribution,
    distributions,
    ends,
    places,
)

SPEND = feature("spend")
COUNTRY = feature("country", unit="category")


@given(st.lists(st.floats(-1e290, 1e290, allow_subnormal=False), min_size=1, max_size=50))
def test_every_number_lies_in_its_bin_and_bins_rise(numbers: list[float]) -> None:
    values = np.sort(np.array(numbers))
    found = places(values)
    assert (np.diff(found) >= 0).all()
    for value, place in zip(values.tolist(), found.tolist(), strict=True):
        low, high = ends(place)
        if value == 0:
            assert (low, high) == (0.0, 0.0)
        else:
            assert abs(low) <= abs(value) < abs(high)
            assert abs(high) - abs(low) <= abs(low) / 16


def test_whole_numbers_up_to_32_have_a_bin_each() -> None:
    found = places(np.arange(33.0))
    assert len(set(found.tolist())) == 33
    assert [ends(place)[0] for place in found.tolist()] == list(range(33))


def test_numbers_and_nulls_are_counted() -> None:
    rows = pa.table({"spend": [0.0, 0.0, 3.0, None, math.inf]})
    found = distribution(rows, SPEND)
    assert [(one.holds, one.low, one.share) for one in found.bins] == [
        ("number", 0.0, 0.4),
        ("number", 3.0, 0.2),
        ("null", None, 0.4),
    ]
    assert found.users == 5


def test_categories_are_counted_by_their_frequency() -> None:
    rows = pa.table({"country": ["at", "ng", "ng", None]})
    found = distribution(rows, COUNTRY)
    assert [(one.holds, one.category, one.share) for one in found.bins] == [
        ("category", "ng", 0.5),
        ("category", "at", 0.25),
        ("null", None, 0.25),
    ]


def test_rare_categories_share_a_bin() -> None:
    rows = pa.table({"country": [f"c{at:03d}" for at in range(CATEGORIES + 20)]})
    found = distribution(rows, COUNTRY)
    assert len(found.bins) == CATEGORIES + 1
    assert found.bins[-1].holds == "other"
    assert found.bins[-1].share == 20 / (CATEGORIES + 20)


def test_every_feature_of_a_table_is_counted_whatever_the_order_of_rows() -> None:
    made = table({"spend": [1.0, None, 40.0], "country": ["at", "ng", "at"]})
    found = distributions(made)
    assert [one.feature for one in found] == ["spend", "country"]
    turned = table({"spend": [40.0, None, 1.0], "country": ["at", "ng", "at"]})
    assert distributions(turned) == found
    assert all(abs(sum(one.share for one in each.bins) - 1) < 1e-12 for each in found)
