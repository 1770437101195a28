from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import pytest
from tests.report import made

from coterie.report import chart_data, evidence

MATERIAL = made.material(users=600, groups=3)
GROUPING = MATERIAL.groupings[0]
WORDING = made.wording(MATERIAL)
SOME = chart_data.sample(MATERIAL.features.rows, GROUPING.membership)


def test_a_sample_is_small_aligned_and_always_the_same() -> None:
    rows = MATERIAL.features.rows
    one, two = (chart_data.sample(rows, GROUPING.membership, most=100) for _ in range(2))
    assert one.rows.num_rows == len(one.segments) == 100
    assert one.of == 600
    assert one.rows.equals(two.rows)
    segment = dict(zip(rows["user_id"].to_pylist(), GROUPING.membership.tolist(), strict=True))
    assert [segment[user] for user in one.rows["user_id"].to_pylist()] == one.segments.tolist()


def test_sizes_sum_to_all_users() -> None:
    data = chart_data.sizes_data(WORDING)
    assert sum(data["users"].to_pylist()) == 600
    assert sum(data["share"].to_pylist()) == pytest.approx(1)


def test_differences_are_standardised_and_sorted() -> None:
    rows = chart_data.differences_data(WORDING, SOME).to_pylist()
    labels = list(dict.fromkeys(row["label"] for row in rows))
    furthest = [max(abs(row["difference"]) for row in rows if row["label"] == label) for label in labels]
    assert furthest == sorted(furthest, reverse=True)
    sizes = {segment.id: segment.users for segment in WORDING.segmentation.segments}
    events = {row["segment"]: row["difference"] for row in rows if row["feature"] == "activity_events"}
    assert sum(sizes[ident] * gap for ident, gap in events.items()) / 600 == pytest.approx(0, abs=1e-9)
    assert {row["category"] for row in rows if row["feature"] == "attributes_country"} >= {"sport", "unknown"}


def test_differences_leave_out_what_says_nothing() -> None:
    empty = pa.array([None] * 600, pa.float64())
    rows = SOME.rows.set_column(SOME.rows.column_names.index("attributes_age"), "attributes_age", empty)
    data = chart_data.differences_data(WORDING, dataclasses.replace(SOME, rows=rows))
    assert "attributes_age" not in data["feature"].to_pylist()


def test_differences_are_null_where_a_segment_has_no_value() -> None:
    first = pa.array(np.where(GROUPING.membership == 1, np.nan, np.arange(600)), from_pandas=True)
    rows = SOME.rows.set_column(SOME.rows.column_names.index("attributes_age"), "attributes_age", first)
    data = chart_data.differences_data(WORDING, dataclasses.replace(SOME, rows=rows)).to_pylist()
    assert [r["difference"] for r in data if r["feature"] == "attributes_age" and r["segment"] == 1] == [None]


def test_the_map_shows_the_two_main_directions() -> None:
    plane = chart_data.map_data(WORDING, SOME)
    across, up = (np.asarray(plane.points[name]) for name in ("across", "up"))
    assert across.var() >= up.var()
    assert 0 < plane.shares[1] <= plane.shares[0] < 1
    assert abs(np.corrcoef(across, up)[0, 1]) < 1e-6
    assert all(plane.features)


def test_the_map_of_nothing_is_flat() -> None:
    wording = dataclasses.replace(WORDING, segmentation=dataclasses.replace(WORDING.segmentation, steps=()))
    plane = chart_data.map_data(wording, SOME)
    assert plane.shares == (0.0, 0.0)
    assert plane.features == ((), ())
    alike = dataclasses.replace(SOME, rows=SOME.rows.take([0] * 5), segments=np.ones(5, dtype=int))
    assert chart_data.map_data(WORDING, alike).shares == (0.0, 0.0)


def test_a_scatter_has_a_column_a_feature_with_nulls() -> None:
    data = chart_data.scatter_data(WORDING, SOME, ("orders_spend", "orders_average"))
    assert data.column_names == ["segment", "name", "orders_spend", "orders_average"]
    assert data["orders_average"].null_count == SOME.rows["orders_average"].null_count > 0


def test_distributions_are_quantiles() -> None:
    rows = chart_data.distributions_data(WORDING, SOME).to_pylist()
    assert all(row["p5"] <= row["p25"] <= row["median"] <= row["p75"] <= row["p95"] for row in rows)
    spend = np.asarray(SOME.rows["orders_spend"])[GROUPING.membership == 1]
    mine = next(row for row in rows if row["feature"] == "orders_spend" and row["segment"] == 1)
    assert mine["median"] == pytest.approx(np.median(spend))
    assert mine["users"] == len(spend)


def test_correlations_are_a_square_of_the_strongest() -> None:
    data = chart_data.correlations_data(WORDING, SOME, most=5)
    assert data.num_rows == 25
    rows = data.to_pylist()
    by_pair = {(row["feature"], row["other"]): row["correlation"] for row in rows}
    assert all(by_pair[a, b] == pytest.approx(by_pair[b, a]) for a, b in by_pair)
    assert all(by_pair[a, b] == pytest.approx(1) for a, b in by_pair if a == b)


def test_the_choice_has_one_row_a_candidate() -> None:
    data = evidence.evidence_data(WORDING)
    assert data.num_rows == 7
    assert [row["k"] for row in data.to_pylist() if row["chosen"]] == [3]


def test_weeks_count_events_per_user_of_the_segment() -> None:
    row = chart_data.weekly_data(WORDING, GROUPING.weekly).to_pylist()[0]
    users = WORDING.segmentation.segments[0].users
    assert row["events_per_user"] == pytest.approx(row["events"] / users)
    assert row["name"] == WORDING.name(1)
