from __future__ import annotations

import numpy as np
from pydantic import TypeAdapter

from coterie.predictions.evaluation.comparison import Scored
from coterie.predictions.evaluation.evaluated import Evaluated, evaluate
from coterie.predictions.evaluation.profit import Worth

RNG = np.random.default_rng(7)
CHANCES = RNG.random(3_000)
HAPPENED = (RNG.random(3_000) < CHANCES).astype(float)


def test_probabilities_are_measured_in_every_way_and_come_back_from_json() -> None:
    found = evaluate(Scored("model", CHANCES, HAPPENED), worth=Worth(2, -1))
    assert None not in (found.roc, found.precision, found.calibration, found.profit)
    assert found.profit is not None
    assert found.profit.band is not None
    adapter = TypeAdapter(Evaluated)
    text = adapter.dump_json(found)
    assert adapter.validate_json(text) == found
    assert len(text) < 300_000


def test_a_score_that_is_no_probability_is_not_calibrated() -> None:
    found = evaluate(Scored("score", CHANCES * 7, HAPPENED), band=False)
    assert found.calibration is None
    assert found.profit is None
    assert found.gains.band is None
    decisions = evaluate(Scored("decisions", np.round(CHANCES), HAPPENED), band=False)
    assert decisions.calibration is None


def test_amounts_are_ranked_only() -> None:
    found = evaluate(Scored("value", CHANCES, CHANCES * 10))
    assert (found.roc, found.precision, found.calibration) == (None, None, None)
    assert found.gains.gini == 1.0
