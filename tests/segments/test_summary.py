from __future__ import annotations

import numpy as np
import pytest
from tests.segments.tables import behaviour, table

from coterie.segments import summary
from coterie.segments.summary import summaries

LABELS = np.array([0, 0, 0, 1, 1])


def test_numbers_have_mean_median_and_n_without_nulls() -> None:
    made = table({"x": [1.0, 2.0, np.nan, 10.0, 10.0]})
    (low,), (high,) = summaries(made, LABELS, 2, seed=1)
    assert (low.users, low.mean, low.median) == (2, 1.5, 1.5)
    assert low.low is not None
    assert low.high is not None
    assert 1.0 <= low.low <= 1.5 <= low.high <= 2.0
    assert (high.mean, high.low, high.high) == (10.0, 10.0, 10.0)


def test_categories_have_shares_of_those_who_have_one() -> None:
    made = table({"x": ["a", "b", None, "b", "b"]})
    low, high = summaries(made, LABELS, 2, seed=1)
    assert [(each.category, each.users, each.mean) for each in low] == [("a", 2, 0.5), ("b", 2, 0.5)]
    assert [(each.category, each.mean) for each in high] == [("a", 0.0), ("b", 1.0)]


def test_nobody_with_a_value_has_no_mean() -> None:
    made = table({"n": [1.0, 1.0, 1.0, np.nan, np.nan], "w": ["a", "a", "a", None, None]})
    number, word = summaries(made, LABELS, 2, seed=1)[1]
    for each in (number, word):
        assert (each.users, each.mean, each.low, each.high, each.median) == (0, None, None, None, None)


def test_every_feature_is_summed_up_in_the_order_of_the_table() -> None:
    made = behaviour()
    (everyone,) = summaries(made, np.zeros(len(made), dtype=np.int64), 1, seed=1)
    names = list(dict.fromkeys(each.feature for each in everyone))
    assert names == [feature.name for feature in made.features]


@pytest.mark.parametrize("blocks", [100, 2_000])
def test_intervals_cover_the_truth(blocks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "BLOCKS", blocks)
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(60):
        made = table({"x": rng.normal(5, 2, 400)})
        ((each,),) = summaries(made, np.zeros(400, dtype=np.int64), 1, seed=3)
        assert each.low is not None
        assert each.high is not None
        assert each.high - each.low == pytest.approx(2 * 1.96 * 2 / 20, rel=0.35)
        covered += each.low <= 5 <= each.high
    assert covered >= 52


def test_an_empty_segment_has_nobody() -> None:
    assert [each.users for each in summaries(table({"x": [1.0]}), np.array([1]), 2, seed=1)[0]] == [0]
