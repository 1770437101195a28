from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.segments.tables import real_data

from coterie.errors import DataError
from coterie.predictions.evaluation.ranking import gains

if TYPE_CHECKING:
    from coterie.predictions.evaluation.ranking import Floats

SCORED = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 10)), min_size=2, max_size=40).filter(
    lambda rows: any(outcome > 0.1 for _, outcome in rows)
)


def arrays(rows: list[tuple[int, float]]) -> tuple[Floats, Floats]:
    scores, outcomes = np.array(rows, dtype=float).T
    return scores, outcomes


@given(SCORED)
def test_neither_order_nor_scale_of_scores_matters(rows: list[tuple[int, float]]) -> None:
    scores, outcomes = arrays(rows)
    whole = gains(scores, outcomes)
    order = np.random.default_rng(1).permutation(len(scores))
    assert gains(scores[order], outcomes[order]).captured == pytest.approx(whole.captured)
    assert gains(np.exp(scores) - 7, outcomes) == whole


@given(SCORED)
def test_curves_rise_from_nothing_to_everything(rows: list[tuple[int, float]]) -> None:
    found = gains(*arrays(rows))
    assert (found.share[0], found.captured[0]) == (0.0, 0.0)
    assert (found.share[-1], found.captured[-1]) == (1.0, 1.0)
    assert (np.diff(found.captured) >= -1e-12).all()


def test_a_score_without_differences_ranks_nobody() -> None:
    found = gains(np.zeros(10), np.arange(10.0))
    assert found.lift(0.1) == pytest.approx(1.0)
    assert found.to_arrow()["lift"].to_pylist() == pytest.approx([1.0] * 10)


def test_tenths_add_up() -> None:
    rng = np.random.default_rng(1)
    scores = rng.random(1000)
    table = gains(scores, (rng.random(1000) < scores).astype(float)).to_arrow()
    assert table["captured"].to_pylist()[-1] == pytest.approx(1.0)
    assert sum(table["lift"].to_pylist()) == pytest.approx(10)
    assert table["cumulative_lift"].to_pylist() == sorted(table["cumulative_lift"].to_pylist(), reverse=True)


def test_the_band_holds_the_curve() -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(400)
    found = gains(scores, (rng.random(400) < scores).astype(float), band=True)
    inside = np.array(found.captured)[20:-20]
    assert (np.array(found.low)[20:-20] <= inside).all()
    assert (inside <= np.array(found.high)[20:-20]).all()


@pytest.mark.parametrize(
    ("scores", "outcomes", "told"),
    [
        ([], [], "no users"),
        ([1, np.nan], [0, 1], "1 of 2 users have no score"),
        ([1, 2], [0, -3], "An outcome is -3"),
        ([1, 2], [0, 0], "Nothing happened"),
    ],
)
def test_what_cannot_be_ranked_is_refused(scores: list[float], outcomes: list[float], told: str) -> None:
    with pytest.raises(DataError, match=told):
        gains(np.array(scores, dtype=float), np.array(outcomes, dtype=float))


def telecom() -> tuple[Floats, Floats]:
    """Features of 3,333 customers, and whether they left."""
    with real_data("telecom_churn.csv").open() as file:
        rows = list(csv.DictReader(file))
    words = {"yes": 1.0, "no": 0.0}
    names = [name for name in rows[0] if name not in ("State", "Area Code", "Phone", "Churn?")]
    matrix = [
        [words.get(row[name], -1.0) if row[name] in words else float(row[name]) for name in names]
        for row in rows
    ]
    return np.array(matrix), np.array([float(row["Churn?"] == "True.") for row in rows])


def test_lift_of_the_first_tenth_of_customers_who_left() -> None:
    """Boosting comes close to the perfect lift of 6.9; logistic regression is far from it."""
    matrix, left = telecom()
    assert left.sum() == 483
    folds = StratifiedKFold(3, shuffle=True, random_state=1)
    found = {}
    for name, model in (
        ("boosting", GradientBoostingClassifier(random_state=1)),
        ("logistic", make_pipeline(StandardScaler(), LogisticRegression())),
    ):
        scores = cross_val_predict(model, matrix, left, cv=folds, method="predict_proba")[:, 1]
        found[name] = gains(scores, left).lift(0.1)
    assert found["boosting"] > 6.2
    assert found["logistic"] < 4
