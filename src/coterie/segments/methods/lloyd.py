"""Lloyd's rounds for several sets of centres at once: a round is two matrix products, however many sets."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints

    Reals: TypeAlias = "NDArray[np.floating[Any]]"

#: Centres are at rest when they move, squared and summed, by less than this part of the mean variance of a
#: coordinate.
AT_REST = 1e-4


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """Sets of centres after some rounds.

    Attributes:
        centres: sets x k x d.
        inertia: For each set, the sum of squared distances to the centres before their last move.
    """

    centres: Reals
    inertia: Floats

    def best(self, count: int = 1) -> Sets:
        """Pick the sets of the lowest inertia, lowest first."""
        order = np.argsort(self.inertia, kind="stable")[:count]
        return Sets(self.centres[order], self.inertia[order])


def first_centres(matrix: Reals, k: int, sets: int, rng: np.random.Generator) -> Reals:
    """Draw sets of `k` rows far from each other: greedy k-means++.

    The first row of a set is any. Of a few rows drawn by their squared distance to the rows before, the one
    that leaves the smallest sum of squared distances comes next.

    Returns:
        sets x k x d.

    References:
        Arthur & Vassilvitskii (2007), k-means++: the advantages of careful seeding.

    Examples:
        >>> rows = np.array([[0.0], [0.0], [9.0]])
        >>> sorted(first_centres(rows, 2, 1, np.random.default_rng(1)).ravel().tolist())
        [0.0, 9.0]
    """
    drawn_each = 2 + int(math.log(k))
    lengths = np.square(matrix).sum(axis=1)
    rows = np.empty((sets, k), dtype=np.int64)
    rows[:, 0] = rng.integers(len(matrix), size=sets)
    left = _squared(matrix, lengths, rows[:, 0])
    each = np.arange(sets)
    for place in range(1, k):
        reach = np.cumsum(left, axis=1, dtype=np.float64)
        wanted = rng.random((sets, drawn_each)) * reach[:, -1:]
        found = [np.searchsorted(of_set, some) for of_set, some in zip(reach, wanted, strict=True)]
        drawn = np.minimum(np.stack(found), len(matrix) - 1)
        leaves = _squared(matrix, lengths, drawn.ravel()).reshape(sets, drawn_each, -1)
        np.minimum(leaves, left[:, None], out=leaves)
        best = leaves.sum(axis=2, dtype=np.float64).argmin(axis=1)
        rows[:, place] = drawn[each, best]
        left = leaves[each, best]
    return matrix[rows]


def _squared(matrix: Reals, lengths: Reals, rows: Ints) -> Reals:
    """Squared distances of some rows to all, some x all; of a row to itself exactly 0."""
    found = (-2.0 * matrix[rows]) @ matrix.T
    found += lengths
    found += lengths[rows][:, None]
    np.maximum(found, 0.0, out=found)
    found[np.arange(len(rows)), rows] = 0.0
    return found


def rounds(matrix: Reals, centres: Reals, most: int, rest: float = AT_REST) -> Sets:
    """Move centres to the mean of the rows nearest to them until all sets are at rest, or `most` times.

    A centre that no row is nearest to is put on the row farthest from its own.

    Args:
        matrix: Rows x coordinates, best centred: distances are differences of squares.
        centres: sets x k x d.
        most: The number of rounds at most, >= 1.
        rest: In place of `AT_REST`; with 0, until no row changes its centre.
    """
    sets = centres.copy()
    inertia = np.zeros(len(sets))
    lengths = np.square(matrix).sum(axis=1)
    total = float(lengths.sum(dtype=np.float64))
    middle = matrix.mean(axis=0)
    bound = rest * (total / len(matrix) - float(middle @ middle)) / matrix.shape[1]
    moving = np.arange(len(sets))
    for _ in range(most):
        before = sets[moving]
        scores = _scores(matrix, before)
        best = scores.max(axis=1)
        after = _means(matrix, _members(scores, best), lengths - 2.0 * best)
        sets[moving] = after
        inertia[moving] = np.maximum(total - 2.0 * best.sum(axis=1, dtype=np.float64), 0.0)
        moving = moving[np.square(after - before).sum(axis=(1, 2)) > bound]
        if not moving.size:
            break
    return Sets(sets, inertia)


def labels(matrix: Reals, centres: Reals) -> Ints:
    """Find the place of each row's nearest centre, the first of those that tie."""
    found: Ints = _scores(matrix, centres[None])[0].argmax(axis=0)
    return found


def _scores(matrix: Reals, sets: Reals) -> Reals:
    """Score each row for each centre of each set, sets x k x rows: ``c . x - |c|^2 / 2``."""
    count, k, width = sets.shape
    flat = sets.reshape(count * k, width)
    found: Reals = flat @ matrix.T
    found -= 0.5 * np.square(flat).sum(axis=1)[:, None]
    return found.reshape(count, k, len(matrix))


def _members(scores: Reals, best: Reals) -> Reals:
    """Tell which rows belong to each centre, as 1 and 0, sets x k x rows; of centres that tie, the first."""
    found = scores == best[:, None]
    if np.count_nonzero(found) > best.size:
        places = np.arange(scores.shape[1])[:, None]
        found = scores.argmax(axis=1)[:, None] == places
    members: Reals = found.astype(scores.dtype)
    return members


def _means(matrix: Reals, members: Reals, away: Reals) -> Reals:
    """Means of the rows of each centre, sets x k x d; `away` is how far rows are, squared, sets x rows."""
    count, k, rows = members.shape
    sizes = members.sum(axis=2)
    found: Reals = (members.reshape(count * k, rows) @ matrix).reshape(count, k, -1)
    found /= np.maximum(sizes, 1.0)[:, :, None]
    for at in np.flatnonzero((sizes == 0).any(axis=1)):
        empty = np.flatnonzero(sizes[at] == 0)
        found[at, empty] = matrix[np.argsort(-away[at], kind="stable")[: len(empty)]]
    return found
