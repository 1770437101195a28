from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from coterie.errors import DataError
from coterie.predictions.lifetime.likelihood import maximise

if TYPE_CHECKING:
    from coterie.features.values import Floats


def exponential(parameters: Floats) -> tuple[float, Floats]:
    """100 waiting times with mean 2."""
    (rate,) = parameters.tolist()
    return 100 * math.log(rate) - 200 * rate, np.array([100 / rate - 200])


def test_the_optimum_and_its_error_are_known() -> None:
    found = maximise(exponential, np.array([7.0]), "exponential")
    assert found.parameters == pytest.approx((0.5,), rel=1e-6)
    assert found.errors == pytest.approx((0.05,), rel=1e-4)
    assert found.log_likelihood == pytest.approx(100 * math.log(0.5) - 100)


def test_a_likelihood_that_rises_forever_is_refused() -> None:
    with pytest.raises(DataError, match=r"has no optimum .* compare with the plain average"):
        maximise(lambda at: (float(at[0]), np.ones(1)), np.array([1.0]), "rising")


def test_a_flat_direction_has_no_error() -> None:
    def flat(at: Floats) -> tuple[float, Floats]:
        return -float(np.log(at[0]) ** 2), np.array([-2 * np.log(at[0]) / at[0], 0.0])

    found = maximise(flat, np.array([3.0, 3.0]), "flat")
    assert found.parameters[0] == pytest.approx(1.0, abs=1e-5)
    assert all(math.isnan(error) for error in found.errors)
