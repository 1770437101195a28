from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import check_grad
from tests.predictions.lifetime import cdnow

from coterie.errors import DataError
from coterie.predictions.lifetime.dropout import bg_nbd, log_likelihood, mbg_nbd
from coterie.predictions.lifetime.purchases import purchases


def test_bg_nbd_is_the_published_one() -> None:
    x, last, until = cdnow.summary()
    found = bg_nbd(purchases(x, last, until))
    assert (found.r, found.alpha) == pytest.approx((0.24259, 4.41353), abs=1e-5)
    assert (found.a, found.b) == pytest.approx((0.79288, 2.42574), abs=2e-5)
    assert found.optimum.log_likelihood == pytest.approx(-9582.4256, abs=1e-4)
    of_one = found.expected(39, np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert of_one == pytest.approx([1.226], abs=1e-3)
    new = found.expected_of_new(np.array([0.1429, 1, 3, 31.86, 32, 78]))
    assert new == pytest.approx([0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.858], abs=1e-4)
    assert found.expected(39, x, last, until).sum() == pytest.approx(1653.42, abs=0.01)


def test_mbg_nbd_is_the_published_one() -> None:
    found = mbg_nbd(purchases(*cdnow.summary()))
    expected = (0.52484, 6.18300, 0.89135, 1.61399)
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx(expected, abs=2e-5)
    assert found.optimum.log_likelihood == pytest.approx(-9582.133, abs=1e-3)


def test_raw_purchases_give_the_same_parameters() -> None:
    x, last, until = cdnow.watched(cdnow.sample())
    published, *times = cdnow.summary()
    assert np.array_equal(np.sort(x), np.sort(published))
    assert sorted(last.round(2)) == pytest.approx(sorted(times[0]), abs=0.006)
    found = bg_nbd(purchases(x, last, until))
    assert (found.r, found.alpha) == pytest.approx((0.2426, 4.414), abs=1e-3)


def test_all_customers_are_fitted_in_two_seconds() -> None:
    made = purchases(*cdnow.watched(cdnow.everyone()))
    assert made.total == 23_570
    start = time.process_time()
    bg_nbd(made)
    assert time.process_time() - start < 2


CUSTOMERS = purchases(
    np.array([0.0, 0, 0, 1, 2, 7, 1, 30]),
    np.array([0.0, 0, 0, 9, 20, 30, 2, 38]),
    np.array([39.0, 39, 20, 30, 39, 39, 25, 39]),
)


@pytest.mark.parametrize("at_first", [0, 1])
@given(st.lists(st.floats(0.05, 20), min_size=4, max_size=4))
def test_the_gradient_is_that_of_the_likelihood(at_first: int, parameters: list[float]) -> None:
    wrong = check_grad(
        lambda at: log_likelihood(CUSTOMERS, at, at_first=at_first)[0],
        lambda at: log_likelihood(CUSTOMERS, at, at_first=at_first)[1],
        np.array(parameters),
    )
    _, gradient = log_likelihood(CUSTOMERS, np.array(parameters), at_first=at_first)
    assert wrong < 1e-4 * (1 + np.abs(gradient).sum())


def test_the_unit_of_time_changes_nothing_but_alpha() -> None:
    x, last, until = cdnow.summary()
    weeks, hours = bg_nbd(purchases(x, last, until)), bg_nbd(purchases(x, last * 168, until * 168))
    assert hours.alpha == pytest.approx(weeks.alpha * 168, rel=1e-4)
    assert (hours.r, hours.a, hours.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-4)
    assert hours.optimum.errors[1] == pytest.approx(weeks.optimum.errors[1] * 168, rel=1e-2)


def test_those_who_bought_lately_are_more_surely_there() -> None:
    found = bg_nbd(purchases(*cdnow.summary()))
    many = np.array([4.0, 4.0, 4.0])
    alive = found.alive(many, np.array([5.0, 20.0, 38.0]), np.full(3, 39.0))
    assert (np.diff(alive) > 0).all()
    assert found.alive(np.zeros(1), np.zeros(1), np.array([39.0])).tolist() == [1.0]


def test_customers_who_never_come_back_have_no_optimum() -> None:
    nothing = np.zeros(50)
    with pytest.raises(DataError, match="BG/NBD model has no optimum on these customers"):
        bg_nbd(purchases(nothing, nothing, np.full(50, 39.0)))
