from __future__ import annotations

import numpy as np
import pytest

from coterie.errors import UsageError
from coterie.events.synthetic.customers import ACTS, make_customers


def test_the_same_arguments_give_the_same_customers() -> None:
    one, other = make_customers(users=300, seed=3), make_customers(users=300, seed=3)
    assert one.rows.equals(other.rows)
    assert one.planted.equals(other.planted)
    assert not one.rows.equals(make_customers(users=300, seed=4).rows)


def test_they_look_like_customers() -> None:
    customers = make_customers(users=2_000, segments=5, seed=1)
    rows = customers.rows
    assert set(customers.units) == set(rows.column_names) - {"user_id"}
    zeros = [float(np.mean(rows[name].to_numpy() == 0)) for name in ACTS]
    assert max(zeros) > 0.5
    spend = rows["orders_spend"].to_numpy()
    assert spend.mean() > 1.5 * np.median(spend)
    assert rows["age"].null_count > 0
    assert {"channel", "region", "noise_1", "noise_3"} <= set(rows.column_names)
    assert rows["user_id"].equals(customers.planted["user_id"])


@pytest.mark.parametrize("segments", [1, 2, 8, 30])
def test_segments_are_planted_in_unequal_sizes(segments: int) -> None:
    planted = make_customers(users=1_500, segments=segments, seed=2).planted["segment"].to_numpy()
    sizes = np.bincount(planted)[1:]
    assert len(sizes) == segments
    assert sizes.sum() == 1_500
    assert sizes.min() > 0
    assert segments == 1 or sizes.max() > 1.2 * sizes.min()


def test_noise_knows_of_no_segment_and_may_be_left_out() -> None:
    assert not any(name.startswith("noise") for name in make_customers(users=50, noise=0).units)
    customers = make_customers(users=3_000, segments=3, seed=5)
    planted = customers.planted["segment"].to_numpy()
    for name in ("noise_1", "noise_2"):
        values = customers.rows[name].to_numpy()
        means = [values[planted == segment].mean() for segment in (1, 2, 3)]
        assert max(means) - min(means) < 0.2 * values.std()


@pytest.mark.parametrize(("users", "segments"), [(5, 6), (100, 0), (100, 31)])
def test_impossible_numbers_are_refused(users: int, segments: int) -> None:
    with pytest.raises(UsageError, match=f"segments is {segments}"):
        make_customers(users=users, segments=segments)
