from __future__ import annotations

import pytest
from tests.report import made
from tests.segments.tables import behaviour, table

from coterie.report import charts, words
from coterie.report.correlation import correlation_data
from coterie.report.differences import Naming
from coterie.report.language import language
from coterie.segments.correlation import correlations

TABLE = behaviour()
NAMING = Naming({feature.name: feature for feature in TABLE.features}, language())


def test_every_pair_stands_in_the_square_both_ways() -> None:
    data = correlation_data(correlations(TABLE), NAMING)
    by_pair = {(row["feature"], row["other"]): row["correlation"] for row in data.to_pylist()}
    assert len(by_pair) == 25
    assert all(by_pair[one, other] == pytest.approx(by_pair[other, one]) for one, other in by_pair)
    assert by_pair["reads", "reads"] == 1.0
    assert "Spend" in data.column("label").to_pylist()


def test_the_strongest_are_kept_and_nothing_is_null() -> None:
    assert correlation_data(correlations(TABLE), NAMING, most=2).num_rows == 4
    alone = correlation_data(correlations(table({"x": [1.0, 2], "same": [1.0, 1]})), NAMING)
    assert alone.column("correlation").to_pylist() == [1.0, None, None, 1.0]


def test_the_chart_of_correlations_draws_it() -> None:
    data = correlation_data(correlations(TABLE), NAMING)
    rows, members = made.rows(60, 2, 1)
    wording = words.wording(made.segmentation(rows, members, 2), made.FEATURES, {}, language())
    spec = charts.correlations(wording, data).to_dict()
    assert spec["width"] == "container"
