from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.segments.tables import feature

from coterie.segments.over_time.distribution import Distribution, distribution
from coterie.segments.over_time.drift import chance, drift, drifts, level, stability_index

if TYPE_CHECKING:
    from collections.abc import Sequence


def numbers(values: Any) -> Distribution:
    return distribution(pa.table({"x": pa.array(values, pa.float64())}), feature("x"))


def words(values: Sequence[str | None]) -> Distribution:
    return distribution(pa.table({"x": pa.array(values, pa.string())}), feature("x", unit="category"))


def test_the_index_is_the_sum_that_a_hand_works_out() -> None:
    # (0.2 - 0.1) ln 2 + (0.3 - 0.4) ln 0.75 + (0.5 - 0.5) ln 1
    expected = 0.1 * math.log(2) - 0.1 * math.log(0.75)
    assert stability_index([0.1, 0.4, 0.5], [0.2, 0.3, 0.5], (10_000, 10_000)) == pytest.approx(expected)
    assert expected == pytest.approx(0.0980829)


def test_an_empty_group_counts_as_half_a_user() -> None:
    # 100 users: half a user is 0.005, on either side.
    expected = (0.1 - 0.005) * math.log(0.1 / 0.005) + (0.9 - 1.0) * math.log(0.9)
    assert stability_index([0.0, 1.0], [0.1, 0.9], (100, 100)) == pytest.approx(expected)
    least = (0.1 - 1e-4) * math.log(0.1 / 1e-4) + (0.9 - 1.0) * math.log(0.9)
    assert stability_index([0.0, 1.0], [0.1, 0.9], (10**7, 10**7)) == pytest.approx(least)


shares = st.lists(st.integers(0, 50), min_size=2, max_size=12).filter(any)


@given(shares, st.data())
def test_the_index_is_never_negative_and_the_same_both_ways(one: list[int], data: st.DataObject) -> None:
    size = st.lists(st.integers(0, 50), min_size=len(one), max_size=len(one)).filter(any)
    other = data.draw(size)
    before, after = ([n / sum(counts) for n in counts] for counts in (one, other))
    users = sum(one), sum(other)
    index = stability_index(before, after, users)
    assert index >= 0
    assert index == pytest.approx(stability_index(after, before, users))
    assert stability_index(before, before, users) == 0


values = st.lists(st.none() | st.integers(-5, 40) | st.floats(-1e6, 1e6), min_size=1, max_size=60)


@given(values, values)
def test_a_feature_has_not_moved_from_itself(one: list[float | None], other: list[float | None]) -> None:
    found = drift(numbers(one), numbers(one))
    assert found.index == 0
    assert found.level == "stable"
    assert found.higher in (None, pytest.approx(0.5))
    moved = drift(numbers(one), numbers(other))
    assert moved.index >= 0
    for side in ("before", "after"):
        assert sum(getattr(group, side) for group in moved.groups) == pytest.approx(1)


def test_the_reference_is_cut_at_its_deciles() -> None:
    found = drift(numbers(range(1, 31)), numbers(range(1, 31)))
    assert [group.before for group in found.groups] == pytest.approx([0.1] * 10)
    assert [group.low for group in found.groups] == [1 + 3 * at for at in range(10)]


def test_a_value_that_many_have_is_a_group_and_there_are_fewer() -> None:
    found = drift(numbers([0] * 60 + list(range(1, 11)) * 4), numbers([0] * 100))
    assert [group.before for group in found.groups] == pytest.approx([0.6, 0.12, 0.08, 0.12, 0.08])
    assert found.groups[0].low == found.groups[0].high == 0
    assert [group.after for group in found.groups] == [1, 0, 0, 0, 0]


def test_values_beyond_the_reference_fall_into_the_outer_groups() -> None:
    before, after = numbers([1.0, 2.0]), numbers([-7.0, 1.5, 900.0, 1e9])
    assert [group.after for group in drift(before, after).groups] == [0.0, 0.25, 0.25, 0.5]
    spread = numbers(np.linspace(1, 100, 200))
    found = drift(spread, numbers([-5.0] * 10 + [50.0] * 30 + [1000.0] * 60))
    assert len(found.groups) == 10
    assert (found.groups[0].after, found.groups[-1].after) == (0.1, 0.6)


def test_a_constant_that_changes_is_noticed() -> None:
    assert drift(numbers([5.0] * 100), numbers([6.0] * 100)).level == "changed"
    assert drift(numbers([5.0] * 100), numbers([4.0] * 100)).level == "changed"


def test_nulls_are_a_group() -> None:
    found = drift(numbers([1.0] * 90 + [None] * 10), numbers([1.0] * 60 + [None] * 40))
    assert [(group.null, group.before, group.after) for group in found.groups] == [
        (False, 0.9, 0.6),
        (True, 0.1, 0.4),
    ]
    expected = -0.3 * math.log(0.6 / 0.9) + 0.3 * math.log(4)
    assert found.index == pytest.approx(expected)
    assert found.level == "changed"


def test_a_feature_that_nobody_had_is_no_error() -> None:
    found = drift(numbers([None] * 50), numbers([1.0] * 50))
    assert [(group.before, group.after) for group in found.groups] == [(0.0, 1.0), (1.0, 0.0)]
    assert (found.higher, found.median_before, found.median_after) == (None, None, 1.0)


def test_categories_are_groups_and_the_rare_ones_share_one() -> None:
    before = words(["at"] * 60 + ["ng"] * 30 + [f"c{at}" for at in range(30)])
    found = drift(before, words(["at"] * 60 + ["new"] * 60))
    named = {group.category: (group.before, group.after) for group in found.groups}
    assert len(found.groups) == 21
    assert named["at"] == (0.5, 0.5)
    assert named["ng"] == (0.25, 0.0)
    assert named[None] == pytest.approx((12 / 120, 0.5))
    assert found.higher is None
    same = drift(before, before)
    assert same.index == 0


def test_higher_is_the_probability_of_a_higher_value() -> None:
    assert drift(numbers([1, 2, 3]), numbers([4, 5])).higher == 1
    assert drift(numbers([1, 2]), numbers([1, 2])).higher == 0.5
    assert drift(numbers([1, 3]), numbers([2, 3])).higher == pytest.approx((0.5 + 0.75) / 2)
    found = drift(numbers([1, 2, 3]), numbers([5, 6, 7]))
    assert (found.median_before, found.median_after) == (2.0, 6.0)


def test_levels_are_the_usual_ones_beyond_chance() -> None:
    assert [level(index) for index in (0.0999, 0.1, 0.2499, 0.25)] == [
        "stable",
        "shifting",
        "shifting",
        "changed",
    ]
    assert chance(10, (50, 50)) == pytest.approx(21.666 * 2 / 50, rel=1e-4)  # chi-squared, 9 degrees
    assert chance(3, (0, 5)) == 0


def test_chance_bounds_samples_of_the_same() -> None:
    rng = np.random.default_rng(5)
    found = [drift(numbers(rng.normal(size=300)), numbers(rng.normal(size=300))) for _ in range(300)]
    passed = sum(one.index > one.chance for one in found)
    assert passed <= 9  # 3 expected
    assert sum(one.level != "stable" for one in found) <= 9
    far = drift(numbers(rng.normal(size=300)), numbers(rng.normal(1, 1, 300)))
    assert far.level == "changed"


def test_the_furthest_come_first_and_others_are_left_out() -> None:
    one, other = numbers([1.0] * 50), numbers([1.0] * 20 + [9.0] * 30)
    renamed = Distribution("y", other.users, other.bins)
    gone = Distribution("z", 1, ())
    found = drifts([one, Distribution("y", one.users, one.bins), gone], [one, renamed])
    assert [each.feature for each in found] == ["y", "x"]
    assert found[0].index > found[1].index == 0
