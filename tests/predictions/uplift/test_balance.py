from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

from coterie.predictions.uplift.balance import imbalances, sizes

RNG = np.random.default_rng(4)


def test_sizes_are_tested_by_chi_squared() -> None:
    found = sizes({"a": 480, "b": 520, "c": 1000}, {"a": 1, "b": 1, "c": 2})
    assert found.p == pytest.approx(chisquare([480, 520, 1000], [500, 500, 1000]).pvalue)
    assert found.expected == (0.25, 0.25, 0.5)
    assert not found.mismatch


def test_a_broken_randomisation_is_noticed() -> None:
    assert sizes({"mail": 10_000, "none": 9_500}, {}).mismatch
    assert not sizes({"mail": 21_387, "men": 21_307, "none": 21_306}, {}).mismatch


def test_false_alarms_are_rare() -> None:
    drawn = RNG.binomial(1000, 0.5, 2000)
    alarms = sum(sizes({"a": int(n), "b": 1000 - int(n)}, {}).mismatch for n in drawn)
    assert alarms <= 8


def test_arms_drawn_at_random_are_alike_and_others_are_not() -> None:
    matrix = RNG.normal(size=(4000, 3))
    treated = (RNG.random(4000) < 0.5).astype(float)
    matrix[:, 2] += treated
    found = imbalances(matrix, ["x", "y", "moved"], treated)
    assert [one.column for one in found if one.apart] == ["moved"]
    assert found[0].difference == pytest.approx(1.0, abs=0.1)
    assert found[0].treated - found[0].others == pytest.approx(1.0, abs=0.1)


def test_a_column_without_differences_is_balanced() -> None:
    (found,) = imbalances(np.ones((4, 1)), ["x"], np.array([1.0, 1, 0, 0]))
    assert (found.difference, found.apart) == (0.0, False)
