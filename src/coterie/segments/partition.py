"""What every method of segmentation gives back, and what it is asked with."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from coterie.features.values import Floats, Ints
    from coterie.segments.borders.mixture import Mixture
    from coterie.segments.borders.prototypes import Prototypes
    from coterie.segments.hierarchy.tree import Tree


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Rows put into groups.

    Attributes:
        labels: For each row, the place of its group, as the method put it.
        borders: How any row is put into a group.
        agreement: Share of the rows that the borders put where the method did.
        notes: What a reader should know of how it was found, in sentences.
        tree: The merges at the top of a hierarchical clustering, to be drawn and cut.
    """

    labels: Ints
    borders: Prototypes | Mixture
    agreement: float = 1.0
    notes: tuple[str, ...] = ()
    tree: Tree | None = None

    @property
    def k(self) -> int:
        """Count the groups."""
        return self.borders.k


class Cut(Protocol):
    """Groups rows that a method has looked at."""

    def __call__(self, k: int | None, /) -> Partition:
        """Return k groups; ``None``: as many as the method finds by itself, where it can."""
        ...


class Method(Protocol):
    """Looks at the rows of a matrix, to group them then; the same seed gives the same groups."""

    def __call__(self, matrix: Floats, *, seed: int, starts: int, thorough: bool) -> Cut:
        """Do what doesn't depend on k; of `starts` tries the best counts, and `thorough` spends more."""
        ...


def middles(matrix: Floats, labels: Ints, k: int) -> Floats:
    """Return the mean of each group's rows, k x d; that of all rows for a group without any.

    Examples:
        >>> middles(np.array([[0.0], [2.0], [5.0]]), np.array([0, 0, 1]), 2).tolist()
        [[1.0], [5.0]]
    """
    sizes = np.bincount(labels, minlength=k)
    sums = np.column_stack([np.bincount(labels, weights=column, minlength=k) for column in matrix.T])
    found: Floats = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], matrix.mean(axis=0))
    return found


def inertia(matrix: Floats, labels: Ints, centres: Floats) -> float:
    """Sum the squared distances of rows to the centres of their groups."""
    return float(np.square(matrix - centres[labels]).sum())
