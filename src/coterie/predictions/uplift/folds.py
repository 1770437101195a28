"""Parts of users, each with its share of both arms and of the users to whom it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from coterie.predictions.uplift.trial import Trial


def folds(trial: Trial, parts: int, seed: int) -> Iterator[NDArray[np.bool_]]:
    """Deal users into parts, and give for each part who is in it.

    Args:
        trial: The users.
        parts: How many parts.
        seed: The same seed deals the same users the same way.
    """
    rng = np.random.default_rng(seed)
    something = trial.outcomes != trial.outcomes.min()
    part = np.empty(len(trial), dtype=np.int64)
    dealt = 0
    for arm in (0, 1):
        for kind in (False, True):
            rows = np.flatnonzero((trial.treated == arm) & (something == kind))
            part[rng.permutation(rows)] = (np.arange(len(rows)) + dealt) % parts
            dealt += len(rows)
    for one in range(parts):
        yield part == one
