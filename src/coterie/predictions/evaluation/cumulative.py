"""Users and their outcome from the highest score on: what every curve of a ranking is made of.

Users with equal scores have no order; they come as one step, and what lies inside of a step is drawn
straight, which is the mean over all orders of its users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats

    Places = NDArray[np.int64]

#: Equal parts of all users at whose borders a curve that is kept says exactly what the whole curve says.
PARTS = 1000


def refuse(scores: Floats, outcomes: Floats) -> None:
    """Refuse what no ranking can be measured on.

    Raises:
        DataError: There are no users, numbers are missing or negative, or nothing happened to anybody.
    """
    if not len(scores):
        raise DataError("There are no users to measure a ranking on.")
    if not (np.isfinite(scores).all() and np.isfinite(outcomes).all()):
        missing = int((~np.isfinite(scores) | ~np.isfinite(outcomes)).sum())
        raise DataError(f"{missing:,} of {len(scores):,} users have no score or no outcome; leave them out.")
    if (outcomes < 0).any():
        raise DataError(
            f"An outcome is {outcomes.min():g}; a share of a whole needs outcomes from 0 on: use gross "
            "amounts."
        )
    if not outcomes.any():
        raise DataError(
            f"Nothing happened to any of {len(scores):,} users, so no ranking is better than another."
        )


def refuse_all_but_both(scores: Floats, happened: Floats) -> None:
    """Refuse what can't be told apart: outcomes other than 0 and 1, or only one of the two.

    Raises:
        DataError: As said, and as `refuse` does.
    """
    refuse(scores, happened)
    if not np.isin(happened, (0.0, 1.0)).all():
        raise DataError("ROC and precision need to know to whom it happened: 1 or 0 for each user.")
    if happened.all():
        raise DataError(f"It happened to all of {len(happened):,} users, so there is nobody to tell apart.")


def places(scores: Floats, most: int | None = None) -> Places:
    """Number the distinct scores, the highest 0.

    Args:
        scores: One a user.
        most: Neighbouring scores are taken together where there are more distinct ones than this, so that
            about so many groups of about equally many users remain.
    """
    distinct, place, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    place = place.astype(np.int64)
    if most is None or len(distinct) <= most:
        return place
    middle = (np.cumsum(counts) - counts / 2) / len(scores)
    group = np.minimum((middle * most).astype(np.int64), most - 1)
    _, dense = np.unique(group, return_inverse=True)
    found: Places = dense.astype(np.int64)[place]
    return found


def cumulative(place: Places, weights: Floats, outcomes: Floats) -> tuple[Floats, Floats]:
    """Add up users and their outcome, down to each place; both begin with 0."""
    users = np.concatenate([[0.0], np.cumsum(np.bincount(place, weights=weights))])
    outcome = np.concatenate([[0.0], np.cumsum(np.bincount(place, weights=weights * outcomes))])
    return users, outcome


def kept(share: Floats, *also: int) -> NDArray[np.intp]:
    """Choose the points of a curve that are kept: those around each thousandth of the users.

    Args:
        share: Of the users down to each point, rising from 0 to 1.
        also: More points to keep.
    """
    if len(share) <= PARTS + 1:
        return np.arange(len(share))
    wanted = np.linspace(0, 1, PARTS + 1)
    before = np.searchsorted(share, wanted, side="right") - 1
    after = np.minimum(np.searchsorted(share, wanted, side="left"), len(share) - 1)
    return np.unique(np.concatenate([before, after, np.array(also, dtype=np.intp)]))
