from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from coterie.segments.between import described


def test_intervals_of_means_are_students() -> None:
    values = np.random.default_rng(1).exponential(size=40)
    found = described.of_numbers(values, np.zeros(40, dtype=np.int64), ["all"])[0]
    expected = stats.t.interval(0.95, 39, loc=values.mean(), scale=stats.sem(values))
    assert (found.mean_low, found.mean_high) == pytest.approx(expected)


def test_intervals_of_medians_hold_at_least_95_times_in_a_hundred() -> None:
    rng = np.random.default_rng(2)
    codes = np.repeat(np.arange(1_000), 25)
    found = described.of_numbers(rng.exponential(size=25_000), codes, [str(at) for at in range(1_000)])
    held = sum(
        each.median_low is not None and each.median_high is not None
        and each.median_low <= np.log(2) <= each.median_high
        for each in found
    )  # fmt: skip
    assert 940 <= held <= 985


def test_few_users_have_no_interval() -> None:
    one, five = described.of_numbers(np.array([3.0, 1, 2, 3, 4, 5]), np.array([0, 1, 1, 1, 1, 1]), ["a", "b"])
    assert (one.users, one.median, one.mean, one.mean_low, one.median_low) == (1, 3.0, 3.0, None, None)
    assert (five.median, five.median_low, five.mean) == (3.0, None, 3.0)
    assert five.mean_low is not None


def test_intervals_of_shares_are_wilsons() -> None:
    found = described.of_categories(np.array([[3, 17], [0, 9]]), ["a", "b"], ["x", "y"])
    expected = stats.binomtest(3, 20).proportion_ci(method="wilson")
    share = found[0].shares[0]
    assert (share.low, share.high) == pytest.approx((expected.low, expected.high))
    assert (share.value, share.share, found[0].users) == ("x", 0.15, 20)
    assert found[1].shares[0].low == 0.0
    assert found[1].shares[1].high == 1.0
