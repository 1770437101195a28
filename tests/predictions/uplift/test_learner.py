"""The T-learner against a published implementation, on Hillstrom's customers."""

from __future__ import annotations

import numpy as np
import pytest
from tests.predictions.uplift import trials

from coterie.predictions.evaluation.uplift import uplift
from coterie.predictions.uplift import bases, learner

#: Areas of scikit-uplift 0.5.1 (`sklift.models.TwoModels`, `sklift.metrics.qini_curve` and `uplift_curve`,
#: with scikit-learn 1.4.2), less the straight line to the end of each curve, on the same rows and columns;
#: for Qini divided by users and treated users, for uplift by users twice.
PUBLISHED = {
    "visit": (0.006878329515535458, 0.006870476655916526, 0.043324765866124784),
    "conversion": (0.0006520856899417228, 0.0006511683269844713, 0.0031320162473447086),
}


@pytest.mark.parametrize("outcome", PUBLISHED)
def test_two_logistic_regressions_have_the_qini_that_was_published(outcome: str) -> None:
    """Even rows train, odd rows test. Models of another version end a last digit elsewhere."""
    trial = trials.hillstrom(outcome)
    train = np.arange(len(trial)) % 2 == 0
    learnt = learner.fit("t", trial.of(train), bases.by_name("linear", yes_or_no=True))
    test = trial.of(~train)
    found = uplift(learnt.effects(test.matrix), test.outcomes, test.treated)
    qini, area, effect = PUBLISHED[outcome]
    assert found.qini_area == pytest.approx(qini, rel=1e-5)
    assert found.area == pytest.approx(area, rel=1e-5)
    assert found.effect == pytest.approx(effect, rel=1e-12)
    assert (len(test), found.treated) == (21_346, 10_789)
