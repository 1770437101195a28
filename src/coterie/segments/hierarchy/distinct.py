"""Equal rows taken together: each once, with how many there are, in an order that only the rows decide."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.features.values import Floats, Ints

# Constants of SplitMix64 (Steele, Lea & Flood 2014), which spreads the bits of a number over all bits.
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIERS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST_SHIFT = np.uint64(31)
_FIRST_53_BITS = np.uint64(11)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """The different rows of a matrix.

    Attributes:
        points: Each different row once, in an order that doesn't depend on the order of the rows.
        weights: How many rows, or how much weight, each stands for.
        places: For each row of the matrix, its place in `points`.
    """

    points: Floats
    weights: Ints
    places: Ints


def distinct(matrix: Floats, weights: Ints | None = None) -> Distinct:
    """Take equal rows together.

    Args:
        matrix: Rows x coordinates, finite; 0 and -0 are equal.
        weights: How many users each row stands for; 1 if not given.

    Examples:
        >>> found = distinct(np.array([[1.0], [2.0], [1.0]]))
        >>> sorted(zip(found.points.ravel().tolist(), found.weights.tolist()))
        [(1.0, 2), (2.0, 1)]
    """
    rows = np.ascontiguousarray(matrix, dtype=np.float64) + 0.0
    codes = row_hashes(rows)
    order = np.argsort(codes, kind="stable")
    new = _starts(rows, codes, order)
    if new is None:
        order = np.lexsort(rows.T[::-1])
        new = _changes(rows[order])
    places = np.empty(len(rows), dtype=np.int64)
    places[order] = np.cumsum(new) - 1
    counts = np.bincount(places) if weights is None else np.bincount(places, weights)
    return Distinct(rows[order[new]], counts.astype(np.int64), places)


def row_hashes(rows: Floats, seed: int = 0) -> NDArray[np.uint64]:
    """Hash each row to 64 bits that depend on its numbers and the seed, and on nothing else.

    Examples:
        >>> one, other, again = row_hashes(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0]])).tolist()
        >>> one == again, one == other
        (True, False)
    """
    found = np.full(len(rows), np.uint64(seed % 2**64), dtype=np.uint64)
    bits = np.ascontiguousarray(rows, dtype=np.float64).view(np.uint64)
    for column in bits.T:
        found += _STEP
        found ^= column
        for shift, multiplier in _MULTIPLIERS:
            found ^= found >> shift
            found *= multiplier
        found ^= found >> _LAST_SHIFT
    return found


def row_draws(rows: Floats, seed: int) -> Floats:
    """Draw a number in (0, 1) for each row, the same for equal rows, wherever they stand."""
    found: Floats = ((row_hashes(rows, seed) >> _FIRST_53_BITS).astype(np.float64) + 0.5) / 2.0**53
    return found


def _starts(rows: Floats, codes: NDArray[np.uint64], order: Ints) -> NDArray[np.bool_] | None:
    """Tell where a different row begins, or None if two different rows have the same hash."""
    in_order = codes[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = in_order[1:] != in_order[:-1]
    again = np.flatnonzero(~new)
    same = bool((rows[order[again]] == rows[order[again - 1]]).all())
    return new if same else None


def _changes(rows: Floats) -> NDArray[np.bool_]:
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    return new
