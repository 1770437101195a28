"""What every method of segmentation gives back, and what it is asked with."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Protocol

import numpy as np
from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from coterie.segments.values import Floats, Ints


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Rows put into groups.

    Attributes:
        labels: For each row, the place of its centre.
        centres: k x d: the groups' centres.
        inertia: Sum of squared distances of rows to their centres.
    """

    labels: Ints
    centres: Floats
    inertia: float

    @property
    def k(self) -> int:
        """Count the groups."""
        return len(self.centres)


class Method(Protocol):
    """Groups the rows of a matrix around k centres; the same seed gives the same groups."""

    def __call__(self, matrix: Floats, k: int, *, seed: int, starts: int, thorough: bool) -> Partition:
        """Return the best of `starts` tries; `thorough` spends more on the best partition there is."""
        ...


@functools.cache
def _threads() -> ThreadpoolController:
    # Finding the libraries that have threads takes milliseconds; numpy's is loaded by now.
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """Let sums be taken by one thread, so that their last digits don't depend on the machine."""
    limited: AbstractContextManager[object] = _threads().limit(limits=1)
    return limited


def scores(matrix: Floats, centres: Floats) -> Floats:
    """Score each row for each centre: ``c . x - |c|^2 / 2``; the highest is the nearest centre."""
    result: Floats = matrix @ centres.T - 0.5 * np.square(centres).sum(axis=1)
    return result


def tolerance(centres: Floats) -> float:
    """Tell how close two scores must be to count as a tie.

    Sums of floating-point numbers differ in their last digits between engines. Scores closer than this
    are equal, and the lowest id wins, so that every engine gives the same segment.
    """
    longest = float(np.square(centres).sum(axis=1).max(initial=0.0))
    return float(f"{1e-11 * max(1.0, longest):.0e}")


def nearest(matrix: Floats, centres: Floats) -> Ints:
    """Find the place of each row's nearest centre; the lowest of those that tie.

    Examples:
        >>> nearest(np.array([[0.1], [0.5], [0.9]]), np.array([[0.0], [1.0]])).tolist()
        [0, 0, 1]
    """
    all_scores = scores(matrix, centres)
    best = all_scores.max(axis=1, keepdims=True) if len(centres) else all_scores
    found: Ints = np.argmax(all_scores >= best - tolerance(centres), axis=1).astype(np.int64)
    return found
