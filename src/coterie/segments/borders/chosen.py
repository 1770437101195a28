"""Prototypes for groups of any shape, as few as put nearly every row where the method did."""

from __future__ import annotations

import dataclasses
import itertools
import operator
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.hierarchy.distinct import row_draws
from coterie.segments.methods import lloyd
from coterie.segments.partition import middles
from coterie.threads import one_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints

#: Prototypes of all groups together, at most.
MOST = 200

#: Rows that prototypes are sought on, at most.
ROWS = 10_000

#: More prototypes are tried until this share of rows is put right; the fewest within `_AS_GOOD` of the best.
_ENOUGH = 0.999
_AS_GOOD = 0.001

#: As many doublings that help less than that are the last.
_DOUBLINGS = 3

#: Rounds in which prototypes are moved, how far at first, and how sharply rows at the borders count.
_ROUNDS = 60
_PATIENCE = 20
_SPREAD = 5
_STEP = 0.5
_SHARPNESS = 20.0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows in the order of their groups.

    Attributes:
        points: Rows x coordinates.
        lengths: Of each row, the square.
        starts: Where each group begins, and the end.
        weights: How much say each row has, 1 all together.
    """

    points: NDArray[np.float32]
    lengths: NDArray[np.float32]
    starts: Ints
    weights: Floats

    def group(self, place: int) -> slice:
        return slice(int(self.starts[place]), int(self.starts[place + 1]))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """For each row its nearest prototype of its own group, of another, and the squared distances."""

    own: Ints
    other: Ints
    own_away: Floats
    other_away: Floats

    def wrong(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.own_away >= self.other_away
        return found


def prototypes_for(
    matrix: Floats, labels: Ints, k: int, *, most: int = MOST, seed: int = 42, rows: int = ROWS
) -> tuple[Floats, Ints]:
    """Choose points so that most rows are in the group of the point nearest to them.

    At first each group has its mean. Then, as long as it helps, the number of points is doubled: new ones
    are put among the rows that are nearest to a wrong point, and all are moved for some rounds, towards rows
    of their group and away from others, the more the closer these are to a border.

    Args:
        matrix: Rows x coordinates.
        labels: The group of each row, 0..k-1; none is empty.
        k: How many groups there are.
        most: How many points to choose at most, at least `k`.
        seed: Makes it repeatable.
        rows: How many rows to look at, at most: of each group as many as of any other, if it has them.

    Returns:
        The points, and the group of each, rising.

    References:
        Sato & Yamada (1996), Generalized learning vector quantization.

    Examples:
        >>> points, groups = prototypes_for(np.array([[0.0], [2.0], [9.0]]), np.array([0, 0, 1]), 2)
        >>> points.tolist(), groups.tolist()
        ([[1.0], [9.0]], [0, 1])
    """
    with one_thread():
        middle = np.median(matrix, axis=0)
        drawn = _drawn(matrix, labels, k, seed, rows)
        # Half of the say is every row's alike, half is every group's alike: no small group may be lost.
        shares = 0.5 * np.bincount(labels, minlength=k) / len(labels) + 0.5 / k
        weights = shares / np.bincount(labels[drawn], minlength=k)
        points = (matrix[drawn] - middle).astype(np.float32)
        lengths = np.square(points).sum(axis=1)
        starts = np.searchsorted(labels[drawn], np.arange(k + 1))
        some = _Rows(points, lengths, starts, weights[labels[drawn]])
        means, groups = middles(matrix, labels, k) - middle, np.arange(k)
        tried = _tried(some, means, groups, max(most, k), np.random.default_rng(seed))
    enough = max(agreement for agreement, _, _ in tried) - _AS_GOOD
    chosen, belong = next((points, groups) for agreement, points, groups in tried if agreement >= enough)
    return chosen + middle, belong


def _drawn(matrix: Floats, labels: Ints, k: int, seed: int, most: int) -> Ints:
    """Draw rows, as many of each group as can be, in the order of the groups and of their draws."""
    order = np.lexsort((row_draws(matrix, seed), labels))
    sizes = np.bincount(labels, minlength=k)
    each = _share(sizes, most)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return order[rank < each]


def _share(sizes: Ints, most: int) -> int:
    """Tell how many to take of each group so that there are at most that many in all, and one at least."""
    left = most
    for place, size in enumerate(np.sort(sizes).tolist()):
        each = left // (len(sizes) - place)
        if size > each:
            return max(each, 1)
        left -= size
    return int(sizes.max())


def _tried(
    rows: _Rows, points: Floats, groups: Ints, most: int, rng: np.random.Generator
) -> list[tuple[float, Floats, Ints]]:
    """Try more and more points; returns the share of rows each try puts right, the points, the groups."""
    tried = [(_right(rows, _placed(rows, points, groups)), points, groups)]
    if tried[0][0] < _ENOUGH:
        tried.append(_improved(rows, points, groups))
    while tried[-1][0] < _ENOUGH and len(tried[-1][2]) < most and not _stuck([each[0] for each in tried]):
        _, points, groups = tried[-1]
        new = min(len(groups), most - len(groups))
        starts = [_more(rows, points, groups, new, rng)]
        if len(groups) + new >= 2 * (len(rows.starts) - 1):
            starts.append(_afresh(rows, len(groups) + new, rng))
        tried.append(max((_improved(rows, *start) for start in starts), key=operator.itemgetter(0)))
    return tried


def _improved(rows: _Rows, points: Floats, groups: Ints) -> tuple[float, Floats, Ints]:
    moved = _moved(rows, points, groups)
    return _right(rows, _placed(rows, moved, groups)), moved, groups


def _stuck(shares: list[float]) -> bool:
    """Tell whether the last doublings were of no use."""
    return len(shares) > _DOUBLINGS and max(shares[-_DOUBLINGS:]) < max(shares[:-_DOUBLINGS]) + _AS_GOOD


def _right(rows: _Rows, placed: _Placed) -> float:
    return float(rows.weights[~placed.wrong()].sum())


def _placed(rows: _Rows, points: Floats, groups: Ints) -> _Placed:
    small = points.astype(np.float32)
    away = rows.points @ (-2.0 * small.T)
    away += np.square(small).sum(axis=1)
    ends = np.searchsorted(groups, np.arange(len(rows.starts)))
    own = np.empty(len(away), dtype=np.int64)
    own_away = np.empty(len(away), dtype=np.float32)
    for group, (first, last) in enumerate(itertools.pairwise(ends.tolist())):
        inside = rows.group(group)
        part = away[inside, first:last]
        nearest = part.argmin(axis=1)
        own[inside] = nearest + first
        own_away[inside] = part[np.arange(len(part)), nearest]
        part[:] = np.inf
    other = away.argmin(axis=1)
    other_away = away[np.arange(len(away)), other]
    return _Placed(own, other, *(_positive(each + rows.lengths) for each in (own_away, other_away)))


def _positive(squared: NDArray[np.float32]) -> Floats:
    found: Floats = np.maximum(squared, 0.0).astype(np.float64)
    return found


def _moved(rows: _Rows, points: Floats, groups: Ints) -> Floats:
    """Move points by the gradient of generalised vector quantisation; returns the best there were."""
    best_right, best, best_turn = -1.0, points, 0
    for turn in range(_ROUNDS):
        placed = _placed(rows, points, groups)
        right = _right(rows, placed)
        if right > best_right:
            best_right, best, best_turn = right, points, turn
        if right >= 1.0 or turn - best_turn >= _PATIENCE:
            break
        total = np.maximum(placed.own_away + placed.other_away, 1e-300)
        slope = 1.0 / np.cosh(0.5 * _SHARPNESS * (placed.own_away - placed.other_away) / total) ** 2
        towards = rows.weights * slope * placed.other_away / total
        away = rows.weights * slope * placed.own_away / total
        points = points + _STEP * (1 - turn / _ROUNDS) * _pull(rows, points, placed, towards, away)
    return best


def _pull(rows: _Rows, points: Floats, placed: _Placed, towards: Floats, away: Floats) -> Floats:
    """Average how far rows are from their points, those of other groups taken negative."""
    count = len(points)
    mass = np.bincount(placed.own, towards, count) - np.bincount(placed.other, away, count)
    whole = np.bincount(placed.own, towards, count) + np.bincount(placed.other, away, count)
    sums = [
        np.bincount(placed.own, towards * column, count) - np.bincount(placed.other, away * column, count)
        for column in rows.points.T
    ]
    found: Floats = (np.column_stack(sums) - mass[:, None] * points) / np.maximum(whole, 1e-300)[:, None]
    return found


def _afresh(rows: _Rows, count: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Give each group as many points as any other, spread over its rows."""
    points, groups = [], []
    for group in range(len(rows.starts) - 1):
        inside = rows.points[rows.group(group)]
        each = min(count // (len(rows.starts) - 1), len(inside))
        points.append(lloyd.first_centres(inside, each, 1, rng)[0].astype(np.float64))
        groups.append(np.full(each, group))
    belong = np.concatenate(groups)
    return _spread(rows, np.concatenate(points), belong), belong


def _more(
    rows: _Rows, points: Floats, groups: Ints, count: int, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """Add points among the rows that are put wrong, to each group by the weight of its."""
    wrong = _placed(rows, points, groups).wrong()
    belong = np.repeat(np.arange(len(rows.starts) - 1), np.diff(rows.starts))
    missing = np.bincount(belong, rows.weights * wrong)
    parts = np.ceil(count * missing / missing.sum()).astype(np.int64)
    added, added_groups = [points], [groups]
    for group in np.argsort(-missing, kind="stable").tolist():
        inside = rows.group(group)
        astray = rows.points[inside][wrong[inside]]
        new = min(int(parts[group]), len(astray), count)
        if not new:
            continue
        count -= new
        first = lloyd.first_centres(astray, new, 1, rng)
        added.append(lloyd.rounds(astray, first, _ROUNDS).centres[0].astype(np.float64))
        added_groups.append(np.full(new, group))
    belong = np.concatenate(added_groups)
    order = np.argsort(belong, kind="stable")
    return _spread(rows, np.concatenate(added)[order], belong[order]), belong[order]


def _spread(rows: _Rows, points: Floats, groups: Ints) -> Floats:
    """Spread the points of each group over its rows, by a few rounds of k-means."""
    ends = np.searchsorted(groups, np.arange(len(rows.starts))).tolist()
    spread = points.copy()
    for group, (first, last) in enumerate(itertools.pairwise(ends)):
        inside = rows.points[rows.group(group)]
        if last - first < len(inside):
            spread[first:last] = lloyd.rounds(inside, points[None, first:last], _SPREAD).centres[0]
    return spread
