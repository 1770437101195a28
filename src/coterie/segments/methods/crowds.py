"""Crowds, as methods find them that go by density, and those outside of every crowd."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from coterie.segments.borders.prototypes import Prototypes
from coterie.segments.borders.reach import OUTSIDE, reaching
from coterie.segments.hierarchy.distinct import distinct
from coterie.segments.partition import Partition

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.hierarchy.distinct import Distinct

#: Crowds that become segments, at most: the largest.
MOST_CROWDS = 50


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows that crowds are looked for among.

    Attributes:
        rows: Their places in the matrix, rising.
        each: The different ones among them.
    """

    rows: Ints
    each: Distinct

    @property
    def users(self) -> int:
        """Count the rows."""
        return len(self.rows)


def sample(matrix: Floats, most: int, seed: int) -> Sample:
    """Draw up to `most` rows, and take equal ones together."""
    rows = np.arange(len(matrix))
    if len(matrix) > most:
        rows = np.sort(np.random.default_rng(seed).choice(len(matrix), most, replace=False))
    return Sample(rows, distinct(matrix[rows]))


def partition(matrix: Floats, drawn: Sample, found: Ints, *, seed: int, name: str) -> Partition:
    """Make groups of crowds, and one more of those outside, if there are any.

    Fewer than two crowds are one group of everyone.

    Args:
        matrix: All rows; those that weren't drawn are placed by the borders.
        drawn: The rows that crowds were looked for among.
        found: For each different row that was drawn its crowd, or `OUTSIDE`.
        seed: Makes it repeatable.
        name: What the notes call the method.

    Returns:
        The groups, with the agreement on the rows that were drawn.
    """
    labels, crowds = _largest(found, drawn.each.weights)
    notes = []
    if drawn.users < len(matrix):
        notes.append(
            f"{name} ran on {drawn.users:,} of {len(matrix):,} users, drawn at random; the others are "
            "assigned."
        )
    if crowds > MOST_CROWDS:
        notes.append(f"Of {crowds:,} crowds the largest {MOST_CROWDS} are segments.")
    alone = int(drawn.each.weights[labels == OUTSIDE].sum())
    if crowds <= 1:
        told = f"one crowd, and {alone:,} of {drawn.users:,} users outside of it" if crowds else "no crowd"
        notes.append(f"{name} finds {told}, so everyone is one segment.")
        borders = Prototypes.around(matrix.mean(axis=0)[None])
        return Partition(np.zeros(len(matrix), dtype=np.int64), borders, notes=tuple(notes))
    if alone:
        notes.append(f"{alone / drawn.users:.1%} of the users are outside of every crowd: unlike the rest.")
    borders = reaching(drawn.each.points, drawn.each.weights, labels, seed=seed)
    placed = borders.places(matrix)
    put = np.where(labels == OUTSIDE, borders.k - 1, labels)[drawn.each.places]
    agreement = float(np.mean(put == placed[drawn.rows]))
    placed[drawn.rows] = put
    return Partition(placed, borders, agreement, notes=tuple(notes))


def _largest(found: Ints, weights: Ints) -> tuple[Ints, int]:
    """Number the crowds by size, largest first; return them, and how many there were."""
    crowds, sizes = np.unique(found[found != OUTSIDE], return_counts=True)
    if not len(crowds):
        return found, 0
    sizes = np.bincount(found[found != OUTSIDE], weights=weights[found != OUTSIDE])[crowds]
    labels = np.full(len(found), OUTSIDE, dtype=np.int64)
    for place, at in enumerate(np.argsort(-sizes, kind="stable")[:MOST_CROWDS]):
        labels[found == crowds[at]] = place
    return labels, len(crowds)
