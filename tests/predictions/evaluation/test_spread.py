from __future__ import annotations

import numpy as np

from coterie.predictions.evaluation.spread import spread


def test_probabilities_are_counted_from_0_to_1() -> None:
    found = spread(np.array([0.0, 0.04, 1.0]))
    assert (found.edges[0], found.edges[-1], len(found.edges)) == (0.0, 1.0, 21)
    assert (found.users[0], found.users[-1], sum(found.users)) == (2, 1, 3)


def test_other_scores_are_counted_in_their_range() -> None:
    found = spread(np.array([-5.0, 15.0]), bins=2)
    assert found.edges == (-5.0, 5.0, 15.0)
    assert sum(spread(np.full(4, 7.0)).users) == 4
