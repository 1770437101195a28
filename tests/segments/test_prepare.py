from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.segments.tables import AS_OF, behaviour, table

from coterie.errors import SegmentationError, UsageError
from coterie.features.feature import FeatureTable
from coterie.project.settings import Preparation, SegmentSettings
from coterie.segments.prepare import CLIP, MOST_VALUES, chosen, matrix, measured, prepare

if TYPE_CHECKING:
    from coterie.segments.segmentation import Step

RNG = np.random.default_rng(1)
NORMAL = RNG.normal(10, 2, 500)
COUNTS = RNG.poisson(np.exp(RNG.normal(1, 1, 500))).astype(float)


def step_of(values: Any, feature: dict[str, Any] | None = None, **settings: Any) -> Step:
    made = table({"x": values}, x=feature or {})
    (step,) = prepare(made, made.features, SegmentSettings(**settings))
    return step


def test_behaviour_is_segmented_by_default() -> None:
    names = [feature.name for feature in chosen(behaviour(), SegmentSettings())]
    assert names == ["reads", "spend", "silent", "favourite"]


def test_attributes_are_segmented_where_there_is_no_behaviour() -> None:
    made = table({"country": ["AT", "BR"]}, country={"behaviour": False})
    assert chosen(made, SegmentSettings()) == made.features


def test_features_are_named_by_family_or_by_themselves() -> None:
    names = [
        feature.name for feature in chosen(behaviour(), SegmentSettings(features=("reading", "country")))
    ]
    assert names == ["reads", "country"]


@pytest.mark.parametrize(
    "settings",
    [SegmentSettings(features=("raeds",)), SegmentSettings(prepare={"raeds": Preparation(weight=2)})],
)
def test_an_unknown_feature_names_the_closest(settings: SegmentSettings) -> None:
    with pytest.raises(UsageError, match=r"names 'raeds', which is not there. Did you mean 'reads'"):
        chosen(behaviour(), settings)


def test_a_table_without_features_is_refused() -> None:
    with pytest.raises(SegmentationError, match="no features to segment by"):
        chosen(FeatureTable(AS_OF, (), behaviour().rows), SegmentSettings())


def test_robust_scaling_takes_median_and_interquartile_range() -> None:
    step = step_of(NORMAL)
    assert (step.centre, step.scale) == pytest.approx((10, 2), rel=0.1)
    assert (step.log, step.clip, step.weight) == (False, CLIP, 1.0)
    assert step.why == "median and interquartile range"


def test_mostly_equal_values_scale_by_their_spread() -> None:
    step = step_of(np.where(np.arange(500) % 5 == 0, NORMAL, 0.0), log="never")
    assert step.scale == pytest.approx(4, rel=0.1)
    assert "most values are close to equal" in step.why
    rare = step_of([0.0] * 1_999 + [3.0], log="never")
    assert rare.scale == pytest.approx(np.std([0.0] * 1_999 + [3.0]))
    assert "nearly all values are equal" in rare.why


def test_two_peaks_scale_by_their_spread() -> None:
    step = step_of([*NORMAL, *(NORMAL + 20)])
    assert step.scale == pytest.approx(10, rel=0.1)
    assert step.why == "median and spread, as the middle half is wide"


def test_skewed_counts_take_the_logarithm_and_say_so() -> None:
    step = step_of(COUNTS, {"unit": "events"})
    assert step.log
    assert step.why.startswith("logarithm: skewness")


@pytest.mark.parametrize("unit", ["share", "score"])
def test_shares_and_scores_take_no_logarithm(unit: str) -> None:
    assert not step_of(COUNTS, {"unit": unit}).log


def test_the_settings_win() -> None:
    never = step_of(COUNTS, {"unit": "events"}, log="never", scale="zscore")
    assert (never.log, never.clip) == (False, None)
    assert never.centre == pytest.approx(COUNTS.mean())
    asked = Preparation(log=True, scale="none", weight=3, fill=7)
    step = step_of([*NORMAL, None], prepare={"x": asked})
    assert (step.log, step.scale, step.centre, step.weight, step.fill) == (True, 1.0, 0.0, 3.0, 7.0)
    assert step.why == "null is 7, as asked; logarithm as asked; not scaled; weight 3 as asked"
    assert "no logarithm, as asked" in step_of(COUNTS, prepare={"x": Preparation(log=False)}).why


@pytest.mark.parametrize(
    ("fill", "expected"), [("zero", 0.0), ("largest", 9.0), ("median", 2.0), ("category", 2.0)]
)
def test_null_is_filled_as_the_feature_says(fill: str, expected: float) -> None:
    assert step_of([1.0, 2.0, 9.0, None], {"fill": fill}).fill == expected


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([None, None], "left out: nobody has a value"),
        ([4.0, 4.0], "left out: everyone has the same value"),
        (["a", "a"], "left out: everyone has the same value"),
        ([f"name {row}" for row in range(60)], "left out: 60 values among 60 users name users, not groups"),
    ],
)
def test_what_says_nothing_is_left_out_with_the_reason(values: list[Any], why: str) -> None:
    made = table({"x": np.array(values, dtype=float) if values[0] is None else values})
    (step,) = measured(made, made.features, SegmentSettings())
    assert (step.weight, step.why) == (0.0, why)
    assert not matrix((step,), made.rows).any()


def test_an_attribute_as_a_whole_weighs_as_one_number_at_most() -> None:
    made = table({"x": ["a"] * 50 + ["b"] * 30 + [None] * 20})
    steps = prepare(made, made.features, SegmentSettings())
    assert [step.category for step in steps] == ["a", "b", "unknown"]
    assert matrix(steps, made.rows).var(axis=0).sum() == pytest.approx(1.0)


def test_a_rare_category_is_no_further_away_than_any_other() -> None:
    made = table({"x": ["a"] * 999 + ["b"]})
    rows = matrix(prepare(made, made.features, SegmentSettings()), made.rows)
    assert np.square(rows[0] - rows[-1]).sum() == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("settings", "variance"),
    [
        ({"category_weight": "none"}, 1.0),
        ({"prepare": {"x": Preparation(scale="zscore")}}, 1.0),
        ({"prepare": {"x": Preparation(scale="none", weight=2)}}, 0.96),
    ],
)
def test_indicators_can_be_scaled_otherwise(settings: dict[str, Any], variance: float) -> None:
    made = table({"x": ["a"] * 60 + ["b"] * 40})
    rows = matrix(prepare(made, made.features, SegmentSettings(**settings)), made.rows)
    assert rows.var(axis=0) == pytest.approx([variance, variance])


def test_only_the_most_frequent_values_get_an_indicator() -> None:
    made = table({"x": [f"v{row % 40:02d}" for row in range(400)]})
    steps = prepare(made, made.features, SegmentSettings())
    assert len(steps) == MOST_VALUES
    assert steps[0].why.endswith(f"the {MOST_VALUES} most frequent values")


def test_copies_of_a_number_count_as_one() -> None:
    made = table({f"copy{place}": NORMAL for place in range(24)} | {"other": RNG.permutation(NORMAL)})
    steps = prepare(made, made.features, SegmentSettings())
    variances = matrix(steps, made.rows).var(axis=0)
    assert variances[:24].sum() == pytest.approx(variances[24], rel=0.1)
    assert "shares its say with numbers like it: 24." in steps[0].why


def test_an_asked_weight_is_not_shared_and_plain_recipes_share_nothing() -> None:
    made = table({"a": NORMAL, "b": NORMAL})
    asked = prepare(made, made.features, SegmentSettings(prepare={"a": Preparation(weight=1)}))
    assert [round(step.weight, 3) for step in asked] == [1.0, 0.707]
    plain = prepare(made, made.features, SegmentSettings(scale="zscore"))
    assert [step.weight for step in plain] == [1.0, 1.0]


def test_many_users_correlate_on_some() -> None:
    values = np.random.default_rng(1).standard_normal(50_000)
    made = table({"a": values, "b": values})
    assert prepare(made, made.features, SegmentSettings())[0].weight == pytest.approx(0.5**0.5)


def test_extremes_are_clipped() -> None:
    made = table({"x": [*NORMAL, 1e9]})
    assert matrix(prepare(made, made.features, SegmentSettings(log="never")), made.rows).max() == CLIP


def test_steps_come_in_order_of_name() -> None:
    made = behaviour()
    steps = prepare(made, made.features, SegmentSettings())
    keys = [(step.feature, step.category or "") for step in steps]
    assert keys == sorted(keys)


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40))
def test_prepared_numbers_are_finite_and_bound(values: list[float]) -> None:
    made = table({"x": values}, x={"unit": "money"})
    rows = matrix(prepare(made, made.features, SegmentSettings()), made.rows)
    assert np.all(np.abs(rows) <= CLIP)
