from __future__ import annotations

import numpy as np

from coterie.predictions.models.baseline import GROUPS, fit


def test_users_are_told_what_others_with_as_much_came_to() -> None:
    found = fit(np.array([0.0, 0, 0, 1, 1]), np.array([0.0, 0, 1, 1, 1]))
    assert found.values == (1 / 3, 1.0)
    assert found.predicted(np.array([0.0, 1.0, 5.0]), 3).tolist() == [1 / 3, 1.0, 1.0]
    assert found.predicted(None, 2).tolist() == [0.6, 0.6]


def test_amounts_are_put_into_a_few_groups() -> None:
    before = np.concatenate([np.zeros(50), np.arange(1.0, 101.0)])
    found = fit(before, before * 2)
    assert len(found.values) == GROUPS + 1
    assert found.values[0] == 0
    assert list(found.values) == sorted(found.values)


def test_where_the_period_before_is_the_same_for_all_the_rate_is_told() -> None:
    assert fit(np.zeros(4), np.array([0.0, 1, 1, 0])).values == (0.5,)
    assert fit(np.full(4, 2.0), np.array([0.0, 1, 1, 0])).values == (0.5,)
