from __future__ import annotations

import json

import numpy as np
import pytest
from tests.segments.tables import behaviour

from coterie.report.differences import Naming
from coterie.report.effects import effects, effects_data
from coterie.report.language import language
from coterie.segments.between.compare import differences

TABLE = behaviour()
NAMING = Naming({feature.name: feature for feature in TABLE.features}, language())
FOUND = differences(TABLE, "favourite")


def test_effects_are_sorted_by_the_share_they_explain() -> None:
    data = effects_data(FOUND, NAMING)
    shares = data.column("explained").to_pylist()
    assert shares == sorted(shares, reverse=True)
    for row in data.to_pylist():
        assert 0 <= row["at_least"] <= row["explained"] <= row["at_most"] <= 1
        power = 1 if row["effect"] == "epsilon_squared" else 2
        assert row["explained"] == pytest.approx(row["value"] ** power)


def test_what_was_not_tested_is_not_drawn() -> None:
    found = differences(TABLE, np.ones(len(TABLE)))
    assert effects_data(found, NAMING).num_rows == 0


def test_a_chart_is_valid_and_as_wide_as_its_place() -> None:
    data = effects_data(FOUND, NAMING)
    spec = effects(data, NAMING).to_dict()  # checked against Vega-Lite's schema
    assert spec["width"] == "container"
    assert spec["height"] == max(30 * data.num_rows, 60)
    json.dumps(spec, allow_nan=False)
    assert effects(data.slice(0, 0), NAMING).to_dict()["height"] == 60
