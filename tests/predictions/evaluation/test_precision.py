from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from coterie.predictions.evaluation.precision import precision

if TYPE_CHECKING:
    from coterie.features.values import Floats

SCORED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=2, max_size=5).filter(
    lambda rows: len({happened for _, happened in rows}) == 2
)


def in_order(happened: Floats) -> float:
    """Average precision of users who stand in an order."""
    right = np.cumsum(happened) / np.arange(1, len(happened) + 1)
    return float(right[happened == 1].mean())


@given(SCORED)
def test_equal_scores_count_as_the_mean_over_all_their_orders(rows: list[tuple[int, int]]) -> None:
    scores, happened = np.array(rows, dtype=float).T
    everyone = list(itertools.permutations(range(len(rows))))
    all_orders = [in_order(happened[np.lexsort((order, -scores))]) for order in everyone]
    found = precision(scores, happened)
    assert found.average == pytest.approx(np.mean(all_orders))
    order = np.random.default_rng(1).permutation(len(scores))
    assert precision(scores[order], happened[order]) == precision(np.exp(scores), happened) == found


def test_without_ties_it_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(500)
    happened = (rng.random(500) < scores).astype(float)
    found = precision(scores, happened, band=True)
    assert found.average == pytest.approx(average_precision_score(happened, scores))
    assert found.precision[-1] >= found.rate
    assert found.average_interval is not None
    assert found.average_interval.low < found.average < found.average_interval.high
    assert found.band is not None
    assert found.band.low[50] < found.precision[50] < found.band.high[50]
    assert found.to_arrow().num_rows == 100
    assert found.caption().startswith(f"Average precision {found.average:.3f}")


def test_a_score_without_differences_has_the_precision_of_no_ranking() -> None:
    happened = np.repeat([1.0, 0.0], [300, 700])
    found = precision(np.zeros(1_000), happened)
    assert found.precision == pytest.approx([0.3] * 100)
    assert found.average == pytest.approx(0.3, abs=0.01)


def test_a_perfect_score_has_only_right_ones() -> None:
    found = precision(np.array([3.0, 2.0, 1.0]), np.array([1.0, 1.0, 0.0]))
    assert found.precision == (1.0,) * 100
    assert found.average == pytest.approx(1.0)
