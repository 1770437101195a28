"""k-means: groups around centres, found from several starts and improved by swaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.methods import lloyd
from coterie.segments.partition import Partition
from coterie.threads import one_thread

if TYPE_CHECKING:
    from coterie.features.values import Floats
    from coterie.segments.methods.lloyd import Reals, Sets

#: Rows that the starts are tried on; the best start then converges on all rows.
ROWS_FOR_STARTS = 10_000

#: Swaps that are tried together in a turn, those of them that converge, and turns for each start.
SWAPS = 12
PROMISING = 4
TURNS_PER_START = 2

#: Rounds after which the better half of the starts goes on, and the promising swaps.
_ROUNDS_TRIED = 4

_ROUNDS = 300


def kmeans(
    matrix: Floats,
    k: int,
    *,
    seed: int = 42,
    starts: int = 10,
    thorough: bool = True,
    initial: Floats | None = None,
) -> Partition:
    """Group rows around `k` centres so that the squared distances to them are small.

    Lloyd's rounds from `starts` k-means++ starts, of which the better half goes on after a few rounds, until
    one is left. If `thorough`, it is improved by swaps, `SWAPS` at a time and `TURNS_PER_START` times for
    each start: a centre is dropped and another put on a row drawn by its distance; the `PROMISING` ones, best
    after a few rounds, converge, and the best of them is kept if it is better.
    All this is done in single precision; if `thorough`, the best then converges in double precision until no
    row changes.
    One thread is used, so the sums, and the groups, don't depend on how many there are.

    Args:
        matrix: Rows x coordinates.
        k: How many groups, at most the distinct rows.
        seed: Makes it repeatable.
        starts: How many times to start anew.
        thorough: Whether to try swaps, and to converge to the end.
        initial: k x d centres to converge from, in place of starts and swaps.

    Returns:
        The best partition found.

    References:
        Arthur & Vassilvitskii (2007), k-means++. Fränti & Kivijärvi (2000), Randomised local search
        algorithm for the clustering problem.

    Examples:
        >>> kmeans(np.array([[0.0], [1.0], [10.0], [11.0]]), 2).borders.points
        ((0.5,), (10.5,))
    """
    with one_thread():
        middle = matrix.mean(axis=0)
        rows, scale = _small(matrix - middle)
        if initial is None:
            found = _found(rows, k, np.random.default_rng(seed), starts, thorough=thorough)
        else:
            found = (initial - middle) / scale
        to_the_end = thorough or initial is not None or len(rows) > ROWS_FOR_STARTS
        centres = lloyd.rounds(rows, found[None], _ROUNDS, rest=0.0).centres[0] if to_the_end else found
        labels = lloyd.labels(rows, centres)
        return Partition(labels, Prototypes.around(centres * scale + middle))


def _small(rows: Floats) -> tuple[Floats, float]:
    """Divide by a power of two, which loses no digit, so that squares stay small in single precision, too."""
    _, exponent = np.frexp(np.abs(rows).max(initial=0.0))
    scale = float(np.ldexp(1.0, int(exponent)))
    return rows / scale, scale


def _found(rows: Floats, k: int, rng: np.random.Generator, starts: int, *, thorough: bool) -> Floats:
    if len(rows) > ROWS_FOR_STARTS:
        rows = rows[np.sort(rng.choice(len(rows), ROWS_FOR_STARTS, replace=False))]
    tried = rows.astype(np.float32)
    best = _best_start(tried, k, starts, rng)
    if k > 1 and thorough:
        best = _swapped(tried, best, rng, turns=TURNS_PER_START * starts)
    found: Floats = best.centres[0].astype(np.float64)
    return found


def _best_start(rows: Reals, k: int, starts: int, rng: np.random.Generator) -> Sets:
    sets = lloyd.rounds(rows, lloyd.first_centres(rows, k, starts, rng), _ROUNDS_TRIED)
    while len(sets.centres) > 1:
        better = sets.best((len(sets.centres) + 1) // 2)
        sets = lloyd.rounds(rows, better.centres, _ROUNDS_TRIED)
    return lloyd.rounds(rows, sets.centres, _ROUNDS)


def _swapped(rows: Reals, best: Sets, rng: np.random.Generator, turns: int) -> Sets:
    each = np.arange(SWAPS)
    k = best.centres.shape[1]
    for _ in range(turns):
        centres = best.centres[0]
        away = np.square(rows - centres[lloyd.labels(rows, centres)]).sum(axis=1, dtype=np.float64)
        if away.sum() <= 0.0:
            return best
        sets = np.repeat(best.centres, SWAPS, axis=0)
        sets[each, rng.integers(k, size=SWAPS)] = rows[rng.choice(len(rows), SWAPS, p=away / away.sum())]
        promising = lloyd.rounds(rows, sets, _ROUNDS_TRIED).best(PROMISING)
        moved = lloyd.rounds(rows, promising.centres, _ROUNDS).best()
        if moved.inertia[0] < best.inertia[0] * (1 - 1e-6):
            best = moved
    return best
