from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from coterie.predictions.evaluation.roc import roc

SCORED = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)), min_size=2, max_size=40).filter(
    lambda rows: len({happened for _, happened in rows}) == 2
)


@given(SCORED)
def test_the_area_is_the_chance_to_rank_a_pair_rightly(rows: list[tuple[int, int]]) -> None:
    scores, happened = np.array(rows, dtype=float).T
    found = roc(scores, happened)
    hits, others = scores[happened == 1], scores[happened == 0]
    pairs = np.sign(hits[:, None] - others[None]) / 2 + 0.5
    assert found.area == pytest.approx(pairs.mean())
    assert found.area == pytest.approx(roc_auc_score(happened, scores))
    assert 0 <= found.area <= 1
    order = np.random.default_rng(1).permutation(len(scores))
    assert roc(scores[order], happened[order]) == roc(np.exp(scores), happened) == found


@given(SCORED)
def test_the_curve_rises_from_nobody_to_everybody(rows: list[tuple[int, int]]) -> None:
    found = roc(*np.array(rows, dtype=float).T)
    assert (found.false_positives[0], found.true_positives[0]) == (0.0, 0.0)
    assert (found.false_positives[-1], found.true_positives[-1]) == (1.0, 1.0)
    assert (np.diff(found.true_positives) >= 0).all()


def test_without_ties_it_is_the_curve_of_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(500)
    happened = (rng.random(500) < scores).astype(float)
    found = roc(scores, happened, band=True)
    false, true, _ = roc_curve(happened, scores, drop_intermediate=False)
    assert found.false_positives == pytest.approx(false)
    assert found.true_positives == pytest.approx(true)
    assert found.area_interval is not None
    assert found.area_interval.low < found.area < found.area_interval.high
    assert found.band is not None
    middle = len(found.band.at) // 2
    curve = np.interp(found.band.at[middle], found.false_positives, found.true_positives)
    assert found.band.low[middle] < curve < found.band.high[middle]
    assert found.to_arrow().num_rows == 501
    assert found.caption() == f"Area below the ROC curve {found.area:.3f}: {found.positives} of 500 users."
