from __future__ import annotations

import numpy as np
import pytest

from coterie.errors import DataError
from coterie.predictions.uplift.trial import Trial, refuse

OUTCOMES = np.arange(100.0) % 2


def test_a_part_of_a_trial_is_a_trial() -> None:
    whole = Trial(np.eye(100), OUTCOMES, np.repeat([1.0, 0.0], 50))
    part = whole.of(np.arange(50, 100))
    assert (len(part), part.share_treated, whole.share_treated) == (50, 0.0, 0.5)
    assert whole.yes_or_no
    assert not Trial(np.eye(2), np.array([0.0, 0.5]), np.ones(2)).yes_or_no


@pytest.mark.parametrize(
    ("outcomes", "treated", "told"),
    [
        (OUTCOMES, np.ones(100), "The arm 'none' has 0 users"),
        (OUTCOMES, np.repeat([1.0, 0.0], [5, 95]), "The arm 'mail' has 5 users"),
        (np.ones(100), np.repeat([1.0, 0.0], 50), "The outcome is 1 for all of 100 users"),
    ],
)
def test_what_nothing_can_be_learnt_of_is_refused(
    outcomes: np.ndarray, treated: np.ndarray, told: str
) -> None:
    with pytest.raises(DataError, match=told):
        refuse(Trial(np.eye(100), outcomes, treated), "mail", "none")
