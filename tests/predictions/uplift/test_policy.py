from __future__ import annotations

import numpy as np
import pytest
from tests.predictions.uplift import trials

from coterie.predictions.evaluation.uplift import uplift
from coterie.predictions.uplift.policy import policy, verdict

TRIAL, EFFECTS = trials.planted(8_000)
MEASURED = uplift(EFFECTS, TRIAL.outcomes, TRIAL.treated, band=True)


def test_treating_everyone_is_worth_the_average_effect() -> None:
    found = policy(MEASURED, benefit=10)
    assert found.at(1.0) == pytest.approx(10 * MEASURED.effect)
    assert found.at(0.0) == 0.0
    inside = found.within(1.0)
    assert inside.low < found.at(1.0) < inside.high


def test_the_best_share_is_where_the_effect_is_worth_its_cost() -> None:
    """Treating moves the user at place x by .4 (1 - x), which is worth 2 as long as x is below a half."""
    found = policy(MEASURED, cost=2.0, benefit=10)
    assert found.best == pytest.approx(0.5, abs=0.12)
    assert found.at(found.best) > found.at(1.0)
    assert verdict(found, ranks=True) == "best"
    assert verdict(found, ranks=False) == ("everyone" if found.value[-1] > 0 else "nobody")


def test_where_no_cost_eats_the_effect_everyone_is_treated_or_nobody() -> None:
    free = policy(MEASURED)
    assert verdict(free, ranks=False) == "everyone"
    dear = policy(MEASURED, cost=100)
    assert (dear.best, verdict(dear, ranks=True)) == (0.0, "nobody")
    assert np.argmax(dear.value) == 0


def test_without_a_band_there_is_no_policy() -> None:
    with pytest.raises(ValueError, match="band=True"):
        policy(uplift(EFFECTS, TRIAL.outcomes, TRIAL.treated))
