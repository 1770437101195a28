from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from coterie.errors import DataError
from coterie.predictions.evaluation.calibration import calibration

RNG = np.random.default_rng(3)
TRUTH = RNG.random(20_000)
HAPPENED = (RNG.random(20_000) < TRUTH).astype(float)


def test_what_is_foretold_rightly_happens_so_often() -> None:
    found = calibration(TRUTH, HAPPENED)
    assert len(found.bins) == 10
    assert sum(one.users for one in found.bins) == 20_000
    assert found.error < 0.01
    assert sum(one.low <= one.predicted <= one.high for one in found.bins) >= 8
    assert found.brier == pytest.approx(brier_score_loss(HAPPENED, TRUTH))
    assert found.skill > 0.3


def test_what_is_foretold_too_surely_is_seen() -> None:
    found = calibration(np.clip(TRUTH * 2 - 0.5, 0, 1), HAPPENED)
    assert found.error > 0.1
    assert found.bins[0].happened > found.bins[0].predicted


def test_equal_predictions_stay_together() -> None:
    found = calibration(np.full(100, 0.3), HAPPENED[:100])
    assert len(found.bins) == 1
    assert found.bins[0].users == 100


def test_the_rate_itself_has_no_skill() -> None:
    happened = np.array([1.0, 0, 0, 0])
    assert calibration(np.full(4, 0.25), happened).skill == pytest.approx(0.0)
    assert calibration(np.zeros(4), np.zeros(4)).skill == 0.0


@pytest.mark.parametrize(
    ("predicted", "happened", "told"),
    [([1.2], [1], "a probability"), ([], [], "at least one user"), ([0.5], [2], "1 or 0")],
)
def test_wrong_numbers_are_refused(predicted: list[float], happened: list[float], told: str) -> None:
    with pytest.raises(DataError, match=told):
        calibration(np.array(predicted), np.array(happened))
